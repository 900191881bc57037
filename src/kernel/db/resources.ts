import { and, asc, count, desc, eq, getTableColumns, inArray, isNotNull, ne, or, sql } from 'drizzle-orm';
import { firstFailure, overallStatus, type StageStates, type StageStatus, statusesOf } from '../model/stages.ts';
import { titleKeyOf } from '../model/title-key.ts';
import { batchesOf } from './batches.ts';
import { storedFormsOf, toStoredKey } from './index-keys.ts';
import { jsonContains } from './json-contains.ts';
import { inTransaction, noteLibraryChange } from './library-notes.ts';
import { SEARCHED_COLUMNS } from './library-rows.ts';
import { isOwnedBy } from './owned.ts';
import { resources } from './schema.sqlite.ts';
import type { Database, Resource } from './types.ts';

/** A resource without its text, which may be megabytes. */
export type ResourceSummary = Omit<Resource, 'text'>;
export type NewResource = typeof resources.$inferInsert;

const { text: _text, ...summary } = getTableColumns(resources);

/** The columns of a `ResourceSummary`. */
export const resourceSummary = summary;

/** A resource's key in queries: an id alone could be another owner's. */
export interface OwnedId {
  readonly ownerId: string;
  readonly id: string;
}

const owned = ({ ownerId, id }: OwnedId) => and(eq(resources.ownerId, ownerId), eq(resources.id, id));

/** Throws the driver's unique violation if the owner has a resource with the same `sourceKey`. */
export async function insertResource(db: Database, row: NewResource): Promise<void> {
  await db.insert(resources).values({ ...withTitleKey(row), sourceKey: await toStoredKey(row.sourceKey) });
}

export async function findResource(db: Database, id: OwnedId): Promise<ResourceSummary | undefined> {
  const [found] = await db.select(summary).from(resources).where(owned(id)).limit(1);
  return found;
}

export async function findResourceWithText(db: Database, id: OwnedId): Promise<Resource | undefined> {
  const [found] = await db.select().from(resources).where(owned(id)).limit(1);
  return found;
}

/** The first `length` characters of the text, and how many it has; `text` is null until the document has been read. */
export async function findResourceExcerpt(
  db: Database,
  id: OwnedId,
  length: number,
): Promise<(ResourceSummary & Pick<Resource, 'text'> & { characters: number }) | undefined> {
  const text = sql<string | null>`substr(${resources.text}, 1, ${sql.raw(String(length))})`;
  const characters = sql`coalesce(length(${resources.text}), 0)`.mapWith(Number);
  const [found] = await db
    .select({ ...summary, text, characters })
    .from(resources)
    .where(owned(id))
    .limit(1);
  return found;
}

/** The text of a resource whose job the worker holds; null without one, or if the resource was deleted meanwhile. */
export async function findTextOfJob(db: Database, id: string): Promise<string | null> {
  const [found] = await db.select({ text: resources.text }).from(resources).where(eq(resources.id, id)).limit(1);
  return found?.text ?? null;
}

/** For the worker, which has the id from a job it holds. Undefined if the resource was deleted meanwhile. */
export async function findResourceOfJob(db: Database, id: string): Promise<Resource | undefined> {
  const [found] = await db.select().from(resources).where(eq(resources.id, id)).limit(1);
  return found;
}

/** The owner's oldest resource with the same `sourceKey`, or whose ingested bytes have `contentHash`. */
export async function findDuplicate(
  db: Database,
  { ownerId, sourceKey, contentHash }: { ownerId: string; sourceKey: string; contentHash: string | null },
): Promise<ResourceSummary | undefined> {
  const same = contentHash === null ? undefined : eq(resources.contentHash, contentHash);
  const [found] = await db
    .select(summary)
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), or(inArray(resources.sourceKey, await storedFormsOf([sourceKey])), same)))
    .orderBy(resources.createdAt, resources.id)
    .limit(1);
  return found;
}

