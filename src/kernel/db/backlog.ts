/** How much is still to be done, for whom. */
import { and, eq, inArray } from 'drizzle-orm';
import { jobs } from './schema.sqlite.ts';
import type { Database } from './types.ts';

const unfinished = inArray(jobs.state, ['queued', 'running']);

/** Whether `ownerId` has at least `limit` jobs that are neither done nor given up. */
export async function isBacklogFull(db: Database, ownerId: string, limit: number): Promise<boolean> {
  const last = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.ownerId, ownerId), unfinished))
    .limit(1)
    .offset(limit - 1);
  return last.length > 0;
}

/** Whether a job of this resource is still to run or running. */
export async function hasUnfinishedJob(db: Database, resourceId: string): Promise<boolean> {
  const found = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.resourceId, resourceId), unfinished))
    .limit(1);
  return found.length > 0;
}
