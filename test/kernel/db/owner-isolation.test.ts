/**
 * Tenant isolation: every query that takes an owner is run with another owner's id on one owner's rows. Every query that
 * takes no owner is listed in `tenant-exemptions.ts` with the reason.
 */
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/kernel/db/types.ts';
import { openTestDatabase, type TestDatabase } from '../../support/kits/database.ts';
import { type Attempt, addMore, TRIED } from '../../support/kits/tenant-attempts.ts';
import { HELPERS, UNOWNED } from '../../support/kits/tenant-exemptions.ts';
import { dump, type Owned, seedOwner } from '../../support/kits/tenants.ts';

const SOURCES = new URL('../../../src/', import.meta.url);

let database: TestDatabase;
/** A database with Bob's rows only. */
let withoutAda: TestDatabase;
let bob: Owned;
let ada: Owned;
let before: { ada: object; bob: object };
beforeAll(async () => {
  database = await openTestDatabase();
  withoutAda = await openTestDatabase();
  bob = await seedOwner(database.db, 'bob');
  await seedOwner(withoutAda.db, 'bob');
  ada = await seedOwner(database.db, 'ada');
  await addMore(database.db, ada);
  before = { ada: await dump(database.db, ada), bob: await dump(database.db, bob) };
}, 120_000);
afterAll(async () => {
  await database.close();
  await withoutAda.close();
});

class Rollback extends Error {}

/** An attempt's result and both owners' rows after it. The attempt is rolled back. */
async function outcomeOf(attempt: Attempt, owner: string, { db, chunkIndex }: TestDatabase = database) {
  const tools = { exact: chunkIndex(), indexed: chunkIndex({ annThreshold: 0, blockSize: 1 }), of: ada };
  let value: unknown;
  let after: object | undefined;
  try {
    await db.transaction(async (tx) => {
      value = readable(await attempt({ ...tools, db: tx }, owner));
      after = await dumps(tx);
      throw new Rollback();
    });
  } catch (error) {
    if (error instanceof Rollback) return { value, after };
    return { refused: true, value: undefined, after: await dumps(db) };
  }
  throw new Error('the transaction was not rolled back');
}

const dumps = async (db: Database) => ({ ada: await dump(db, ada), bob: await dump(db, bob) });
const readable = (value: unknown) => (value instanceof Map ? [...value] : value);
const mentions = (name: string, value: unknown) => JSON.stringify(value ?? null).includes(`${name}-`);

describe.each(Object.entries(TRIED))('%s', (module, attempts) => {
  test.each(Object.entries(attempts))(`tenant isolation: ${module}.%s with another owner’s id`, async (_name, attempt) => {
    const own = await outcomeOf(attempt, ada.userId);
    const others = await outcomeOf(attempt, bob.userId);
    const withoutOwner = await outcomeOf(attempt, undefined as never);

    // With the owner's id the attempt finds or changes something, so it exercises the query.
    expect(own.refused).toBeUndefined();
    const changed = JSON.stringify(own.after) !== JSON.stringify(before);
    const returnsOwn = mentions('ada', own.value) || JSON.stringify(own.value) !== JSON.stringify(others.value);
    expect(changed || returnsOwn).toBe(true);

    // With another owner's id it returns nothing of Ada's and leaves her rows unchanged.
    expect(others.after).toMatchObject({ ada: before.ada });
    expect(mentions('ada', others.value)).toBe(false);
    // The result does not reveal that Ada exists.
    const alone = await outcomeOf(attempt, bob.userId, withoutAda);
    if (!alone.refused && !others.refused) expect(others.value).toEqual(alone.value);

    // Without an owner it reads and changes nothing.
    expect(withoutOwner.after).toEqual(before);
    expect(mentions('ada', withoutOwner.value) || mentions('bob', withoutOwner.value)).toBe(false);
  });
});

/** The functions that a module exports, with their signatures. */
async function exportsOf(path: string): Promise<[name: string, signature: string][]> {
  const module = (await import(new URL(path, SOURCES).href)) as Record<string, unknown>;
  return Object.entries(module).flatMap(([name, value]) =>
    typeof value === 'function' ? [[name, String(value).slice(0, String(value).indexOf(') {') + 1)] as [string, string]] : [],
  );
}

const modules = async () => {
  const files = (await readdir(new URL('kernel/db/', SOURCES))).filter((file) => file.endsWith('.ts'));
  return files.map((file) => `kernel/db/${file}`).filter((path) => !/schema\.\w+\.ts$|\.types\.ts$/.test(path));
};
const keyOf = (path: string) => path.replace(/^kernel\/db\//, '').replace(/\.ts$/, '');
const namesIn = (table: Readonly<Record<string, Readonly<Record<string, unknown>>>>) =>
  Object.entries(table).flatMap(([module, entries]) => Object.keys(entries).map((name) => `${module}: ${name}`));

describe('coverage of the isolation tests', () => {
  test('tenant isolation: every function of kernel/db is tried, or exempt with a reason', async () => {
    const exported = (
      await Promise.all((await modules()).map(async (path) => (await exportsOf(path)).map(([name]) => `${keyOf(path)}: ${name}`)))
    ).flat();
    const methods = Object.keys(database.chunkIndex()).map((name) => `chunk-index: ${name}`);
    const listed = [...namesIn(TRIED), ...namesIn(UNOWNED), ...namesIn(HELPERS)];
    expect(listed.toSorted()).toEqual([...exported, ...methods].toSorted());
  });

  test('tenant isolation: exemptions have reasons, and only two exempt functions take an owner', async () => {
    for (const [module, reasons] of Object.entries({ ...UNOWNED, ...HELPERS }))
      for (const [name, reason] of Object.entries(reasons)) expect(reason, `${module}: ${name}`).toMatch(/^\w.{15,}$/);
    const takeOwner: string[] = [];
    for (const path of await modules()) {
      const reasons = UNOWNED[keyOf(path)] ?? {};
      for (const [name, signature] of await exportsOf(path))
        if (name in reasons && /\b(?:ownerId|userId)\b/.test(signature)) takeOwner.push(`${keyOf(path)}: ${name}`);
    }
    // `lockBacklog` reads and changes nothing; `listJobs` is for admins.
    expect(takeOwner).toEqual(['backlog: lockBacklog', 'jobs: listJobs']);
  });

  test('tenant isolation: queries are written in kernel/db only', async () => {
    const all = (await readdir(SOURCES, { recursive: true })).filter((file) => file.endsWith('.ts'));
    const known = new Set([
      ...(await modules()),
      'kernel/db/schema.sqlite.ts',
      'kernel/db/schema.postgres.ts',
      'kernel/db/schema-parity.types.ts',
    ]);
    const elsewhere: string[] = [];
    for (const file of all) {
      if (known.has(file) || file.startsWith('adapters/')) continue;
      const source = await readFile(new URL(file, SOURCES), 'utf8');
      if (/from '(?:drizzle-orm|[./\w-]*\/schema\.sqlite\.ts)/.test(source)) elsewhere.push(file);
    }
    expect(elsewhere).toEqual([]);
  });

  test('tenant isolation: both owners have a row in every table that has owners', () => {
    for (const rows of [...Object.values(before.ada), ...Object.values(before.bob)]) expect(rows.length).toBeGreaterThan(0);
  });
});
