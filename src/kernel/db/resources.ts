import type { SQL } from 'drizzle-orm';
import { and, desc, eq, getTableColumns, gte, inArray, lt, or, sql } from 'drizzle-orm';
import type { StageStatus } from '../model/stages.ts';
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

/** Where a page ended: the creation time and id of its last resource. */
export interface ResourcePosition {
  readonly createdAt: number;
  readonly id: string;
}

/** The owner's resources, newest first, after `after`. */
export async function listResources(
  db: Database,
  {
    ownerId,
    filter,
    after,
    limit,
  }: { ownerId: string; filter: ResourceFilter; after?: ResourcePosition | undefined; limit: number },
): Promise<ResourceSummary[]> {
  return await db
    .select(summary)
    .from(resources)
    .where(and(eq(resources.ownerId, ownerId), ...conditions(filter), after && beyond(after)))
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

const beyond = ({ createdAt, id }: ResourcePosition) =>
  or(lt(resources.createdAt, createdAt), and(eq(resources.createdAt, createdAt), lt(resources.id, id)));

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
