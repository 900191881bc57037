import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findActiveModel } from '../../../src/kernel/db/embedding-models.ts';
import {
  appendLibraryChanges,
  appendRebuilds,
  findLibraryChange,
  pruneLibraryChanges,
  readLibraryChanges,
  readLibraryState,
  readLibraryVersion,
} from '../../../src/kernel/db/library-changes.ts';
import type { Actor } from '../../../src/kernel/model/actor.ts';
import { createTestLibrary, MODEL, type TestLibrary } from '../../support/kits/library.ts';

let library: TestLibrary;
beforeAll(async () => {
  library = await createTestLibrary();
});
afterAll(() => library.close());

let ada: Actor & { userId: string };
let people = 0;
beforeEach(async () => {
  people += 1;
  ada = await library.person(`ada${people}`);
});

const changed = (resourceId: string) => ({ resourceId, kind: 'changed' as const });
const append = (ownerId: string, ids: readonly string[], now = 1) =>
  library.db.transaction((tx) => appendLibraryChanges(tx, ownerId, ids.map(changed), now));
const history = (ownerId: string, after = 0, limit = 100) => readLibraryChanges(library.db, ownerId, { after, limit });

test('library changes: a library without a document has version 0', async () => {
  expect(await readLibraryVersion(library.db, ada.userId)).toEqual({ version: 0, changeId: null });
  expect(await history(ada.userId)).toEqual([]);
});

test('library changes: each has a version of its own, in order, and the last one names the library’s', async () => {
  await append(ada.userId, ['a', 'b']);
  await append(ada.userId, []);
  await append(ada.userId, ['a']);
  const rows = await history(ada.userId);
  expect(rows.map(({ id: _, ...row }) => row)).toEqual([
    { version: 1, ...changed('a') },
    { version: 2, ...changed('b') },
    { version: 3, ...changed('a') },
  ]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(3);
  expect(await readLibraryVersion(library.db, ada.userId)).toEqual({ version: 3, changeId: rows[2]?.id });
  expect(await findLibraryChange(library.db, ada.userId, 2)).toEqual({ id: rows[1]?.id });
  expect(await findLibraryChange(library.db, ada.userId, 4)).toBeUndefined();
  expect((await history(ada.userId, 1, 1)).map(({ version }) => version)).toEqual([2]);
});

test('library changes: the state of a library is its version and the active model', async () => {
  const model = (await findActiveModel(library.db))?.id;
  expect(model).toBe(MODEL);
  expect(await readLibraryState(library.db, ada.userId)).toEqual({ version: 0, changeId: null, model });
  await append(ada.userId, ['a']);
  const version = await readLibraryVersion(library.db, ada.userId);
  expect(await readLibraryState(library.db, ada.userId)).toEqual({ ...version, model });
  expect(version.version).toBe(1);
});

test('library changes: transactions that append at the same moment get consecutive versions', async () => {
  await Promise.all(Array.from({ length: 12 }, (_, n) => append(ada.userId, [`${n}`, `${n}+`])));
  const rows = await history(ada.userId);
  expect(rows.map(({ version }) => version)).toEqual(Array.from({ length: 24 }, (_, n) => n + 1));
  for (let n = 0; n < 24; n += 2) expect(rows[n + 1]?.resourceId).toBe(`${rows[n]?.resourceId}+`);
});

test('library changes: a rebuild is appended for every owner who has documents', async () => {
  await library.addDocument(ada, { passages: ['ice'] });
  const idle = await library.person(`idle${people}`);
  const before = await readLibraryVersion(library.db, ada.userId);
  await library.db.transaction((tx) => appendRebuilds(tx, 1));
  const rows = await history(ada.userId, before.version);
  expect(rows.map(({ kind, resourceId, version }) => ({ kind, resourceId, version }))).toEqual([
    { kind: 'rebuild', resourceId: null, version: before.version + 1 },
  ]);
  expect(await readLibraryVersion(library.db, ada.userId)).toEqual({ version: before.version + 1, changeId: rows[0]?.id });
  expect(await readLibraryVersion(library.db, idle.userId)).toEqual({ version: 0, changeId: null });
});

test('library changes: pruning deletes old ones from the beginning, and keeps each owner’s last ones', async () => {
  const bob = await library.person(`bob${people}`);
  await append(ada.userId, ['1', '2', '3', '4', '5'], 10);
  await append(ada.userId, ['6', '7', '8'], 20);
  await append(bob.userId, ['1', '2'], 10);
  const prune = (before: number, kept: number, limit = 100) => pruneLibraryChanges(library.db, { before, kept, limit });
  const left = async (owner: Actor & { userId: string }) => (await history(owner.userId)).map(({ version }) => version);

  // Those of the tests before.
  await prune(10, 0);
  expect(await prune(10, 2)).toBe(0);
  expect(await prune(11, 4, 3)).toBe(3);
  expect(await left(ada)).toEqual([4, 5, 6, 7, 8]);
  expect(await prune(11, 4, 3)).toBe(1);
  expect(await prune(11, 4, 3)).toBe(0);
  expect(await prune(21, 2)).toBe(2);
  expect(await left(ada)).toEqual([7, 8]);
  expect(await left(bob)).toEqual([1, 2]);
});
