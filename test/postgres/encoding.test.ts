/** Databases whose encoding cannot hold the text, and those whose locale cannot fold its case. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { connectPostgres } from '../../src/adapters/postgres.ts';
import { chunks, resources } from '../../src/kernel/db/schema.sqlite.ts';
import { insertDocument, insertUser } from '../support/fixtures/documents.ts';
import { testConfig } from '../support/kits/config.ts';
import { type PostgresServer, startPostgres } from '../support/servers/postgres.ts';

let server: PostgresServer;
let admin: ReturnType<typeof connectPostgres>;
beforeAll(async () => {
  server = await startPostgres();
  admin = connectPostgres({ url: server.url, sslMode: 'disable', max: 1 });
});
afterAll(async () => {
  await admin.end({ timeout: 0 });
  await server.close();
});

const urlOf = (name: string) => server.url.replace(/\/postgres$/, `/${name}`);
async function databaseOf(name: string, encoding: string) {
  await admin.unsafe(`create database ${name} template template0 encoding '${encoding}' locale 'C'`);
  return openDatabase(testConfig({ DATABASE_URL: urlOf(name) }));
}

test.each([
  'SQL_ASCII',
  'LATIN1',
])('PostgreSQL start-up error: a database in %s is refused, with its encoding', async (encoding) => {
  const name = `in_${encoding.toLowerCase()}`;
  await expect(databaseOf(name, encoding)).rejects.toThrow(
    `/${name} has the encoding ${encoding}, which cannot hold every text: make one with "createdb --template=template0 --encoding=UTF8 ${name}"`,
  );
});

describe('keyword search in a database with LC_CTYPE C', () => {
  test('keyword search: "Ёжик" is found by "ёжик" and every other case, also where it was indexed before the upgrade', async () => {
    const database = await databaseOf('in_c', 'UTF8');
    try {
      await database.migrate();
      const owner = await insertUser(database.db);
      const texts = ['Ёжик в тумане шёл через лес', 'ΣΊΣΥΦΟΣ и камень', "Пам'ятник стоїть", 'ÉTÉ à Genève'];
      for (const [index, text] of texts.entries()) {
        const { id } = await insertDocument(database.db, owner, { text, contentHash: `hash ${index}`, language: 'en' });
        const chunk = { id: `chunk ${index}`, resourceId: id, ownerId: owner, position: 0, text, context: '', headingPath: [] };
        await database.db.insert(chunks).values({ ...chunk, charStart: 0, charEnd: text.length, wordCount: 4 });
      }
      const hitsOf = async (query: string) => (await database.chunkIndex.keyword({ text: query }, { ownerId: owner }, 10)).length;
      const queries = ['ёжик', 'ЁЖИК', 'σίσυφος', "пам'ятник", 'été', 'GENÈVE', 'геневе'];
      expect(await Promise.all(queries.map(hitsOf))).toEqual([1, 1, 1, 1, 1, 1, 0]);
      expect(await database.warnings()).toEqual([]);
      expect(await database.db.select({ id: resources.id }).from(resources)).toHaveLength(4);

      // As the version before this migration left the database.
      const client = connectPostgres({ url: urlOf('in_c'), sslMode: 'disable', max: 1 });
      await client.unsafe(`create or replace function pharos_fold(words text) returns text language sql immutable parallel safe strict as
        $$ select regexp_replace(normalize(words, NFD), '[\\u0300-\\u036f]', '', 'g') $$`);
      await client`update chunks set context = context`;
      expect(await hitsOf('ёжик')).toBe(0);
      expect(await database.warnings()).toEqual([expect.stringContaining('cannot fold the case of letters beyond ASCII')]);
      await client.unsafe(await readFile('migrations/postgres/0006_fold_case.sql', 'utf8'));
      await client.end();
      expect(await hitsOf('ёжик')).toBe(1);
    } finally {
      await database.close();
    }
  });
});
