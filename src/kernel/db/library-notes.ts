/**
 * Notes what a transaction changes in libraries, and appends it to their histories just before it commits: one row for each
 * document, under locks that are taken last, in the order of owners, and held for a moment.
 */
import type { LibraryChangeKind } from '../model/library-changes.ts';
import { appendLibraryChanges, appendRebuilds } from './library-changes.ts';
import type { Database } from './types.ts';

interface Notes {
  /** Of each owner, by document. */
  readonly changes: Map<string, Map<string, LibraryChangeKind>>;
  rebuildsAll: boolean;
}

const notesOf = new WeakMap<object, Notes>();

/** The database with transactions that append what `noteLibraryChange` was told in them. `now`: Unix ms, of the rows. */
export function withLibraryNotes<D extends Database>(db: D, now: () => number = Date.now): D {
  return new Proxy(db, {
    get(target, property, receiver) {
      if (property !== 'transaction') return Reflect.get(target, property, receiver);
      const transaction: Database['transaction'] = (work, config) =>
        target.transaction(async (tx) => {
          const notes: Notes = { changes: new Map(), rebuildsAll: false };
          const result = await work(noting(tx, notes));
          await append(tx, notes, now());
          return result;
        }, config);
      return transaction;
    },
  });
}

/** The transaction, whose savepoints note to the same list. What one notes and takes back is read again, and found as it was. */
function noting<T extends Database>(tx: T, notes: Notes): T {
  const noted = new Proxy(tx, {
    get(target, property, receiver) {
      if (property !== 'transaction') return Reflect.get(target, property, receiver);
      const savepoint: Database['transaction'] = (work, config) =>
        target.transaction((inner) => work(noting(inner, notes)), config);
      return savepoint;
    },
  });
  notesOf.set(noted, notes);
  return noted;
}

async function append(tx: Database, { changes, rebuildsAll }: Notes, now: number): Promise<void> {
  if (rebuildsAll) await appendRebuilds(tx, now);
  for (const [ownerId, documents] of [...changes].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const rows = [...documents].map(([resourceId, kind]) => ({ resourceId, kind }));
    await appendLibraryChanges(tx, ownerId, rows, now);
  }
}

/** Runs `work` in the transaction that `db` is, or else in one of its own: what it writes and its notes belong together. */
export function inTransaction<T>(db: Database, work: (tx: Database) => Promise<T>): Promise<T> {
  return notesOf.has(db) ? work(db) : db.transaction((tx) => work(tx));
}

interface Noted {
  readonly ownerId: string;
  readonly resourceId: string;
  readonly kind: LibraryChangeKind & ('changed' | 'deleted');
}

/** Notes that searches see another document, or one less, once the transaction has committed. */
export function noteLibraryChange(tx: Database, { ownerId, resourceId, kind }: Noted): void {
  const { changes } = notes(tx);
  const documents = changes.get(ownerId) ?? new Map<string, LibraryChangeKind>();
  documents.set(resourceId, kind);
  changes.set(ownerId, documents);
}

/** Whether the transaction has noted a change of the document. */
export const hasNoted = (tx: Database, { ownerId, resourceId }: Pick<Noted, 'ownerId' | 'resourceId'>): boolean =>
  notes(tx).changes.get(ownerId)?.has(resourceId) ?? false;

/** Notes that searches see other vectors of every document. */
export function noteRebuilds(tx: Database): void {
  notes(tx).rebuildsAll = true;
}

function notes(tx: Database): Notes {
  const found = notesOf.get(tx);
  if (!found) throw new Error('a change of a library is written in a transaction, so that its history has it');
  return found;
}
