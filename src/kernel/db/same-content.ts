import { and, asc, eq, ne } from 'drizzle-orm';
import { resources } from './schema.sqlite.ts';
import type { Database } from './types.ts';

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
