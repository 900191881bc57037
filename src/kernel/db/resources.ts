import type { SQL } from 'drizzle-orm';
import { and, asc, count, desc, eq, getTableColumns, gte, inArray, isNotNull, ne, or, sql } from 'drizzle-orm';
import type { Position } from '../core/pagination.ts';
import { firstFailure, overallStatus, type StageStates, type StageStatus, statusesOf } from '../model/stages.ts';
import { olderThan } from './pagination.ts';
import { resources } from './schema.sqlite.ts';
import type { Database, Resource } from './types.ts';

/** A resource without its text, which may be megabytes. */
export type ResourceSummary = Omit<Resource, 'text'>;
export type NewResource = typeof resources.$inferInsert;

const { text: _text, ...summary } = getTableColumns(resources);

/** Whose and which: a query for a resource never goes without its owner. */
export interface OwnedId {
  readonly ownerId: string;
  readonly id: string;
}

const owned = ({ ownerId, id }: OwnedId) => and(eq(resources.ownerId, ownerId), eq(resources.id, id));

/** Throws a unique violation where the owner has a resource of the same source. */
export async function insertResource(db: Database, row: NewResource): Promise<void> {
  await db.insert(resources).values(row);
}

export async function findResource(db: Database, id: OwnedId): Promise<ResourceSummary | undefined> {
  const [found] = await db.select(summary).from(resources).where(owned(id)).limit(1);
  return found;
}

export async function findResourceWithText(db: Database, id: OwnedId): Promise<Resource | undefined> {
  const [found] = await db.select().from(resources).where(owned(id)).limit(1);
  return found;
}

/** For the worker, which got the id from a job it holds. Undefined where it was deleted meanwhile. */
export async function findResourceOfJob(db: Database, id: string): Promise<Resource | undefined> {
  const [found] = await db.select().from(resources).where(eq(resources.id, id)).limit(1);
  return found;
}

/** The owner's resource made from the same source, or whose ingested bytes have `contentHash`; the oldest of several. */
export async function findDuplicate(
  db: Database,
  { ownerId, sourceKey, contentHash }: { ownerId: string; sourceKey: string; contentHash: string | null },
): Promise<ResourceSummary | undefined> {
  const same = contentHash === null ? undefined : eq(resources.contentHash, contentHash);
  const [found] = await db
    .select(summary)
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), or(eq(resources.sourceKey, sourceKey), same)))
    .orderBy(resources.createdAt, resources.id)
    .limit(1);
  return found;
}

/** The id of another of the owner's resources made of the same bytes; the oldest of several. */
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

/** Those of an owner's resources that `ids` names, in no order. */
export async function findResources(db: Database, ownerId: string, ids: readonly string[]): Promise<ResourceSummary[]> {
  if (ids.length === 0) return [];
  return await db
    .select(summary)
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), inArray(resources.id, [...ids])));
}

/** False where the owner has no such resource. */
export async function updateResource(db: Database, id: OwnedId, values: Partial<NewResource>): Promise<boolean> {
  const changed = await db.update(resources).set(values).where(owned(id)).returning({ id: resources.id });
  return changed.length > 0;
}

/**
 * The same for what a stage has found out, in its transaction: fields that a person has set, be it while the stage was at
 * work, stay theirs. The first write takes the row, so that nobody sets one between it and the second.
 */
export async function updateUnedited(
  tx: Database,
  id: OwnedId,
  values: Partial<NewResource> & Pick<NewResource, 'updatedAt'>,
): Promise<void> {
  const taken = { updatedAt: values.updatedAt };
  const [row] = await tx.update(resources).set(taken).where(owned(id)).returning({ edited: resources.edited });
  const free = Object.fromEntries(Object.entries(values).filter(([field]) => !row?.edited.includes(field)));
  await updateResource(tx, id, free);
}

/** Deletes the resource and, by cascade, all that was made from it. False where the owner has no such resource. */
export async function deleteResource(db: Database, id: OwnedId): Promise<boolean> {
  const deleted = await db.delete(resources).where(owned(id)).returning({ id: resources.id });
  return deleted.length > 0;
}