/** The id of the owner's oldest resource with the same bytes, other than `exceptId`. */
export async function findSameContent(
  db: Database,
  { ownerId, contentHash, exceptId }: { ownerId: string; contentHash: string; exceptId: string },
): Promise<string | undefined> {
  const [found] = await db
    .select({ id: resources.id })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), eq(resources.contentHash, contentHash), ne(resources.id, exceptId)))
    .orderBy(asc(resources.createdAt), asc(resources.id))
    .limit(1);
  return found?.id;
}

/** The owner's resources whose ingested bytes have one of the hashes: the oldest for each hash, in no order. */
export async function findByContentHashes(
  db: Database,
  ownerId: string,
  hashes: readonly string[],
): Promise<{ id: string; contentHash: string; status: StageStatus }[]> {
  const oldest = new Map<string, { id: string; contentHash: string; status: StageStatus }>();
  for (const some of batchesOf([...new Set(hashes)])) {
    const rows = await db
      .select({ id: resources.id, contentHash: resources.contentHash, status: resources.status })
      .from(resources)
      .where(and(eq(resources.ownerId, ownerId), inArray(resources.contentHash, some)))
      .orderBy(desc(resources.createdAt), desc(resources.id));
    for (const { contentHash, ...row } of rows) {
      if (contentHash !== null) oldest.set(contentHash, { ...row, contentHash });
    }
  }
  return [...oldest.values()];
}

/** The owner's resources among `ids`, in no order. */
export async function findResources(db: Database, ownerId: string, ids: readonly string[]): Promise<ResourceSummary[]> {
  if (ids.length === 0) return [];
  return await db
    .select(summary)
    .from(resources)
    .where(and(isOwnedBy(resources.ownerId, ownerId), inArray(resources.id, [...ids])));
}

/** Returns false if the owner has no such resource. */
export async function updateResource(db: Database, id: OwnedId, values: Partial<NewResource>): Promise<boolean> {
  return await inTransaction(db, async (tx) => {
    const [changed] = await tx.update(resources).set(withTitleKey(values)).where(owned(id)).returning({ id: resources.id });
    if (changed) noteIfSearched(tx, { ...id, values });
    return changed !== undefined;
  });
}

/**
 * Writes to the resource of a job that the worker holds, and returns it; undefined if it was deleted. With `edited`, the fields
 * that a person had edited when it was read, it leaves those out, and also fields that were edited since. The row is locked
 * from then on.
 */
export async function updateResourceOfJob(
  tx: Database,
  id: string,
  values: Partial<NewResource> & Pick<NewResource, 'updatedAt'>,
  edited?: readonly string[],
): Promise<ResourceSummary | undefined> {
  const own = eq(resources.id, id);
  // PostgreSQL keeps JSON as it was written, but does not compare it.
  const asRead = edited && sql`cast(${resources.edited} as text) = ${JSON.stringify(edited)}`;
  const free = withTitleKey(edited ? unedited(values, edited) : values);
  const [written] = await tx.update(resources).set(free).where(and(own, asRead)).returning(summary);
  if (written) noteIfSearched(tx, { ...written, values: free });
  if (written || !edited) return written;
  // Edited or deleted since. The first write locks the row, so that no edit can come between the two.
  const taken = { updatedAt: values.updatedAt };
  const [row] = await tx.update(resources).set(taken).where(own).returning({ edited: resources.edited });
  if (!row) return undefined;
  const untouched = withTitleKey(unedited(values, row.edited));
  const [rewritten] = await tx.update(resources).set(untouched).where(own).returning(summary);
  if (rewritten) noteIfSearched(tx, { ...rewritten, values: untouched });
  return rewritten;
}

/** Notes the change in the library if `values` have a column that searches see. */
function noteIfSearched(tx: Database, { ownerId, id, values }: OwnedId & { readonly values: Partial<NewResource> }): void {
  if (SEARCHED_COLUMNS.some((column) => values[column] !== undefined))
    noteLibraryChange(tx, { ownerId, resourceId: id, kind: 'changed' });
}

/** With the key by which lists are sorted, where `values` name a title. */
const withTitleKey = <V extends Partial<NewResource>>(values: V): V =>
  values.title === undefined ? values : { ...values, titleKey: values.title === null ? null : titleKeyOf(values.title) };

