import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { beforeEach, expect, test } from 'vitest';
import { openSqliteThread, openSqliteWritingInThread, type SqliteThread } from '../../src/adapters/sqlite-thread.ts';
import { toDatabaseAppError } from '../../src/kernel/db/connection-errors.ts';
import { openSqlite } from '../../src/kernel/db/open-sqlite.ts';
import * as schema from '../../src/kernel/db/schema.sqlite.ts';
import { sqliteClientContract } from './sqlite-client.ts';

sqliteClientContract('in a thread of its own', openSqliteThread);

let folder: string;
let database: SqliteThread;
let threads: Worker[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pharos-thread-'));
  threads = [];
  database = await openSqliteThread(join(folder, 'pharos.db'), { onStart: (thread) => threads.push(thread) });
  await database.client.execute(
    'create table revocations (key text primary key not null, expires_at integer not null, created_at integer not null)',
  );
  return async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  };
});

const revocation = (key: string) => ({ key, expiresAt: 1, createdAt: 1 });
const INSERT = "insert into revocations values ('a', 1, 1)";
const codeOf = (request: Promise<unknown>) =>
  request.then(
    () => 'resolved',
    ({ code }) => code as string,
  );
const count = async () => (await database.client.execute('select count(*) as count from revocations')).rows[0]?.count;

/** Turns of the event loop until `request` settles: those of a moment where it runs in this thread. */
async function turnsDuring(request: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isUnderWay = true;
  const settled = request.finally(() => {
    isUnderWay = false;
  });
  for (; isUnderWay; turns++) await new Promise((resolve) => setImmediate(resolve));
  await settled;
  return turns;
}

/** Some hundred milliseconds of work for SQLite. */
const LONG = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000000) select max(i) as most from n';
const LONG_WRITE = `insert into revocations select 'long', most, 1 from (${LONG})`;

test('SQLite thread: the event loop runs while a statement does', async () => {
  const statement = database.client.execute(LONG);
  expect(await turnsDuring(statement)).toBeGreaterThan(20);
  expect((await statement).rows).toMatchObject([{ most: 2_000_000 }]);
});

test('SQLite client that writes in a thread: the event loop runs while a write or a transaction does, and reads are answered', async () => {
  const writing = await openSqliteWritingInThread(join(folder, 'pharos.db'));
  try {
    let isWritten = false;
    const write = writing.client.execute(LONG_WRITE).then(() => {
      isWritten = true;
    });
    // Reads are in the caller's own thread: none of them waits for the write.
    expect((await writing.client.execute('select count(*) as count from revocations')).rows).toMatchObject([{ count: 0 }]);
    expect(isWritten).toBe(false);
    expect(await turnsDuring(write)).toBeGreaterThan(20);
    expect((await writing.client.execute('select count(*) as count from revocations')).rows).toMatchObject([{ count: 1 }]);
    const transaction = openSqlite(writing.client).transaction((tx) => tx.delete(schema.revocations));
    expect(await turnsDuring(transaction)).toBeGreaterThan(0);
    expect(await count()).toBe(0);
  } finally {
    await writing.close();
  }
});

test('SQLite client that writes in a thread: a file that cannot be opened leaves no thread behind', async () => {
  await expect(openSqliteWritingInThread(tmpdir())).rejects.toThrow(/it is a folder/);
});

test('SQLite thread: one that ends rejects what is in flight as "unavailable", and the next request starts another', async () => {
  for (let round = 1; round <= 3; round++) {
    const tx = await database.client.transaction('write');
    await tx.execute(INSERT);
    // Begun first, so that the thread responds to none of them; its end is known later.
    const ended = threads.at(-1)?.terminate();
    const inFlight = [tx.execute('select 1'), database.client.execute('select 1'), database.client.execute(INSERT), tx.commit()];
    const codes = Promise.all(inFlight.map(codeOf));
    await ended;
    expect(new Set(await codes)).toEqual(new Set(['LIBSQL_LOST']));
    expect(tx.closed).toBe(true);
    expect(await codeOf(tx.execute('select 1'))).toBe('LIBSQL_LOST');
    await expect(tx.rollback()).resolves.toBeUndefined();
    tx.close();
    expect(await count()).toBe(0);
    expect(threads).toHaveLength(round + 1);
  }
  // The lock of the transaction that ended with its thread is released.
  await database.client.execute(INSERT);
  expect(await count()).toBe(1);
});

test('SQLite thread: a drizzle transaction whose thread ends rejects as "unavailable" and writes nothing', async () => {
  const db = openSqlite(database.client);
  const error = await db
    .transaction(async (tx) => {
      await tx.insert(schema.revocations).values(revocation('a'));
      await threads[0]?.terminate();
      await tx.insert(schema.revocations).values(revocation('b'));
    })
    .then(
      () => undefined,
      (reason: unknown) => reason,
    );
  expect(toDatabaseAppError(error)).toMatchObject({ code: 'unavailable', retryAfter: 5 });
  expect(await count()).toBe(0);
});

test('SQLite thread: requests sent at once after an end share one new thread', async () => {
  await threads[0]?.terminate();
  expect(await Promise.all(Array.from({ length: 20 }, count))).toEqual(Array(20).fill(0));
  expect(threads).toHaveLength(2);
});

test('SQLite thread: while the file cannot be opened again every request is rejected; later ones succeed', async () => {
  const path = join(folder, 'pharos.db');
  const { rename, mkdir, rmdir } = await import('node:fs/promises');
  await threads[0]?.terminate();
  await rename(path, `${path}.away`);
  await mkdir(path);
  expect(await codeOf(database.client.execute('select 1'))).toBe('SQLITE_CANTOPEN');
  await rmdir(path);
  await rename(`${path}.away`, path);
  await expect.poll(() => count().catch(() => 'away')).toBe(0);
});

test('SQLite thread: close() without a use since the thread ended starts no other', async () => {
  await threads[0]?.terminate();
  await database.close();
  expect(await codeOf(database.client.execute('select 1'))).toBe('CLIENT_CLOSED');
  expect(threads).toHaveLength(1);
});

test('SQLite thread: a closed client that is reconnected opens the file again', async () => {
  await database.close();
  database.client.reconnect();
  expect(await count()).toBe(0);
  expect([database.client.closed, threads.length]).toEqual([false, 2]);
});

test('SQLite thread: a value that no message carries is refused, and the thread goes on', async () => {
  const args = [(() => undefined) as never];
  await expect(database.client.execute({ sql: 'select ?', args })).rejects.toThrow(/could not be cloned/);
  expect(await count()).toBe(0);
});