export interface ResourceFilter {
  readonly status?: StageStatus | undefined;
  readonly category?: string | undefined;
  readonly tag?: string | undefined;
  readonly minQuality?: number | undefined;
  readonly language?: string | undefined;
  /** Part of the title, description, summary or URL, in any case. */
  readonly text?: string | undefined;
}

/** The owner's resources, newest first, after `after`. */
export async function listResources(
  db: Database,
  { ownerId, filter, after, limit }: { ownerId: string; filter: ResourceFilter; after?: Position | undefined; limit: number },
): Promise<ResourceSummary[]> {
  return await db
    .select(summary)
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), ...conditions(filter), olderThan(resources, after)))
    .orderBy(desc(resources.createdAt), desc(resources.id))
    .limit(limit);
}

/** The owner's resources whose category a person chose: what the next classification learns from. */
export async function listCorrected(db: Database, ownerId: string): Promise<Pick<Resource, 'id' | 'title' | 'category'>[]> {
  const { id, title, category } = resources;
  return await db
    .select({ id, title, category })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), contains(resources.edited, 'category')))
    .orderBy(resources.createdAt, resources.id);
}

/** How many documents the owner has, but for URLs that were never fetched: answered by an index, no row is read. */
export async function countDocuments(db: Database, ownerId: string): Promise<number> {
  const [row] = await db
    .select({ count: count() })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), isNotNull(resources.contentHash)));
  return row?.count ?? 0;
}

/** Those of the owner's resources that have been read: what the graph is made of. */
export async function listReadResources(db: Database, ownerId: string): Promise<{ id: string; centrality: number | null }[]> {
  return await db
    .select({ id: resources.id, centrality: resources.centrality })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), isNotNull(resources.text)));
}

export async function setCentrality(db: Database, id: string, centrality: number): Promise<void> {
  await db.update(resources).set({ centrality }).where(eq(resources.id, id));
}

/** The ranks of those of `ids` that are the owner's. */
export async function findCentralities(
  db: Database,
  ownerId: string,
  ids: readonly string[],
): Promise<Map<string, number | null>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({ id: resources.id, centrality: resources.centrality })
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), inArray(resources.id, [...ids])));
  return new Map(rows.map(({ id, centrality }) => [id, centrality]));
}

/** Sets status, error message and completion time to what the five stages say; call it in the transaction that changed them. */
export async function mirrorStages(tx: Database, resourceId: string, states: StageStates, now: number): Promise<void> {
  const status = overallStatus(statusesOf(states));
  await tx
    .update(resources)
    .set({
      status,
      errorMessage: firstFailure(states),
      completedAt: status === 'completed' ? now : null,
      updatedAt: now,
    })
    .where(eq(resources.id, resourceId));
}

/** Whether a column with a JSON list of strings holds `value`: within an element no quote follows `[` or `,` unescaped. */
function contains(column: typeof resources.tags | typeof resources.edited, value: string): SQL {
  const element = JSON.stringify(value);
  // As text: PostgreSQL keeps JSON as it was written, but does not take it for text by itself.
  const list = sql`cast(${column} as text)`;
  return sql`(replace(${list}, ${`[${element}`}, '') <> ${list} or replace(${list}, ${`,${element}`}, '') <> ${list})`;
}

const escapeLike = (text: string) => text.replaceAll(/[!%_]/g, '!$&');

function conditions(filter: ResourceFilter): (SQL | undefined)[] {
  const pattern = filter.text === undefined ? undefined : `%${escapeLike(filter.text)}%`;
  return [
    filter.status && eq(resources.status, filter.status),
    filter.category === undefined ? undefined : eq(resources.category, filter.category),
    filter.tag === undefined ? undefined : contains(resources.tags, filter.tag),
    filter.minQuality === undefined ? undefined : gte(resources.qualityScore, filter.minQuality),
    filter.language === undefined ? undefined : eq(resources.language, filter.language),
    pattern === undefined
      ? undefined
      : sql`lower(coalesce(${resources.title}, '') || ' ' || coalesce(${resources.description}, '') || ' ' ||
          coalesce(${resources.summary}, '') || ' ' || coalesce(${resources.url}, '')) like lower(${pattern}) escape '!'`,
  ];
}