/** The part of `values` that no person has set. */
export const unedited = <V extends object>(values: V, edited: readonly string[]): V =>
  Object.fromEntries(Object.entries(values).filter(([field]) => !edited.includes(field))) as V;

/** Deletes the resource and, by cascade, all rows derived from it. Returns false if the owner has no such resource. */
export async function deleteResource(db: Database, id: OwnedId): Promise<boolean> {
  return await inTransaction(db, async (tx) => {
    const deleted = await tx.delete(resources).where(owned(id)).returning({ id: resources.id });
    if (deleted.length > 0) noteLibraryChange(tx, { ownerId: id.ownerId, resourceId: id.id, kind: 'deleted' });
    return deleted.length > 0;
  });
}

/** The owner's resources whose category a person chose; the classifier learns from them. */
export async function listCorrected(db: Database, ownerId: string): Promise<Pick<Resource, 'id' | 'title' | 'category'>[]> {
  const { id, title, category } = resources;
  return await db
    .select({ id, title, category })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), isEdited, jsonContains(resources.edited, 'category')))
    .orderBy(resources.createdAt, resources.id);
}

/** In the words of the index `resources_edited`, which has few rows. */
const isEdited = sql`cast(${resources.edited} as text) <> '[]'`;

/** The number of the owner's documents, without URLs that were never fetched. Read from an index alone. */
export async function countDocuments(db: Database, ownerId: string): Promise<number> {
  const [row] = await db
    .select({ count: count() })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), isNotNull(resources.contentHash)));
  return row?.count ?? 0;
}

/** The owner's resources with an extracted text: the nodes of the graph. */
export async function listReadResources(db: Database, ownerId: string): Promise<{ id: string; centrality: number | null }[]> {
  return await db
    .select({ id: resources.id, centrality: resources.centrality })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), isNotNull(resources.text)));
}

/** Writes the PageRank of resources by id, many in a statement. */
export async function setCentralities(db: Database, ranks: ReadonlyMap<string, number>): Promise<void> {
  for (const batch of batchesOf([...ranks])) {
    const cases = sql.join(
      // PostgreSQL takes a value without a type for a text.
      batch.map(([id, rank]) => sql`when ${id} then cast(${rank} as double precision)`),
      sql` `,
    );
    const ids = batch.map(([id]) => id);
    await db
      .update(resources)
      .set({ centrality: sql`case ${resources.id} ${cases} end` })
      .where(inArray(resources.id, ids));
  }
}

/** PageRank by id of the owner's resources among `ids`; null before the graph stage has run. */
export async function findCentralities(
  db: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<Map<string, number | null>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: resources.id, centrality: resources.centrality })
    .from(resources)
    .where(and(isOwnedBy(resources.ownerId, ownerId), inArray(resources.id, [...ids])));
  return new Map(rows.map(({ id, centrality }) => [id, centrality]));
}

/** Makes other transactions that write the resource wait until this one ends. False if it was deleted. */
export async function lockResource(tx: Database, { id, ownerId }: Pick<Resource, 'id' | 'ownerId'>): Promise<boolean> {
  const rows = await tx
    .update(resources)
    .set({ updatedAt: sql`${resources.updatedAt}` })
    .where(and(eq(resources.id, id), eq(resources.ownerId, ownerId)))
    .returning({ id: resources.id });
  return rows.length > 0;
}

/** Derives status, error message and completion time from the stages. Call it in the transaction that changed them. */
export async function mirrorStages(tx: Database, resourceId: string, states: StageStates, now: number): Promise<void> {
  await tx.update(resources).set(statusFields(states, now)).where(eq(resources.id, resourceId));
}

/** The columns that `mirrorStages` writes. */
export function statusFields(states: StageStates, now: number) {
  const status = overallStatus(statusesOf(states));
  const completedAt = status === 'completed' ? now : null;
  return { status, errorMessage: firstFailure(states), completedAt, updatedAt: now };
}
