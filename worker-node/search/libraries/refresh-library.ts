/** Builds a library from the rows of the database, and applies what has changed since. */

import type { Clock } from '../../../src/kernel/core/ports.ts';
import { readLibraryChanges, readLibraryState } from '../../../src/kernel/db/library-changes.ts';
import { readLibrary, readLibraryDocuments } from '../../../src/kernel/db/library-rows.ts';
import type { Database } from '../../../src/kernel/db/types.ts';
import type { IndexedDocument } from '../index/library-index.ts';
import {
  BrokenIndex,
  type IndexEngine,
  type Library,
  type LibrarySize,
  LibraryTooLarge,
  type UpdatableIndex,
} from './library.ts';

/** Changes read by one query. */
const CHANGES_A_QUERY = 500;
/** Changed documents read by one query. */
const DOCUMENTS_A_QUERY = 50;

export interface RefreshDependencies<I extends UpdatableIndex> {
  readonly db: Database;
  readonly clock: Clock;
  readonly engine: IndexEngine<I>;
  /** What the index of one library may hold. */
  readonly maxBytes: number;
  /** Called between documents: lets the thread answer other questions where it has worked for long. */
  pause(): Promise<void>;
  /** Called as an index grows. */
  onGrowth(size: LibrarySize): void;
}

export async function buildLibrary<I extends UpdatableIndex>(
  dependencies: RefreshDependencies<I>,
  ownerId: string,
): Promise<Library<I>> {
  const { db, engine, pause } = dependencies;
  const { version, changeId, model } = await readLibraryState(db, ownerId);
  const index = engine.create();
  for await (const block of readLibrary(db, { ownerId, model })) {
    for (const document of block) {
      await put(index, document, pause);
    }
    admit(dependencies, index);
  }
  await settle(index, pause);
  return { ownerId, index, model, version, changeId, unsaved: index.documents, deletionAt: undefined };
}

/** What a library is once changes were applied: `unusable` ones have to be built before they answer again. */
export type Applied = 'current' | 'of_another_model' | 'unusable';

/**
 * Applies the changes that were committed before the call. A library is unusable where a change says so, the history is another
 * one, or changes that it lacks have been pruned. One whose model is no longer the active one has all changes, and old vectors.
 */
export async function applyChanges<I extends UpdatableIndex>(
  dependencies: RefreshDependencies<I>,
  library: Library<I>,
): Promise<Applied> {
  const { db } = dependencies;
  const { ownerId, index, model } = library;
  const target = await readLibraryState(db, ownerId);
  if (target.version < library.version) return 'unusable';
  const isOfAnotherModel = target.model !== model;
  const current = isOfAnotherModel ? 'of_another_model' : 'current';
  if (target.version === library.version) return target.changeId === library.changeId ? current : 'unusable';
  while (library.version < target.version) {
    const later = await changesAfter(db, library);
    const last = later?.at(-1);
    if (!later || !last) return 'unusable';
    // A switch of the model says so of every library, and alters no document.
    if (!isOfAnotherModel && later.some(({ kind }) => kind === 'rebuild')) return 'unusable';

    const ids = [...new Set(later.flatMap(({ resourceId }) => resourceId ?? []))];
    for (let start = 0; start < ids.length; start += DOCUMENTS_A_QUERY) {
      await applyDocuments(dependencies, library, ids.slice(start, start + DOCUMENTS_A_QUERY));
    }
    library.version = last.version;
    library.changeId = last.id;
    library.unsaved += ids.length;
    if (later.some(({ kind }) => kind === 'deleted')) library.deletionAt ??= dependencies.clock.monotonic();
  }
  await change(() => settle(index, dependencies.pause));
  return current;
}

/** Puts the documents of the ids into the index as they are now, and takes out those that are gone. */
async function applyDocuments<I extends UpdatableIndex>(
  { db, pause }: RefreshDependencies<I>,
  { ownerId, index, model }: Library<I>,
  ids: readonly string[],
): Promise<void> {
  const read = await readLibraryDocuments(db, { ownerId, model, ids });
  const documents = new Map(read.map((document) => [document.id, document]));
  for (const id of ids) {
    const document = documents.get(id);
    await change(() => (document ? put(index, document, pause) : index.remove(id)));
    await pause();
  }
}

/** At least one; undefined where the history is another one than the library's, or lacks changes that were pruned. */
async function changesAfter(
  db: Database,
  { ownerId, version, changeId }: Library<UpdatableIndex>,
): Promise<Awaited<ReturnType<typeof readLibraryChanges>> | undefined> {
  // The last change that was applied is read again: its id tells whether this is the same history.
  const after = Math.max(0, version - 1);
  const read = await readLibraryChanges(db, ownerId, { after, limit: CHANGES_A_QUERY });
  const later = version === 0 ? read : read.slice(1);
  const isSame = version === 0 || (read[0]?.version === version && read[0].id === changeId);
  return isSame && later[0]?.version === version + 1 ? later : undefined;
}

async function put(index: UpdatableIndex, document: IndexedDocument, pause: () => Promise<void>): Promise<void> {
  for (const _ of index.putting(document)) await pause();
  await pause();
}

export async function settle(index: UpdatableIndex, pause: () => Promise<void>): Promise<void> {
  for (const _ of index.settling()) await pause();
}

async function change(work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new BrokenIndex('the index failed in a change', { cause });
  }
}

/** Throws LibraryTooLarge. */
export function admit(
  { maxBytes, onGrowth }: Pick<RefreshDependencies<UpdatableIndex>, 'maxBytes' | 'onGrowth'>,
  { documents, chunks, bytes }: LibrarySize,
): void {
  onGrowth({ documents, chunks, bytes });
  if (bytes > maxBytes) throw new LibraryTooLarge(`the library needs ${bytes} bytes, and ${maxBytes} may be used`);
}
