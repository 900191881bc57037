import { eq } from 'drizzle-orm';
import { resourceSources } from './schema.sqlite.ts';
import type { Database, ResourceSource } from './types.ts';

/** What was sent or fetched, as bytes; undefined for a URL that has not been fetched. */
export async function findSource(db: Database, resourceId: string): Promise<ResourceSource | undefined> {
  const [source] = await db.select().from(resourceSources).where(eq(resourceSources.resourceId, resourceId)).limit(1);
  return source;
}

/** Keeps `source`, in place of what was kept for that resource before. */
export async function putSource(db: Database, source: ResourceSource): Promise<void> {
  const { resourceId: _, ...replaced } = source;
  await db.insert(resourceSources).values(source).onConflictDoUpdate({ target: resourceSources.resourceId, set: replaced });
}
