import { asc, eq } from 'drizzle-orm';
import { chunks } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/** The heading path of every chunk, in the order of the text. */
export async function listHeadingPaths(db: Database, resourceId: string): Promise<string[][]> {
  const rows = await db
    .select({ headingPath: chunks.headingPath })
    .from(chunks)
    .where(eq(chunks.resourceId, resourceId))
    .orderBy(asc(chunks.position));
  return rows.map(({ headingPath }) => headingPath);
}
