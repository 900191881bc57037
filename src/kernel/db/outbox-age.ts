import { and, asc, eq, isNull } from 'drizzle-orm';
import { jobs } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/** When the job that has waited longest to be published was due, in Unix ms; undefined where none waits. */
export async function oldestUnpublished(db: Database): Promise<number | undefined> {
  const [oldest] = await db
    .select({ availableAt: jobs.availableAt })
    .from(jobs)
    .where(and(eq(jobs.state, 'queued'), isNull(jobs.publishedAt)))
    .orderBy(asc(jobs.availableAt))
    .limit(1);
  return oldest?.availableAt;
}
