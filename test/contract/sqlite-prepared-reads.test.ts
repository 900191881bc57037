import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@libsql/client';
import { eq, inArray, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { openSqliteFile } from '../../src/adapters/sqlite.ts';
import { withPreparedReads } from '../../src/adapters/sqlite-prepared-reads.ts';
import { openSqlite } from '../../src/kernel/db/open-sqlite.ts';
import { revocations } from '../../src/kernel/db/schema.sqlite.ts';

let path: string;
let client: Client;
let reads: Client;
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-reads-'));
  path = join(folder, 'pharos.db');
  ({ client } = await openSqliteFile(path));
  reads = withPreparedReads(client, path);
  await client.execute(
    'create table revocations (key text primary key not null, expires_at integer not null, created_at integer)',
  );
  return async () => {
    reads.close();
    await rm(folder, { recursive: true, force: true });
  };
});

const insert = (key: string) =>
  client.execute({ sql: 'insert into revocations (key, expires_at, created_at) values (?, 1, 1)', args: [key] });
const keys = async (wanted: readonly string[]) => {
  const found = await openSqlite(reads)
    .select({ key: revocations.key })
    .from(revocations)
    .where(inArray(revocations.key, [...wanted]));
  return found.map(({ key }) => key).sort();
};

test('prepared reads: drizzle gets the rows of the client, whatever the values', async () => {
  const value = fc.oneof(
    ...[fc.string({ unit: 'binary-ascii' }), fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null)],
    ...[fc.double({ noNaN: true, noDefaultInfinity: true }), fc.uint8Array({ maxLength: 9 }).map((bytes) => bytes.buffer)],
  );
  const [plain, prepared] = [openSqlite(client), openSqlite(reads)];
  await insert('a');
  await fc.assert(
    fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 4 }), async (values) => {
      const fields = Object.fromEntries(
        values.map((one, i) => [`v${i}`, sql`${one instanceof ArrayBuffer ? one.slice(0) : one}`]),
      );
      const from = (db: typeof plain) => db.select(fields).from(revocations);
      expect(await from(prepared)).toEqual(await from(plain));
    }),
    { numRuns: 200 },
  );
});

test('prepared reads: a statement is asked again with other values, and of more rows than are fetched at a time', async () => {
  const all = Array.from({ length: 250 }, (_, n) => `key${n}`).sort();
  for (const key of all) await insert(key);
  for (const count of [250, 100, 99, 200]) expect(await keys(all.slice(0, count))).toEqual(all.slice(0, count));
  expect(await keys(all.slice(100, 200))).toEqual(all.slice(100, 200));
  expect(await keys(['none'])).toEqual([]);
});

test('prepared reads: what was written since is read, and nothing holds the log of writes back', async () => {
  await insert('a');
  expect(await keys(['a', 'b'])).toEqual(['a']);
  await insert('b');
  expect(await keys(['a', 'b'])).toEqual(['a', 'b']);
  // Busy is 1 where a reader still holds the state of before.
  const { rows } = await client.execute('pragma wal_checkpoint(truncate)');
  expect(rows[0]?.busy).toBe(0);
  expect(await keys(['a', 'b'])).toEqual(['a', 'b']);
});

test('prepared reads: a table that another connection alters meanwhile is read as it is now', async () => {
  await insert('a');
  expect(await keys(['a'])).toEqual(['a']);
  const other = createClient({ url: `file:${path}` });
  await other.execute('alter table revocations add column more text');
  await other.execute('create index revocations_expires on revocations (expires_at)');
  other.close();
  expect(await keys(['a'])).toEqual(['a']);
});

test('prepared reads: a statement that fails is refused as by the client, and the next one is answered', async () => {
  await insert('a');
  const wrong = { sql: 'select nothing from revocations where key = ?', args: ['a'] };
  const messageOf = (asked: Client) => asked.execute(wrong).then(String, ({ code, message }) => [code, message]);
  expect(await messageOf(reads)).toEqual(await messageOf(client));
  // SQLite finds the overflow in the second row.
  await client.execute("insert into revocations values ('b', -9223372036854775808, 1)");
  const late = { sql: 'select abs(expires_at) from revocations where key >= ? order by key', args: ['a'] };
  await expect(reads.execute(late)).rejects.toThrow(/overflow/);
  expect(await keys(['a'])).toEqual(['a']);
  expect((await client.execute('pragma wal_checkpoint(truncate)')).rows[0]?.busy).toBe(0);
});

test('prepared reads: the client answers where the connection of the prepared statements cannot be opened', async () => {
  await insert('a');
  const elsewhere = withPreparedReads(client, join(path, 'no-folder.db'));
  const { rows } = await elsewhere.execute({ sql: 'select key from revocations where key = ?', args: ['a'] });
  expect(rows[0]?.key).toBe('a');
});

test('prepared reads: writes and transactions are those of the client, and after close() all is refused', async () => {
  const database = await openDatabase({ database: { kind: 'sqlite', path } }, { preparedReads: true });
  await database.db.transaction(async (tx) => {
    await tx.insert(revocations).values({ key: 'a', expiresAt: 5, createdAt: 5 });
    expect(await tx.select().from(revocations)).toHaveLength(1);
  });
  const found = () => database.db.select().from(revocations).where(eq(revocations.key, 'a'));
  expect(await found()).toEqual([{ key: 'a', expiresAt: 5, createdAt: 5 }]);
  await database.close();
  await expect(found()).rejects.toThrow();
});
