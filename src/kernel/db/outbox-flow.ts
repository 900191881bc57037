import { and, eq, inArray, isNull, lte, sql } from 'drizzle-orm';
import { jobs } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/** Whether jobs that were due at `since` (Unix ms) are still unpublished, and none at all was published after it. */
export async function isOutboxStalled(db: Database, since: number): Promise<boolean> {
  const overdue = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.state, 'queued'), isNull(jobs.publishedAt), lte(jobs.availableAt, since)))
    .limit(1);
  if (overdue.length === 0) return false;
  const [last] = await db
    .select({ publishedAt: sql<number | null>`max(${jobs.publishedAt})` })
    .from(jobs)
    .where(inArray(jobs.state, ['queued', 'running']));
  return Number(last?.publishedAt ?? 0) <= since;
}
