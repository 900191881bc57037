/**
 * Rows are always the owner's: every query that is told whose rows are meant is tried with somebody else's id on one
 * person's rows, and those that are not told say here why they need not be.
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
/** Where Ada never was. */
let without: TestDatabase;
let bob: Owned;
let ada: Owned;
let before: { ada: object; bob: object };
beforeAll(async () => {
  database = await openTestDatabase();
  without = await openTestDatabase();
  bob = await seedOwner(database.db, 'bob');
  await seedOwner(without.db, 'bob');
  ada = await seedOwner(database.db, 'ada');
  await addMore(database.db, ada);
  before = { ada: await dump(database.db, ada), bob: await dump(database.db, bob) };
}, 120_000);
afterAll(async () => {
  await database.close();
  await without.close();
});

class Undo extends Error {}

/** What came of an attempt, and what everybody has after it, which is then undone. */
async function outcomeOf(attempt: Attempt, owner: string, { db, chunkIndex }: TestDatabase = database) {
  const tools = { exact: chunkIndex(), indexed: chunkIndex({ annThreshold: 0 }), of: ada };
  let value: unknown;
  let after: object | undefined;
  try {
    await db.transaction(async (tx) => {
      value = readable(await attempt({ ...tools, db: tx }, owner));
      after = await dumps(tx);
      throw new Undo();
    });
  } catch (error) {
    if (error instanceof Undo) return { value, after };
    return { refused: true, value: undefined, after: await dumps(db) };
  }
  throw new Error('the transaction was not undone');
}

const dumps = async (db: Database) => ({ ada: await dump(db, ada), bob: await dump(db, bob) });
const readable = (value: unknown) => (value instanceof Map ? [...value] : value);
const holdsAnythingOf = (name: string, value: unknown) => JSON.stringify(value ?? null).includes(`${name}-`);

describe.each(Object.entries(TRIED))('%s', (_module, attempts) => {
  test.each(Object.entries(attempts))('%s', async (_name, attempt) => {
    const own = await outcomeOf(attempt, ada.userId);
    const others = await outcomeOf(attempt, bob.userId);
    const nobodys = await outcomeOf(attempt, undefined as never);

    // With the right id it finds or does something: it is known to have been tried.
    expect(own.refused).toBeUndefined();
    const changed = JSON.stringify(own.after) !== JSON.stringify(before);
    const isTold = holdsAnythingOf('ada', own.value) || JSON.stringify(own.value) !== JSON.stringify(others.value);
    expect(changed || isTold).toBe(true);

    // With another's: nothing of hers is there, and all of it is as it was.
    expect(others.after).toMatchObject({ ada: before.ada });
    expect(holdsAnythingOf('ada', others.value)).toBe(false);
    // Nor can one tell from the answer that she exists.
    const alone = await outcomeOf(attempt, bob.userId, without);
    if (!alone.refused && !others.refused) expect(others.value).toEqual(alone.value);

    // Without any, it reads and writes nobody's.
    expect(nobodys.after).toEqual(before);
    expect(holdsAnythingOf('ada', nobodys.value) || holdsAnythingOf('bob', nobodys.value)).toBe(false);
  });
});

/** Every function that a module exports, as it is written. */
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

describe('nothing is left out', () => {
  test('every function of every repository is tried, or listed with the reason why it has no owner', async () => {
    const exported = (
      await Promise.all((await modules()).map(async (path) => (await exportsOf(path)).map(([name]) => `${keyOf(path)}: ${name}`)))
    ).flat();
    const methods = Object.keys(database.chunkIndex()).map((name) => `chunk-index: ${name}`);
    const listed = [...namesIn(TRIED), ...namesIn(UNOWNED), ...namesIn(HELPERS)];
    expect(listed.toSorted()).toEqual([...exported, ...methods].toSorted());
  });

  test('a reason is one, and what names an owner is tried for all that', async () => {
    for (const [module, reasons] of Object.entries({ ...UNOWNED, ...HELPERS }))
      for (const [name, reason] of Object.entries(reasons)) expect(reason, `${module}: ${name}`).toMatch(/^\w.{15,}$/);
    const told: string[] = [];
    for (const path of await modules()) {
      const reasons = UNOWNED[keyOf(path)] ?? {};
      for (const [name, signature] of await exportsOf(path))
        if (name in reasons && /\b(?:ownerId|userId)\b/.test(signature)) told.push(`${keyOf(path)}: ${name}`);
    }
    // The one says itself that it is for admins; the other finds nothing out and changes nothing.
    expect(told).toEqual(['backlog: lockBacklog', 'jobs: listJobs']);
  });

  test('no query is written anywhere else', async () => {
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

  test('everybody has something in every table that is somebody’s', () => {
    for (const rows of [...Object.values(before.ada), ...Object.values(before.bob)]) expect(rows.length).toBeGreaterThan(0);
  });
});
