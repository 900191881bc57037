import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { users } from '../../../../src/kernel/db/schema.sqlite.ts';
import { createLibraries } from '../../../../worker-node/search/libraries/libraries.ts';
import { createSnapshots, DELETION_MS } from '../../../../worker-node/search/libraries/snapshots.ts';
import { sweepSnapshots } from '../../../../worker-node/search/libraries/sweep-snapshots.ts';
import { manualClock, memoryLog } from '../../../support/fakes/doubles.ts';
import { insertUser } from '../../../support/fixtures/documents.ts';
import { openTestDatabase, type TestDatabase } from '../../../support/kits/database.ts';
import { plainEngine, removeDocument, writeDocument } from '../../../support/kits/search-library.ts';

let database: TestDatabase;
let folder: string;
const clock = manualClock();
const log = memoryLog();

beforeEach(async () => {
  database = await openTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'pharos-test-'));
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** An owner with a snapshot on the disk. */
async function saved(name: string): Promise<string> {
  const { db } = database;
  const owner = await insertUser(db, name);
  for (const id of ['a', 'b']) await writeDocument(db, owner, { id: `${name}-${id}`, texts: ['text'] });
  const libraries = createLibraries({
    ...{ db, engine: plainEngine, clock, log, maxBytes: 1_000_000, onSize: () => {}, pause: async () => {} },
    snapshots: createSnapshots({ folder, clock, log, minChunks: 1 }),
  });
  await libraries.use(owner);
  await libraries.close();
  return owner;
}

async function sweep(): Promise<{ files: string[]; evicted: string[] }> {
  const evicted: string[] = [];
  await sweepSnapshots({ db: database.db, clock, log, folder, evict: (ownerId) => void evicted.push(ownerId) });
  return { files: (await readdir(folder)).sort(), evicted };
}

test('sweep of snapshots: those of accounts that were deleted go, from the memory too', async () => {
  const [kept, gone] = [await saved('kept'), await saved('gone')];
  expect(await sweep()).toEqual({ files: [`${kept}.library`, `${gone}.library`].sort(), evicted: [] });
  await database.db.delete(users).where(eq(users.id, gone));
  expect(await sweep()).toEqual({ files: [`${kept}.library`], evicted: [gone] });
});

test('sweep of snapshots: a library in memory is not written again once its account is deleted', async () => {
  const { db } = database;
  const owner = await saved('leaving');
  const libraries = createLibraries({
    ...{ db, engine: plainEngine, clock, log, maxBytes: 1_000_000, onSize: () => {}, pause: async () => {} },
    snapshots: createSnapshots({ folder, clock, log, minChunks: 1 }),
  });
  await writeDocument(db, owner, { id: 'leaving-c', texts: ['text'] });
  expect((await libraries.use(owner)).unsaved).toBe(1);
  await db.delete(users).where(eq(users.id, owner));
  const evicting: Promise<void>[] = [];
  const evict = (ownerId: string) => void evicting.push(libraries.evict(ownerId));
  await sweepSnapshots({ ...{ db, clock, log, folder }, evict });
  await Promise.all(evicting);
  expect(evicting).toHaveLength(1);
  expect(await readdir(folder)).toEqual([]);
});

test('sweep of snapshots: one with a document that was deleted half an hour ago goes', async () => {
  const owner = await saved('deleting');
  await removeDocument(database.db, owner, 'deleting-a');
  // The deletion is of the time that the kit writes; the clock stands at the same.
  expect((await sweep()).files).toEqual([`${owner}.library`]);
  clock.advance(DELETION_MS);
  expect((await sweep()).files).toEqual([]);
});

test('sweep of snapshots: one of another history, or whose history was pruned, goes', async () => {
  const [other, pruned] = [await saved('other'), await saved('pruned')];
  await database.execute(`update library_changes set id = id || '-' where owner_id = '${other}'`);
  await database.execute(`delete from library_changes where owner_id = '${pruned}'`);
  expect((await sweep()).files).toEqual([]);
});

test('sweep of snapshots: what is none, and files of writers that were killed an hour ago, go', async () => {
  const owner = await saved('files');
  const now = clock.now() / 1000;
  await writeFile(join(folder, 'nonsense.library'), 'nonsense');
  await writeFile(join(folder, 'old.1.writing'), '');
  await writeFile(join(folder, 'new.1.writing'), '');
  await writeFile(join(folder, 'unrelated.txt'), '');
  await utimes(join(folder, 'old.1.writing'), now - 4_000, now - 4_000);
  await utimes(join(folder, 'new.1.writing'), now, now);
  expect((await sweep()).files).toEqual([`${owner}.library`, 'new.1.writing', 'unrelated.txt'].sort());
});

test('sweep of snapshots: a folder that does not exist is swept', async () => {
  await rm(folder, { recursive: true });
  await sweepSnapshots({ db: database.db, clock, log, folder, evict: () => {} });
  await expect(readdir(folder)).rejects.toThrow('ENOENT');
});
