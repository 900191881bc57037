import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { Alias } from 'yaml';
import type { DataNode } from '../../../../worker-node/ingest/readers/data-tree.ts';
import { parseJson } from '../../../../worker-node/ingest/readers/json-tree.ts';
import { readAs } from '../../../support/kits/read-format.ts';

/** What a tree stands for, with scalars as texts. */
const plain = (node: DataNode): unknown =>
  node.kind === 'scalar'
    ? node.text
    : node.kind === 'list'
      ? node.items.map(plain)
      : node.members.map(({ name, value }) => [name, plain(value)]);
const expected = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(expected)
    : typeof value === 'object' && value !== null
      ? Object.entries(value).map(([name, own]) => [name, expected(own)])
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);

describe('JSON', () => {
  test('JSON: any value is parsed as JSON.parse does, in order', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (source) => {
        expect(parseJson(source)?.map(plain)).toEqual([expected(JSON.parse(source))]);
      }),
    );
  });

  test('JSON: small objects are lines with their path, large ones have headings', async () => {
    const scripts = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`task${i}`, `run ${i}`]));
    const { text, paths } = await readAs(
      'json',
      JSON.stringify({ name: 'lamp', engines: { node: '>=20' }, scripts, tags: ['a', 'b'] }),
    );
    expect(text).toMatch(/^- name: lamp\n- engines\.node: >=20\n- tags: a, b\n\n(?:# )?scripts\n\n- task0: run 0\n/);
    expect(paths).toEqual([[], ['scripts']]);
  });

  test('JSON: uniform objects are rows, others have their names as headings', async () => {
    const rows = await readAs('json', '[{"a":1,"b":"x"},{"a":2},{"a":3,"b":"y"}]');
    expect(rows.text).toBe('| a | b |\n| --- | --- |\n| 1 | x |\n| 2 | |\n| 3 | y |');
    const mixed = await readAs('json', '[{"name":"Lamp","parts":{"x":1}},{"name":"Lens","notes":["a"]}]');
    expect(mixed.paths).toEqual([['Lamp'], ['Lens']]);
  });

  test('JSON: numbers keep their digits, comments and commas too many are passed over, and values may follow one another', async () => {
    expect((await readAs('json', '{"id": 12345678901234567890.10, // note\n /* more */ "b": 1,}')).text).toBe(
      '- id: 12345678901234567890.10\n- b: 1',
    );
    expect((await readAs('json', '{"a":1,"b":2}\n{"a":3,"b":4}\n')).text).toContain('| 3 | 4 |');
  });

  test('JSON: texts of several lines are paragraphs, and escapes are resolved', async () => {
    const { text } = await readAs('json', JSON.stringify({ story: 'One "line".\n\nTwo äß\u2028.' }));
    expect(text).toMatch(/^(?:# )?story\n\nOne "line"\.\n\nTwo äß/);
  });

  test('JSON: title and description are those that the document gives itself', async () => {
    const { metadata } = await readAs('json', '{"openapi":"3.1.0","info":{"title":"Lamps","description":"All of them"}}');
    expect(metadata).toMatchObject({ title: 'Lamps', description: 'All of them' });
  });

  test.each([
    ['json', '{"name":"lamps","version":"1.0.0"}', 'lamps'],
    ['yaml', 'name: Light the lamps\non: push\n', 'Light the lamps'],
    ['toml', 'name = "lamps"\n', 'lamps'],
    ['json', '{"name":"lamps","title":"Lamps of the coast"}', 'Lamps of the coast'],
    ['json', '{"name":{"first":"Ada"}}', null],
  ] as const)('%s: the name of %j is its title where it has none', async (format, source, title) => {
    expect((await readAs(format, source)).metadata.title).toBe(title);
  });

  test.each([
    '{"a": ',
    '{a b}',
    'words only',
    '{"a":1]',
    '['.repeat(200_000),
    '{"a":'.repeat(50_000),
  ])('JSON: %.20s, which is cut, wrong or too deep, is kept as it is', async (source) => {
    const { text } = await readAs('json', source);
    expect(text).toBe(`\`\`\`json\n${source.trimEnd()}\n\`\`\``);
  });

  test('JSON Feed: items are sections with their address and content', async () => {
    const feed = {
      version: 'https://jsonfeed.org/version/1.1',
      title: 'Lamps',
      language: 'en-GB',
      items: [
        {
          id: '1',
          title: 'First',
          url: 'https://a.example/1',
          date_published: '2026-03-01T10:00:00Z',
          content_html: '<p>On <b>oil</b>.</p>',
        },
      ],
    };
    const { text, paths, links, metadata } = await readAs('json', JSON.stringify(feed));
    expect(paths).toEqual([['Lamps'], ['Lamps', 'First']]);
    expect(text).toContain('2026-03-01T10:00:00.000Z · https://a.example/1');
    expect(text).toContain('oil');
    expect(links).toEqual([['https://a.example/1', 'https://a.example/1']]);
    expect(metadata).toMatchObject({ title: 'Lamps', language: 'en' });
  });
});

