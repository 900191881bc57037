import { eq } from 'drizzle-orm';
import { resourceSources, resources } from './schema.sqlite.ts';
import type { Database, ResourceSource } from './types.ts';

/** The bytes that were sent or fetched; undefined for a URL that has not been fetched. */
export async function findSource(db: Database, resourceId: string): Promise<ResourceSource | undefined> {
  const [source] = await db.select().from(resourceSources).where(eq(resourceSources.resourceId, resourceId)).limit(1);
  return source;
}

/** Stores `source`, replacing the resource's earlier one, and notes its size. */
export async function putSource(db: Database, source: ResourceSource): Promise<void> {
  const { resourceId: _, ...replaced } = source;
  await db.insert(resourceSources).values(source).onConflictDoUpdate({ target: resourceSources.resourceId, set: replaced });
  await db.update(resources).set({ bytes: source.body.byteLength }).where(eq(resources.id, source.resourceId));
}
