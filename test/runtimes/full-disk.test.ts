/** Databases that can be read but not written: SQLite without room, and PostgreSQL that became read-only. */
import { DrizzleQueryError } from 'drizzle-orm';
import { afterEach, expect, test } from 'vitest';
import { AppError } from '../../src/kernel/core/errors.ts';
import { createWriteHealth } from '../../src/services/system/write-health.ts';
import { manualClock } from '../support/fakes/doubles.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { openTestSqlite } from '../support/kits/database.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function healthOf(app: TestApp) {
  const response = await app.request('/monitoring/health');
  const { checks } = (await response.json()) as { checks: Record<string, { status: string; reason?: string }> };
  return { http: response.status, status: checks.database?.status, reason: checks.database?.reason };
}
const WELL = { http: 200, status: 'healthy', reason: undefined };
const FULL = { http: 503, status: 'unhealthy', reason: 'The database cannot be written: its disk is full' };

/** A document of 40 KB, which needs new pages. */
const add = (app: TestApp, headers: Record<string, string>, letter: string) =>
  app.request('/resources', {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ content: letter.repeat(40_000) }),
  });

test('health: a full disk is reported from the first refused write until a write succeeds again', async () => {
  const { db, client, chunkIndex, close } = await openTestSqlite();
  closing.push(close);
  const app = await createTestApp({ overrides: { db, chunkIndex: chunkIndex(), pingDatabase: async () => {} } });
  closing.push(app.close);
  /** The number of pages beyond which SQLite refuses to grow the file, as it does when its disk is full. */
  const allow = (pages: number) => client.batch([`pragma max_page_count = ${pages}`], 'write');
  const headers = await app.login();
  expect(await healthOf(app)).toEqual(WELL);

  await allow(1);
  const refused = await add(app, headers, 'a');
  expect([refused.status, await refused.json()]).toEqual([
    503,
    expect.objectContaining({ detail: 'The database has no room left' }),
  ]);
  app.clock.advance(1_001);
  expect(await healthOf(app)).toEqual(FULL);
  // Without another write: the probe finds the disk still full.
  app.clock.advance(60_000);
  expect(await healthOf(app)).toEqual(FULL);

  await allow(1_000_000);
  app.clock.advance(60_000);
  expect(await healthOf(app)).toEqual(WELL);
  expect((await add(app, headers, 'b')).status).toBe(202);
  const left = await client.execute("select count(*) as count from revocations where key like 'probe:%'");
  expect(left.rows[0]?.count).toBe(0);
});

const failing = (error: unknown) => ({ insert: () => ({ values: () => ({ onConflictDoUpdate: () => Promise.reject(error) }) }) });
const withCode = (code: string) => new DrizzleQueryError('insert', [], Object.assign(new Error(code), { code }));

test.each([
  ['SQLITE_FULL', 'its disk is full'],
  ['53100', 'its disk is full'],
  ['SQLITE_READONLY', 'it is read-only'],
  ['SQLITE_READONLY_DBMOVED', 'it is read-only'],
  ['25006', 'it is read-only'],
  ['SQLITE_IOERR_WRITE', 'its disk reports errors'],
  ['58030', 'its disk reports errors'],
  ['LIBSQL_BLOCKED', 'its provider blocks it'],
])('write health: after an error %s the database is unhealthy because %s, until a write succeeds 10 s later', async (code, reason) => {
  const clock = manualClock();
  const { db, close } = await openTestSqlite();
  closing.push(close);
  let current: unknown = failing(withCode(code));
  const lazy = new Proxy(db, { get: (_, name) => Reflect.get(current as object, name) });
  const health = createWriteHealth({ db: lazy, clock });
  await health.check();
  health.failed(new AppError('unavailable', 'no', { cause: withCode(code) }));
  const message = `The database cannot be written: ${reason}`;
  await expect(health.check()).rejects.toThrow(message);
  clock.advance(10_000);
  await expect(health.check()).rejects.toThrow(message);
  current = db;
  // The refused probe counts as a refused write.
  clock.advance(9_999);
  await expect(health.check()).rejects.toThrow(message);
  clock.advance(1);
  await health.check();
  current = failing(withCode(code));
  await health.check();
});

test.each([
  new Error('a bug'),
  withCode('ECONNREFUSED'),
  withCode('SQLITE_CONSTRAINT_UNIQUE'),
  new AppError('not_found', 'no'),
])('write health: %s says nothing about writes, and no probe follows it', async (error) => {
  const health = createWriteHealth({ db: failing(new Error('probed')) as never, clock: manualClock() });
  health.failed(error);
  await health.check();
});
