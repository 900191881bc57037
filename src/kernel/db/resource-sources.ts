import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import { resourceSources, resources } from './schema.sqlite.ts';
import type { Database, ResourceSource } from './types.ts';

/** The bytes that were sent or fetched; undefined for a URL that has not been fetched. */
export async function findSource(db: Database, resourceId: string): Promise<ResourceSource | undefined> {
  const [source] = await db.select().from(resourceSources).where(eq(resourceSources.resourceId, resourceId)).limit(1);
  return source;
}

/** What is known of a source without its bytes. */
export type SourceHead = Omit<ResourceSource, 'body'> & { readonly size: number };

export async function findSourceHead(db: Database, resourceId: string): Promise<SourceHead | undefined> {
  const { body, ...head } = getTableColumns(resourceSources);
  const size = sql`length(${body})`.mapWith(Number);
  const [source] = await db
    .select({ ...head, size })
    .from(resourceSources)
    .where(eq(resourceSources.resourceId, resourceId))
    .limit(1);
  return source;
}

/** Bytes of a source from `start`, at most `length`; undefined where the source was replaced or deleted since. */
export async function readSourceSlice(
  db: Database,
  { resourceId, createdAt }: SourceHead,
  { start, length }: { readonly start: number; readonly length: number },
): Promise<Uint8Array | undefined> {
  // Numbers as text: PostgreSQL would take parameters for another type.
  const slice = sql`substr(${resourceSources.body}, ${sql.raw(`${Math.trunc(start) + 1}, ${Math.trunc(length)}`)})`;
  const [row] = await db
    .select({ bytes: slice.mapWith(resourceSources.body) })
    .from(resourceSources)
    .where(and(eq(resourceSources.resourceId, resourceId), eq(resourceSources.createdAt, createdAt)))
    .limit(1);
  return row?.bytes as Uint8Array | undefined;
}

/** Stores `source`, replacing the resource's earlier one, and notes its size. */
export async function putSource(db: Database, source: ResourceSource): Promise<void> {
  const { resourceId: _, ...replaced } = source;
  await db.insert(resourceSources).values(source).onConflictDoUpdate({ target: resourceSources.resourceId, set: replaced });
  await db.update(resources).set({ bytes: source.body.byteLength }).where(eq(resources.id, source.resourceId));
}