describe('YAML', () => {
  test('YAML: comments stand before their members, and scalars stay as they are written', async () => {
    const { text } = await readAs('yaml', '# Which version runs.\nversion: 1.10\non: yes\n\n# ---------\ndate: 2026-01-02\n');
    expect(text).toBe('Which version runs.\n\n- version: 1.10\n- on: yes\n- date: 2026-01-02');
  });

  test('YAML: every document of a stream is read, and named by what it is', async () => {
    const { paths, text } = await readAs(
      'yaml',
      'kind: Service\nmetadata:\n  name: lamp\nspec: [a, {b: c}]\n---\nkind: Pod\nmetadata:\n  name: lens\n',
    );
    expect(paths).toEqual([['lamp'], ['lens']]);
    expect(text).toContain('- kind: Pod');
  });

  test('YAML: aliases and merges are resolved', async () => {
    const { text } = await readAs('yaml', 'base: &b {oil: whale, wick: flax}\nlamp:\n  <<: *b\n  name: Ada\n');
    expect(text).toContain('- lamp.oil: whale\n- lamp.wick: flax\n- lamp.name: Ada');
  });

  test('YAML: an alias stands for the last node of its name before it, found without a walk through the document', async () => {
    const walks = vi.spyOn(Alias.prototype, 'resolve');
    const { text } = await readAs('yaml', 'a: &x one\nb: *x\nc: &x two\nd: *x\n&k key: *k\nf: [*x, *later]\ng: &later three\n');
    expect(text).toBe('- a: one\n- b: one\n- c: two\n- d: two\n- key: key\n- f: two, *later\n- g: three');
    expect(walks).not.toHaveBeenCalled();
    walks.mockRestore();
  });

  test('YAML: aliases that repeat one another exponentially are cut short', async () => {
    const lines = Array.from(
      { length: 30 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 9 }, () => `*a${i}`).join(', ')}]`,
    );
    const { text } = await readAs('yaml', `a0: &a0 [x, y]\n${lines.join('\n')}\n`);
    expect(text.length).toBeLessThan(2_000_000);
    expect(text).toContain('- a0: x, y');
  });

  test.each([
    ['a template', 'name: {{ .Values.name }}\nx: [\n'],
    ['nesting of 5,000 levels', `${'['.repeat(5_000)}x${']'.repeat(5_000)}`],
    ['prose', 'Only a line of words.\n'],
  ])('YAML: %s is kept as it is', async (_what, source) => {
    expect((await readAs('yaml', source)).text).toBe(`\`\`\`yaml\n${source.trimEnd()}\n\`\`\``);
  });
});

describe('TOML and settings', () => {
  test('TOML: tables and lists of tables are outlined, dates and large numbers keep their form', async () => {
    const { text } = await readAs(
      'toml',
      'title = "Lamps"\nbig = 9007199254740993\nday = 2026-03-01\n[owner]\nname = "Ada"\n[[part]]\nid = 1\nn = "a"\n[[part]]\nid = 2\nn = "b"\n',
    );
    expect(text).toContain('- title: Lamps\n- big: 9007199254740993\n- day: 2026-03-01\n- owner.name: Ada');
    expect(text).toMatch(/part\.1\.id: 1|\| 1 \| a \|/);
  });

  test('TOML: a text that is no TOML is read as settings', async () => {
    expect((await readAs('toml', '[a\nb == c\n')).text).toContain('b: = c');
  });

  test('settings: sections are headings, comments are text, and continued lines are one', async () => {
    const { text, paths } = await readAs(
      'settings',
      '; Where it listens.\n[server]\nhost = localhost\npath = a \\\n  b\n\n# ====\n[client]\nname: caf\\u00e9\nflag\n',
    );
    expect(paths).toEqual([[], ['server'], ['client']]);
    expect(text).toContain('Where it listens.');
    expect(text).toContain('- host: localhost\n- path: a b');
    expect(text).toContain('- name: café\n- flag');
  });
});
