import { describe, expect, it } from 'vitest';
import { checkAll, findExpressions, superLinearity } from '../support/kits/regular-expressions.ts';

/** Expressions that take more than linear time in theory, with the reason why they do not in practice. */
const ALLOWED: Readonly<Record<string, string>> = {
  '/(\\b[a-z][\\w+.-]{0,20}:\\/\\/[^\\s:/@]{0,256}:)[^\\s/]{1,1024}@/gi':
    'Every repetition is bounded: at most 1,300 characters are looked at from any start.',
};

/** Files that make expressions from strings, which are not checked, with the reason why those take linear time. */
const CONSTRUCTED: Readonly<Record<string, string>> = {
  'src/kernel/auth/username-rules.ts': 'One repeated class between ^ and $ of a name whose length is bounded.',
};

const { expressions, constructed } = findExpressions();

describe('regular expressions of the product', () => {
  it('regular expressions: each takes time linear in what it is matched against, or is listed with a reason', async () => {
    expect(expressions.length).toBeGreaterThan(100);
    const { linear, superLinear } = await checkAll(expressions.filter(({ literal }) => !(literal in ALLOWED)));
    expect(superLinear).toEqual([]);
    // The list saves checking them again. After a new expression, `-u` writes it.
    await expect(linear).toMatchFileSnapshot('./linear-expressions.generated.json');
  }, 600_000);

  it('regular expressions: each is a literal, so that it can be checked, or its file is listed with a reason', () => {
    expect(constructed.map((place) => place.replace(/:\d+$/, ''))).toEqual(Object.keys(CONSTRUCTED));
  });

  it('regular expressions: every listed exception is still in use', () => {
    const inUse = new Set(expressions.map(({ literal }) => literal));
    expect(Object.keys(ALLOWED).filter((literal) => !inUse.has(literal))).toEqual([]);
  });

  it.each([
    // The deep nesting of Markdown was looked for by this one.
    [String.raw`^(?:[ \t]{0,3}(?:>|[-*+]|\d{1,9}[.)])[ \t]*){50}`, 'm'],
    ['[.,;:!?]+$', ''],
    [String.raw`\/+$`, ''],
    [String.raw`^\s*([a-z]{2,3})(?:[-_].*)?\s*$`, 'i'],
  ])(
    'regular expressions: the check finds that /%s/%s takes more than linear time',
    async (source, flags) => {
      expect(await superLinearity({ source, flags })).toMatch(/polynomial|exponential/);
    },
    120_000,
  );
});
