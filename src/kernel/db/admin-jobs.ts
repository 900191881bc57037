/** The `jobs` table as an admin sees it. */
import { and, desc, eq, inArray } from 'drizzle-orm';
import type { JobState } from '../model/job-messages.ts';
import { olderThan, type Position } from './pagination.ts';
import { jobs } from './schema.sqlite.ts';
import type { Database, Job } from './types.ts';

export interface JobQuery {
  readonly state?: JobState | undefined;
  readonly ownerId?: string | undefined;
  readonly limit: number;
  /** The last one of the page before. */
  readonly before?: Position | undefined;
}

/** Everybody's jobs, newest first. */
export async function listJobs(db: Database, { state, ownerId, limit, before }: JobQuery): Promise<Job[]> {
  return db
    .select()
    .from(jobs)
    .where(
      and(
        state === undefined ? undefined : eq(jobs.state, state),
        ownerId === undefined ? undefined : eq(jobs.ownerId, ownerId),
        olderThan(jobs, before),
      ),
    )
    .orderBy(desc(jobs.createdAt), desc(jobs.id))
    .limit(limit);
}

/** Ends a job that is `from` one of these states, whoever holds it: a lease is lost with it. Undefined where it is in none. */
export async function endJob(
  db: Database,
  id: string,
  { from, state, error, now }: { from: readonly JobState[]; state: JobState; error?: string; now: number },
): Promise<Job | undefined> {
  const [job] = await db
    .update(jobs)
    .set({
      state,
      leaseOwner: null,
      leaseExpiresAt: null,
      updatedAt: now,
      finishedAt: now,
      ...(error === undefined ? {} : { error }),
    })
    .where(and(eq(jobs.id, id), inArray(jobs.state, [...from])))
    .returning();
  return job;
}

/** The jobs of a resource that are still to end. */
export async function unfinishedJobsOf(db: Database, resourceId: string): Promise<Job[]> {
  return db
    .select()
    .from(jobs)
    .where(and(eq(jobs.resourceId, resourceId), inArray(jobs.state, ['queued', 'running'])));
}
