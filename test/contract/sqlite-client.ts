/** The contract of every libSQL client of a SQLite file: what drizzle and Pharos use of it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, LibsqlError } from '@libsql/client';
import { DrizzleQueryError, eq } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { SqliteClient } from '../../src/adapters/sqlite.ts';
import { isDatabaseAway } from '../../src/kernel/db/connection-errors.ts';
import { isUniqueViolation } from '../../src/kernel/db/constraint-errors.ts';
import { openSqlite } from '../../src/kernel/db/open-sqlite.ts';
import * as schema from '../../src/kernel/db/schema.sqlite.ts';

export type OpenSqlite = (path: string) => Promise<SqliteClient>;

const TABLE =
  'create table revocations (key text primary key not null, expires_at integer not null, created_at integer not null)';
const revocation = (key: string) => ({ key, expiresAt: 1, createdAt: 1 });

export function sqliteClientContract(name: string, open: OpenSqlite): void {
  describe(`SQLite client ${name}`, () => {
    let folder: string;
    let path: string;
    let database: SqliteClient;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'pharos-client-'));
      path = join(folder, 'pharos.db');
      database = await open(path);
      await database.client.execute(TABLE);
      return async () => {
        await database.close();
        await rm(folder, { recursive: true, force: true });
      };
    });

    const select = async (sql: string, args: Parameters<SqliteClient['client']['execute']>[1] = []) =>
      (await database.client.execute({ sql, args })).rows;
    const keys = async () => (await select('select key from revocations order by key')).map(({ key }) => key);
    const insert = (key: string) => ({
      sql: 'insert into revocations (key, expires_at, created_at) values (?, 1, 1)',
      args: [key],
    });

    test('SQLite client: a row has its columns by name and by position, and a length', async () => {
      const { columns, rows, rowsAffected, lastInsertRowid } = await database.client.execute(
        "select 1 as a, 'two' as b, null as c, 1.5 as d, x'0102' as e",
      );
      expect(columns).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect({ rowsAffected, lastInsertRowid }).toEqual({ rowsAffected: 0, lastInsertRowid: undefined });
      const bytes = new Uint8Array([1, 2]).buffer;
      expect(Object.keys(rows[0] ?? {})).toEqual(columns);
      expect({ ...rows[0] }).toEqual({ a: 1, b: 'two', c: null, d: 1.5, e: bytes });
      expect(Array.prototype.slice.call(rows[0])).toEqual([1, 'two', null, 1.5, bytes]);
      expect(rows[0]?.length).toBe(5);
    });

    test('SQLite client: columns with one name, and columns named as what a row has of its own, keep their places', async () => {
      for (const sql of [
        'select 1 as a, 2 as a, 3 as b',
        'select 1 as "0", 2 as b',
        'select 7 as "__proto__", 8 as constructor',
      ]) {
        const direct = createClient({ url: `file:${path}` });
        const [expected] = (await direct.execute(sql)).rows;
        direct.close();
        const [row] = await select(sql);
        expect(Array.prototype.slice.call(row), sql).toEqual(Array.prototype.slice.call(expected));
        expect(Object.entries(row ?? {}), sql).toEqual(Object.entries(expected ?? {}));
      }
    });

    test('SQLite client: every result equals that of libSQL, whatever the values', async () => {
      const direct = createClient({ url: `file:${path}` });
      const value = fc.oneof(
        fc.constant(null),
        fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0')),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n }),
        fc.boolean(),
        fc.date({ noInvalidDate: true }),
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Uint8Array.from(bytes).buffer),
        fc.nat({ max: 200_000 }).map((length) => new Uint8Array(length).fill(length)),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 6 }), async (values) => {
          const row = `(${values.map(() => '?').join(', ')})`;
          const statement = { sql: `with t as (values ${row}, ${row}) select * from t`, args: [...values, ...values] };
          const [theirs, ours] = [await direct.execute(statement), await database.client.execute(statement)];
          expect(ours.toJSON()).toEqual(theirs.toJSON());
          expect(ours.rows.map((one) => ({ ...one }))).toEqual(theirs.rows.map((one) => ({ ...one })));
        }),
        { numRuns: 60 },
      );
      direct.close();
    });

    test('SQLite client: arguments are bound by position, by name and as a second parameter', async () => {
      const { client } = database;
      const [byPosition, byName, second] = await Promise.all([
        client.execute({ sql: 'select ? as a, ? as b', args: [1, 'x'] }),
        client.execute({ sql: 'select :a as a, $b as b', args: { a: 1, $b: 'x' } }),
        client.execute('select ? as a, ? as b', [1, 'x']),
      ]);
      for (const { rows } of [byPosition, byName, second]) expect({ ...rows[0] }).toEqual({ a: 1, b: 'x' });
    });

    test('SQLite client: the bytes of an argument can be used again, and a view binds what it shows', async () => {
      const bytes = new Uint8Array(100_000).fill(7);
      const view = bytes.subarray(10, 20);
      for (let time = 0; time < 2; time++) {
        const [row] = await select('select length(?) as whole, length(?) as part', [bytes, view]);
        expect({ ...row }).toEqual({ whole: 100_000, part: 10 });
      }
      expect([bytes.length, view[0]]).toEqual([100_000, 7]);
    });

    test('SQLite client: a value of 50 MB comes back unchanged', async () => {
      const bytes = new Uint8Array(50_000_000).fill(7);
      const [row] = await select('select ? as bytes', [bytes]);
      expect(Buffer.compare(new Uint8Array(row?.bytes as ArrayBuffer), bytes)).toBe(0);
    });

    test.each([
      ['a number that is not finite', [Number.NaN], RangeError],
      ['undefined', [undefined as never], TypeError],
      ['a bigint beyond 64 bits', [2n ** 70n], RangeError],
    ])('SQLite client: %s is refused as an argument', async (_, args, kind) => {
      await expect(database.client.execute({ sql: 'select ?', args })).rejects.toThrow(kind);
      await expect(select('select 1 as a')).resolves.toMatchObject([{ a: 1 }]);
    });

    test('SQLite client: an integer beyond 53 bits in a row is refused', async () => {
      await expect(select('select 9007199254740993 as a')).rejects.toThrow(RangeError);
    });

    test('SQLite client: errors have the codes of SQLite, also under drizzle', async () => {
      const db = openSqlite(database.client);
      await expect(database.client.execute('selec 1')).rejects.toMatchObject({
        name: 'LibsqlError',
        code: 'SQLITE_ERROR',
        message: expect.stringMatching(/^SQLITE_ERROR: near "selec"/),
      });
      await db.insert(schema.revocations).values(revocation('a'));
      const error = await db
        .insert(schema.revocations)
        .values(revocation('a'))
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      expect(error).toBeInstanceOf(DrizzleQueryError);
      expect((error as Error).cause).toBeInstanceOf(LibsqlError);
      expect((error as Error).cause).toMatchObject({
        code: 'SQLITE_CONSTRAINT',
        extendedCode: 'SQLITE_CONSTRAINT_PRIMARYKEY',
        rawCode: 1555,
        cause: { code: 'SQLITE_CONSTRAINT_PRIMARYKEY', rawCode: 1555 },
      });
      expect([isUniqueViolation(error), isDatabaseAway(error)]).toEqual([true, false]);
    });

    test('SQLite client: returning() has a row for each changed one', async () => {
      const db = openSqlite(database.client);
      const written = await db.insert(schema.revocations).values(['a', 'b', 'c'].map(revocation)).returning();
      expect(written.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
      const deleted = await db
        .delete(schema.revocations)
        .where(eq(schema.revocations.key, 'b'))
        .returning({ key: schema.revocations.key });
      expect(deleted).toEqual([{ key: 'b' }]);
      expect((await database.client.execute(insert('d'))).rowsAffected).toBe(1);
    });

    test('SQLite client: a batch commits as a whole, or names the statement that failed and writes nothing', async () => {
      const results = await database.client.batch([insert('a'), ['select key from revocations where key = ?', ['a']]], 'write');
      expect(results.map(({ rowsAffected, rows }) => [rowsAffected, rows.length])).toEqual([
        [1, 0],
        [0, 1],
      ]);
      await expect(database.client.batch([insert('b'), insert('a')], 'write')).rejects.toMatchObject({
        name: 'LibsqlBatchError',
        statementIndex: 1,
        code: 'SQLITE_CONSTRAINT',
      });
      expect(await keys()).toEqual(['a']);
    });

    test('SQLite client: a migration is one transaction without foreign keys', async () => {
      await database.client.migrate([
        'create table parent (id integer primary key)',
        'create table child (id references parent)',
      ]);
      await database.client.migrate(['insert into child values (5)']);
      await expect(database.client.migrate(['insert into child values (6)', 'insert into missing values (1)'])).rejects.toThrow(
        /missing/,
      );
      expect(await select('select id from child')).toMatchObject([{ id: 5 }]);
      await expect(database.client.execute('insert into child values (7)')).rejects.toMatchObject({
        extendedCode: 'SQLITE_CONSTRAINT_FOREIGNKEY',
      });
    });

    test('SQLite client: a script runs all of its statements', async () => {
      await database.client.executeMultiple(
        "insert into revocations values ('a', 1, 1); insert into revocations values ('b', 1, 1);",
      );
      expect(await keys()).toEqual(['a', 'b']);
    });

    test('SQLite client: a transaction reads its own writes, which others see after the commit', async () => {
      const tx = await database.client.transaction('write');
      await tx.execute(insert('a'));
      await tx.batch([insert('b'), insert('c')]);
      await tx.executeMultiple("insert into revocations values ('d', 1, 1)");
      expect((await tx.execute('select count(*) as count from revocations')).rows).toMatchObject([{ count: 4 }]);
      expect(await keys()).toEqual([]);
      expect(tx.closed).toBe(false);
      await tx.commit();
      expect(tx.closed).toBe(true);
      expect(await keys()).toEqual(['a', 'b', 'c', 'd']);
      await expect(tx.execute('select 1')).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' });
      await expect(tx.commit()).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' });
      await expect(tx.rollback()).resolves.toBeUndefined();
    });

    test.each([
      'rollback',
      'close',
    ] as const)('SQLite client: a transaction that ends by %s writes nothing and makes way', async (end) => {
      const tx = await database.client.transaction('write');
      await tx.execute(insert('a'));
      const waiting = database.client.execute(insert('b'));
      await tx[end]();
      expect(tx.closed).toBe(true);
      await waiting;
      expect(await keys()).toEqual(['b']);
    });

    test('SQLite client: a statement that fails leaves its transaction open', async () => {
      const tx = await database.client.transaction('write');
      await tx.execute(insert('a'));
      await expect(tx.execute(insert('a'))).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' });
      await expect(tx.batch([insert('b'), insert('a')])).rejects.toMatchObject({ statementIndex: 1 });
      expect(tx.closed).toBe(false);
      await tx.commit();
      expect(await keys()).toEqual(['a', 'b']);
    });

    test('SQLite client: a read transaction sees one state while others write', async () => {
      const tx = await database.client.transaction('read');
      const count = async () => (await tx.execute('select count(*) as count from revocations')).rows[0]?.count;
      expect(await count()).toBe(0);
      await database.client.execute(insert('a'));
      expect(await count()).toBe(0);
      await tx.rollback();
      expect(await keys()).toEqual(['a']);
    });

    test('SQLite client: overlapping transactions and statements are all written, and nothing of one that fails', async () => {
      const db = openSqlite(database.client);
      const results = await Promise.allSettled([
        ...Array.from({ length: 30 }, (_, i) =>
          db.transaction(async (tx) => {
            await tx.insert(schema.revocations).values(revocation(`a${i}`));
            await new Promise((resolve) => setImmediate(resolve));
            if (i % 10 === 5) throw new Error('on purpose');
            await tx.insert(schema.revocations).values(revocation(`b${i}`));
          }),
        ),
        ...Array.from({ length: 30 }, (_, i) => db.insert(schema.revocations).values(revocation(`c${i}`))),
      ]);
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(3);
      expect(await keys()).toHaveLength(27 * 2 + 30);
    });

    test('SQLite client: statements take effect in the order in which they were sent', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { maxLength: 12 }), async (steps) => {
          await database.client.execute('delete from revocations');
          const sent: string[] = [];
          await Promise.all(
            steps.map((kind, i) => {
              const key = `${String(i).padStart(2, '0')}`;
              sent.push(key);
              const statement = insert(key);
              if (kind === 0) return database.client.batch([statement]);
              if (kind === 1) return database.client.executeMultiple(`insert into revocations values ('${key}', 1, 1)`);
              return database.client.execute(statement);
            }),
          );
          const rows = await select('select key from revocations order by rowid');
          expect(rows.map(({ key }) => key)).toEqual(sent);
        }),
        { numRuns: 20 },
      );
    });

    test('SQLite client: a lock of another client is waited for', async () => {
      const theirs = await open(path);
      const lock = await theirs.client.transaction('write');
      await lock.execute(insert('theirs'));
      const ours = [
        database.client.execute(insert('ours')),
        openSqlite(database.client).transaction((tx) => tx.insert(schema.revocations).values(revocation('both'))),
      ];
      expect(await keys()).toEqual([]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await lock.commit();
      await Promise.all(ours);
      expect(await keys()).toEqual(['both', 'ours', 'theirs']);
      await theirs.close();
    });

    test('SQLite client: after close() every request is rejected as by a database that is away', async () => {
      const tx = await database.client.transaction('write');
      await tx.execute(insert('a'));
      expect(database.client.closed).toBe(false);
      await database.close();
      await expect(database.client.execute('select 1')).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
      await expect(database.client.transaction('write')).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
      await expect(tx.execute(insert('b'))).rejects.toMatchObject({ code: expect.stringMatching(/_CLOSED$/) });
      await expect(tx.commit()).rejects.toMatchObject({ code: expect.stringMatching(/_CLOSED$/) });
      await expect(tx.rollback()).resolves.toBeUndefined();
      expect(tx.closed).toBe(true);
      const error = await openSqlite(database.client)
        .select()
        .from(schema.revocations)
        .catch((reason: unknown) => reason);
      expect(isDatabaseAway(error)).toBe(true);
      await database.close();
      database = await open(path);
      expect(await keys()).toEqual([]);
    });

    test('SQLite client: close() while requests are in flight settles each of them, and loses no write that resolved', async () => {
      const lock = await database.client.transaction('write');
      await lock.execute(insert('never'));
      const writes = Array.from({ length: 20 }, (_, i) =>
        database.client.execute(insert(`w${i}`)).then(
          () => `w${i}`,
          ({ code }) => code as string,
        ),
      );
      const reads = Array.from({ length: 20 }, () =>
        keys().then(
          () => 'read',
          ({ code }) => code as string,
        ),
      );
      await database.close();
      const outcomes = await Promise.all([...writes, ...reads]);
      expect(new Set(outcomes.filter((outcome) => !/^w\d|^read$/.test(outcome)))).toEqual(new Set(['CLIENT_CLOSED']));
      database = await open(path);
      expect(await keys()).toEqual(outcomes.filter((outcome) => /^w\d/.test(outcome)).sort());
    });

    test('SQLite client: a file that cannot be opened is explained with its path, rights and free disk space', async () => {
      await expect(open('/etc/hostname/x/pharos.db')).rejects.toThrow(
        /\/etc\/hostname\/x\/pharos\.db.*(readable|rights).*(MB free|unknown)/,
      );
      await expect(open(tmpdir())).rejects.toThrow(/it is a folder/);
    });
  });
}
