import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readableJson } from '../../src/kernel/db/open-postgres.ts';
import { updateResource } from '../../src/services/resources/update-resource.ts';
import { openTestPostgres } from '../support/kits/database.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let database: Awaited<ReturnType<typeof openTestPostgres>>;
let library: TestLibrary;
beforeAll(async () => {
  database = await openTestPostgres();
  library = await createTestLibrary({ database });
});
afterAll(() => library.close());

const MIGRATION = new URL('../../migrations/postgres/0005_well_formed_tags.sql', import.meta.url);

/** Any JSON text, also one with escapes that `JSON.stringify` would not write. */
const anyJson = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\ud800', '\udc00x', '\\ud800', '\\\\', '\0', '\\u0000')), {
    maxLength: 5,
  })
  .map((strings) => JSON.stringify(strings));

test('stored JSON: PostgreSQL can read what was written, and what was readable is unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(anyJson, async (json) => {
      const written = readableJson(json);
      const expected = (JSON.parse(json) as string[]).map((text) => text.toWellFormed().replaceAll('\0', '\ufffd'));
      expect(JSON.parse(written)).toEqual(expected);
      const read = await database.client`select json_array_elements_text(${written}::text::json) as element`;
      expect(read.map(({ element }) => element)).toEqual(expected);
    }),
    { numRuns: 50 },
  );
  expect(readableJson('["\\ud83d\\ude00"]')).toBe('["\\ud83d\\ude00"]');
});

test('search by tag: half of a surrogate pair in a tag of the same owner does not fail it', async () => {
  const ada = await library.person('ada');
  const id = await library.addDocument(ada, { passages: ['ice'] });
  await updateResource(library.services, ada, { id, tags: ['ice', '\ud800'] });
  const found = await library.appOf(ada).request('/search?q=ice&tag=ice&mode=keyword');
  expect(((await found.json()) as { hits: unknown[] }).hits).toHaveLength(1);
});

test('migration: tags that PostgreSQL cannot read become readable, and others stay as they are', async () => {
  const eve = await library.person('eve');
  const stored = [
    String.raw`["ice","\ud800"]`,
    String.raw`["\uDC00\ud83d","\u0000"]`,
    String.raw`["a\\ud800","\\\ud800","\\\\u0000"]`,
    String.raw`["plain","\u00e9","\n"]`,
  ];
  const ids: string[] = [];
  for (const tags of stored) {
    const id = await library.addDocument(eve, { passages: ['ice'] });
    await database.client`update resources set tags = ${tags}::text::json where id = ${id}`;
    ids.push(id);
  }
  for (const statement of (await readFile(MIGRATION, 'utf8')).split('--> statement-breakpoint'))
    await database.client.unsafe(statement);
  const rows = await database.client<{ id: string; tags: string }[]>`select id, tags::text from resources`;
  const after = ids.map((id) => JSON.parse(rows.find((row) => row.id === id)?.tags ?? ''));
  expect(after).toEqual([
    ['ice', '\ufffd'],
    ['\ufffd\ufffd', '\ufffd'],
    ['a\\ud800', '\\\ufffd', '\\\\u0000'],
    ['plain', 'é', '\n'],
  ]);
  expect((await library.appOf(eve).request('/search?q=ice&tag=ice&mode=keyword')).status).toBe(200);
});
