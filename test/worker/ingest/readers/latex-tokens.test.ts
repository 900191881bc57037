import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLatexInline } from '../../../../worker-node/ingest/readers/latex-inline.ts';
import { groupEnds, type LatexToken, tokeniseLatex } from '../../../../worker-node/ingest/readers/latex-tokens.ts';

/** The definition: levels are counted from the group on, and one of over 5,000 tokens ends before an empty line. */
function endByCounting(tokens: readonly LatexToken[], at: number): number {
  let level = 0;
  for (const [i, { kind }] of tokens.entries()) {
    if (i < at) continue;
    if (kind === 'open') level++;
    if (kind === 'close' && --level === 0) return i;
    if (kind === 'paragraph' && i - at > 5_000) return -1;
  }
  return -1;
}

const opens = (tokens: readonly LatexToken[]) => tokens.flatMap(({ kind }, i) => (kind === 'open' ? [i] : []));

test('LaTeX: each group ends at the brace that counting finds', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('{', '}', 'a', '\\b ', '\n\n')), (pieces) => {
      const tokens = tokeniseLatex(pieces.join(''));
      const end = groupEnds(tokens);
      for (const at of opens(tokens)) expect(end(at)).toBe(endByCounting(tokens, at));
    }),
  );
});

test.each([
  4_998, 4_999, 5_000, 5_001, 6_000,
])('LaTeX: a group with an empty line behind %i tokens ends where counting finds it', (length) => {
  const tokens = tokeniseLatex(`{${'&'.repeat(length)}\n\n&}`);
  expect(groupEnds(tokens)(0)).toBe(endByCounting(tokens, 0));
});

test('LaTeX: the ends of nested groups without braces that close them are found in one pass over the tokens', () => {
  const tokens = tokeniseLatex('{\\b '.repeat(1_000));
  let reads = 0;
  const counted = new Proxy(tokens, {
    get: (target, property, receiver) => {
      if (typeof property === 'string' && /^\d+$/.test(property)) reads++;
      return Reflect.get(target, property, receiver);
    },
  });
  const inline = createLatexInline(counted);
  for (const at of opens(tokens)) inline.argument(at);
  expect(reads).toBeLessThan(tokens.length * 10);
});

test('LaTeX: a verbatim text of up to 500 characters ends at its mark, a longer one is none', () => {
  const kinds = (length: number) => tokeniseLatex(`\\verb|${'x'.repeat(length)}|`).map(({ kind, text }) => [kind, text.length]);
  expect(kinds(499)).toEqual([['verbatim', 499]]);
  expect(kinds(501)[0]).toEqual(['command', 4]);
  expect(tokeniseLatex('\\verb{a b} c').map(({ text }) => text)).toEqual(['a b', ' c']);
});
