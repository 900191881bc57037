import fc from 'fast-check';
import type { VNode } from 'preact';
import { describe, expect, test } from 'vitest';
import { layoutOf, nodeAt } from '../../console/src/screens/document/graph-layout.ts';
import { parseBlocks } from '../../console/src/screens/document/markdown.tsx';
import { safeHref } from '../../console/src/screens/document/safe-href.ts';
import { shownAs } from '../../console/src/screens/document/shown-as.ts';
import { isSameTitle, outlineOf, slicesOf } from '../../console/src/screens/document/slices.ts';

const line = fc.constantFrom(
  '',
  '# Head',
  'words of a line',
  '```',
  '~~~~',
  '| a | b |',
  '| --- | --- |',
  '    indented',
  '- item',
);
const lines = fc.array(line, { maxLength: 300 }).map((all) => all.join('\n'));

describe('slices of a text', () => {
  test('slices: they cover the text without gap and overlap, and none is much larger than allowed', () => {
    fc.assert(
      fc.property(fc.oneof(lines, fc.string({ unit: 'grapheme', maxLength: 2_000 })), (text) => {
        const slices = slicesOf(text, 50, 200);
        expect(slices.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
        for (const { start, end } of slices) expect(end - start).toBeLessThanOrEqual(250);
      }),
    );
  });

  test('slices: code and tables that are cut are opened again', () => {
    const code = `\`\`\`\n${'let a = 1;\n'.repeat(50)}\`\`\`\n`;
    expect(
      slicesOf(code, 50, 200)
        .slice(1, -1)
        .every(({ before }) => before === '```\n'),
    ).toBe(true);
    const table = `| a | b |\n| --- | --- |\n${'| 1 | 2 |\n'.repeat(50)}`;
    expect(slicesOf(table, 50, 200)[1]?.before).toBe('| a | b |\n| --- | --- |\n');
  });

  test('outline: headings stand outside of code, without their marks', () => {
    expect(outlineOf('# One **two** ##\n\n```\n# code\n```\n\n### [Three](x) `four`\n#hashtag')).toEqual([
      { text: 'One two', depth: 1, start: 0 },
      { text: 'Three four', depth: 3, start: 34 },
    ]);
    expect(isSameTitle('# Of the lamp!', 'Of the Lamp')).toBe(true);
  });
});

/** Every element of what would be drawn. Components are called as Preact does. */
function elementsOf(shown: unknown): VNode<Record<string, unknown>>[] {
  if (Array.isArray(shown)) return shown.flatMap(elementsOf);
  if (typeof shown !== 'object' || shown === null) return [];
  const node = shown as VNode<Record<string, unknown>>;
  if (typeof node.type === 'function') return elementsOf((node.type as (props: unknown) => unknown)(node.props));
  return [node, ...elementsOf(node.props.children)];
}
const drawn = (markdown: string) => elementsOf(parseBlocks(markdown, { base: 0, ranges: [] })?.map(({ shown }) => shown));

const ALLOWED = new Set(
  'p h2 h3 h4 h5 h6 em strong del code pre div br hr blockquote ol ul li input a span sup aside table thead tbody tr th td mark'.split(
    ' ',
  ),
);

describe('Markdown of strangers', () => {
  const hostile = fc.constantFrom(
    ...[
      '<script>',
      '</script>',
      '<img src=x onerror=a()>',
      '[a](',
      'javascript:a()',
      'data:text/html,x',
      'https://a.example',
      ')',
    ],
    ...[
      '![',
      ']',
      '(',
      '<',
      '>',
      '`',
      '*',
      '_',
      '|',
      '\n',
      '\n\n',
      '# ',
      '- ',
      '&#106;',
      '\\',
      '"',
      'onclick=a()',
      '//a.example',
    ],
  );

  test('markdown: whatever it is, only known elements, safe links and no attribute of theirs are made', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 60 }), (parts) => {
        for (const { type, props } of drawn(parts.join(''))) {
          expect(ALLOWED).toContain(type);
          for (const name of Object.keys(props)) expect(name).not.toMatch(/^on|^src|^dangerously/i);
          if (type === 'a') expect(String(props.href)).toMatch(/^(?:https?:\/\/|mailto:)/);
        }
      }),
    );
  });

  test('markdown: HTML is shown as it is written, an image is named and a break is one', () => {
    const texts = (markdown: string) => JSON.stringify(drawn(markdown).map(({ type, props }) => [type, props.children]));
    expect(texts('a <b onclick=x()>b</b>')).toContain('<b onclick=x()>');
    expect(texts('![the lens](https://a.example/x.png)')).toContain('Image: the lens');
    expect(drawn('one<br>two').map(({ type }) => type)).toContain('br');
    expect(drawn('<!-- hidden -->')).toEqual([]);
  });

  test('markdown: a text of nothing but marks is not read as Markdown, since that would take seconds', () => {
    for (const text of ['*a_'.repeat(2_000), '['.repeat(8_000), '>'.repeat(8_000)]) {
      expect(parseBlocks(text, { base: 0, ranges: [] })).toBeUndefined();
    }
  });

  test('markdown: a found word is marked in its place of the whole text', () => {
    const [block] = parseBlocks('The *lamp* glass.', { base: 100, ranges: [[105, 109]] }) ?? [];
    expect(block).toMatchObject({ start: 100, end: 117 });
    expect(elementsOf(block?.shown).find(({ type }) => type === 'mark')?.props.children).toBe('lamp');
  });

  test.each([
    ['a fence', '```sh\ngit rebase --continue\n```'],
    ['a fence in a list', '- then\n\n  ```\n  cd x\n  git rebase --abort\n  ```'],
    ['indentation', 'text\n\n    cd x\n    git rebase'],
    ['a quotation', '> ```\n> git rebase\n> ```'],
    ['a line', 'Type `` git rebase `` now.'],
  ])('markdown: found words in code by %s are marked, and nothing beside them', (_where, markdown) => {
    const ranges = ['git', 'rebase'].map((word): [number, number] => {
      const at = markdown.indexOf(word);
      return [at + 7, at + 7 + word.length];
    });
    const blocks = parseBlocks(markdown, { base: 7, ranges }) ?? [];
    const marks = elementsOf(blocks.map(({ shown }) => shown)).filter(({ type }) => type === 'mark');
    expect(marks.map(({ props }) => props.children)).toEqual(['git rebase']);
  });

  test.each([
    ['https://a.example/x', 'https://a.example/x'],
    ['mailto:a@b.example', 'mailto:a@b.example'],
    ['javascript:a()', undefined],
    ['JAVASCRIPT:a()', undefined],
    ['java\tscript:a()', undefined],
    ['data:text/html,x', undefined],
    ['blob:https://a.example/x', undefined],
    ['/auth/logout', undefined],
    ['//a.example', undefined],
    ['#part', undefined],
    [undefined, undefined],
  ])('links: %s leads to %s', (url, href) => {
    expect(safeHref(url)).toBe(href);
  });

  test.each([
    ['text/html; charset=utf-8', 'text/html'],
    ['image/svg+xml', 'text/plain;charset=utf-8'],
    ['application/xml', 'text/plain;charset=utf-8'],
    ['application/xhtml+xml', 'text/html'],
    ['text/markdown', 'text/plain;charset=utf-8'],
    ['application/pdf', undefined],
    ['application/octet-stream', undefined],
  ])('originals: %s is shown as %s', (type, shown) => {
    expect(shownAs(type)).toBe(shown);
  });
});

describe('the drawing of connections', () => {
  const graph = {
    resource_id: 'a',
    depth: 1,
    truncated: false,
    nodes: ['a', 'b', 'c'].map((id) => ({ id, title: id, depth: id === 'a' ? 0 : 1 })),
    edges: [
      { source: 'a', target: 'b', kind: 'similar' as const, weight: 0.5, evidence: {} },
      { source: 'b', target: 'a', kind: 'links' as const, weight: 0.9, evidence: {} },
      { source: 'a', target: 'gone', kind: 'links' as const, weight: 1, evidence: {} },
    ],
  };

  test('connections: all documents are inside of the drawing, this one in its middle, and two are joined by one line', () => {
    const { nodes, edges } = layoutOf(graph, 300, 200, 'Untitled');
    expect(edges).toHaveLength(1);
    expect(edges[0]?.weight).toBe(0.9);
    expect(nodes[0]).toMatchObject({ x: 150, y: 100, isHere: true });
    for (const { x, y } of nodes) expect([x > 0 && x < 300, y > 0 && y < 200]).toEqual([true, true]);
    expect(nodeAt(nodes, 151, 101)?.id).toBe('a');
    expect(nodeAt(nodes, -50, -50)).toBeUndefined();
  });
});
