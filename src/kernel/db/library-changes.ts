/**
 * The history of what searches of a library see. A transaction that alters it appends rows here before it commits
 * (`library-notes.ts`), so that an index that has applied version n knows what it lacks.
 */
import { and, asc, eq, gt, lt, lte, sql } from 'drizzle-orm';
import type { LibraryChangeKind } from '../model/library-changes.ts';
import { batchesOf } from './batches.ts';
import { prepared } from './prepared.ts';
import { embeddingModels, libraries, libraryChanges, resources } from './schema.sqlite.ts';
import type { Database } from './types.ts';

export interface LibraryChange {
  /** Null for `rebuild`. */
  readonly resourceId: string | null;
  readonly kind: LibraryChangeKind;
}

export interface LibraryVersion {
  /** 0 for an owner who never had a document. */
  readonly version: number;
  /** The random id of the change that made this version; null for version 0. */
  readonly changeId: string | null;
}

/**
 * Appends changes to an owner's history, each with a version of its own. The owner's row in `libraries` is locked from then on,
 * so that versions become visible in their order. Call it last in a transaction, and for several owners in the order of ids.
 */
export async function appendLibraryChanges(
  tx: Database,
  ownerId: string,
  changes: readonly LibraryChange[],
  now: number,
): Promise<void> {
  if (changes.length === 0) return;
  const [row] = await tx
    .insert(libraries)
    .values({ ownerId, version: changes.length })
    .onConflictDoUpdate({ target: libraries.ownerId, set: { version: sql`${libraries.version} + ${changes.length}` } })
    .returning({ version: libraries.version });
  const before = (row?.version ?? 0) - changes.length;
  const rows = changes.map(({ resourceId, kind }, index) => ({
    ...{ ownerId, version: before + index + 1, id: crypto.randomUUID() },
    ...{ resourceId, kind, createdAt: now },
  }));
  for (const batch of batchesOf(rows)) await tx.insert(libraryChanges).values(batch);
}

/** Appends `rebuild` to the history of every owner who has documents. */
export async function appendRebuilds(tx: Database, now: number): Promise<void> {
  const owners = tx
    .selectDistinct({ ownerId: resources.ownerId, version: sql<number>`1`.as('version') })
    .from(resources)
    .where(sql`true`)
    .orderBy(asc(resources.ownerId));
  const versions = await tx
    .insert(libraries)
    .select(owners)
    .onConflictDoUpdate({ target: libraries.ownerId, set: { version: sql`${libraries.version} + 1` } })
    .returning({ ownerId: libraries.ownerId, version: libraries.version });
  const rows = versions.map((row) => ({
    ...row,
    ...{ id: crypto.randomUUID(), resourceId: null, kind: 'rebuild' as const, createdAt: now },
  }));
  for (const batch of batchesOf(rows)) await tx.insert(libraryChanges).values(batch);
}

export async function readLibraryVersion(db: Database, ownerId: string): Promise<LibraryVersion> {
  const [found] = await db
    .select({ version: libraries.version, changeId: libraryChanges.id })
    .from(libraries)
    .leftJoin(libraryChanges, and(eq(libraryChanges.ownerId, libraries.ownerId), eq(libraryChanges.version, libraries.version)))
    .where(eq(libraries.ownerId, ownerId));
  return found ?? { version: 0, changeId: null };
}

const stateQuery = prepared((db) =>
  db
    .select({ version: libraries.version, changeId: libraryChanges.id, model: embeddingModels.id })
    .from(libraries)
    .leftJoin(libraryChanges, and(eq(libraryChanges.ownerId, libraries.ownerId), eq(libraryChanges.version, libraries.version)))
    .leftJoin(embeddingModels, eq(embeddingModels.state, 'active'))
    .where(eq(libraries.ownerId, sql.placeholder('ownerId'))),
);

/** The version with the active model's id, null without one: what an index is compared with before each answer, by one statement. */
export async function readLibraryState(
  db: Database,
  ownerId: string,
): Promise<LibraryVersion & { readonly model: string | null }> {
  const [found] = await stateQuery(db).execute({ ownerId });
  if (found) return found;
  const [active] = await db.select({ id: embeddingModels.id }).from(embeddingModels).where(eq(embeddingModels.state, 'active'));
  return { version: 0, changeId: null, model: active?.id ?? null };
}

/** The changes after a version, oldest first. Where the first is not version `after + 1`, older ones have been pruned. */
export async function readLibraryChanges(
  db: Database,
  ownerId: string,
  { after, limit }: { after: number; limit: number },
): Promise<(LibraryChange & { version: number; id: string })[]> {
  const { version, id, resourceId, kind } = libraryChanges;
  return await db
    .select({ version, id, resourceId, kind })
    .from(libraryChanges)
    .where(and(eq(libraryChanges.ownerId, ownerId), gt(version, after)))
    .orderBy(asc(version))
    .limit(limit);
}

/** The change that made a version; undefined if it never was, or was pruned. */
export async function findLibraryChange(db: Database, ownerId: string, version: number): Promise<{ id: string } | undefined> {
  const [found] = await db
    .select({ id: libraryChanges.id })
    .from(libraryChanges)
    .where(and(eq(libraryChanges.ownerId, ownerId), eq(libraryChanges.version, version)));
  return found;
}

/** When the first document was deleted after a version, in Unix milliseconds; undefined if none was. */
export async function findFirstDeletion(
  db: Database,
  ownerId: string,
  { after }: { after: number },
): Promise<number | undefined> {
  const { version, kind, createdAt } = libraryChanges;
  const [first] = await db
    .select({ createdAt })
    .from(libraryChanges)
    .where(and(eq(libraryChanges.ownerId, ownerId), gt(version, after), eq(kind, 'deleted')))
    .orderBy(asc(version))
    .limit(1);
  return first?.createdAt;
}

/** The changes of an owner that stay, however old they are. */
const KEPT_CHANGES = 1_000;

export interface PruneOptions {
  /** Unix ms: only changes of before it are deleted. */
  readonly before: number;
  /** Owners, and changes of each, that one call prunes at most. */
  readonly limit: number;
  /** Default 1,000. */
  readonly kept?: number;
}

/** Deletes old changes, the oldest of each owner first, except the last 1,000. Returns how many were deleted; 0: none are left. */
export async function pruneLibraryChanges(db: Database, { before, limit, kept = KEPT_CHANGES }: PruneOptions): Promise<number> {
  const { ownerId, version, createdAt } = libraryChanges;
  const old = await db
    .select({ ownerId, first: sql<number>`min(${version})`.mapWith(Number), last: sql<number>`max(${version})`.mapWith(Number) })
    .from(libraries)
    .innerJoin(libraryChanges, and(eq(ownerId, libraries.ownerId), lte(version, sql`${libraries.version} - ${kept}`)))
    .where(lt(createdAt, before))
    .groupBy(ownerId)
    .limit(limit);
  let deleted = 0;
  for (const { first, last, ...owner } of old) {
    const own = and(eq(ownerId, owner.ownerId), lte(version, Math.min(last, first + limit - 1)));
    deleted += (await db.delete(libraryChanges).where(own).returning({ version })).length;
  }
  return deleted;
}
