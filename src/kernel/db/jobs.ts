/** The `jobs` table: the outbox as the relay sees it. Claims and leases are in `jobs/leases.ts`. */
import { and, asc, eq, inArray, isNull, lt, lte, ne, or, sql } from 'drizzle-orm';
import { jobs } from './schema.sqlite.ts';
import type { Database, Job } from './types.ts';

export async function insertJob(db: Database, job: Job): Promise<void> {
  await db.insert(jobs).values(job);
}

export async function findJob(db: Database, id: string): Promise<Job | undefined> {
  const [job] = await db.select().from(jobs).where(eq(jobs.id, id));
  return job;
}

/** Whether another job of this resource is still to end. */
export async function hasOtherUnfinishedJob(db: Database, resourceId: string, jobId: string): Promise<boolean> {
  const rows = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.resourceId, resourceId), ne(jobs.id, jobId), inArray(jobs.state, ['queued', 'running'])))
    .limit(1);
  return rows.length > 0;
}

/** `lostAfterMs`: when a message to the queue whose job nobody took counts as lost. */
export interface DueAt {
  readonly now: number;
  readonly lostAfterMs: number;
}

/** What is to be published at `now`: queued and due, or running on a lease that lapsed, and not published just before. */
function isDue({ now, lostAfterMs }: DueAt) {
  const lost = or(isNull(jobs.publishedAt), lt(jobs.publishedAt, now - lostAfterMs));
  return or(
    and(eq(jobs.state, 'queued'), lte(jobs.availableAt, now), lost),
    and(eq(jobs.state, 'running'), lt(jobs.leaseExpiresAt, now), or(lost, lt(jobs.publishedAt, jobs.leaseExpiresAt))),
  );
}

/** Ids of due jobs: every owner's oldest first, then every owner's second, so that nobody's thousands stand before another's one. */
export async function findDueJobs(db: Database, { limit, ...at }: DueAt & { readonly limit: number }): Promise<string[]> {
  const turn = sql<number>`row_number() over (partition by ${jobs.ownerId} order by ${jobs.availableAt}, ${jobs.id})`.as('turn');
  const due = db.select({ id: jobs.id, availableAt: jobs.availableAt, turn }).from(jobs).where(isDue(at)).as('due');
  const rows = await db.select({ id: due.id }).from(due).orderBy(asc(due.turn), asc(due.availableAt), asc(due.id)).limit(limit);
  return rows.map((row) => row.id);
}

export type TakenJob = Pick<Job, 'id' | 'ownerId' | 'attempt' | 'availableAt' | 'leaseExpiresAt'>;

/** Marks those of `ids` that are still due as published and returns them, in that order: of two relays at most one publishes a job. */
export async function takeForPublishing(db: Database, ids: readonly string[], at: DueAt): Promise<TakenJob[]> {
  const { id, ownerId, attempt, availableAt, leaseExpiresAt } = jobs;
  const taken = await db
    .update(jobs)
    .set({ publishedAt: at.now })
    .where(and(inArray(jobs.id, [...ids]), isDue(at)))
    .returning({ id, ownerId, attempt, availableAt, leaseExpiresAt });
  return taken.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

/** Undoes `takeForPublishing` at `takenAt` for a job that could not be published, unless it moved on meanwhile. */
export async function undoPublish(db: Database, id: string, takenAt: number): Promise<void> {
  await db
    .update(jobs)
    .set({ publishedAt: null })
    .where(and(eq(jobs.id, id), eq(jobs.publishedAt, takenAt)));
}

/** For a worker that took messages and stops before it began: whatever of it is still queued is due for publishing again. */
export async function requeueUnstarted(db: Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db
    .update(jobs)
    .set({ publishedAt: null })
    .where(and(inArray(jobs.id, [...ids]), eq(jobs.state, 'queued')));
}

/** For a message that the queue has given up: its job, if nobody works on it, is due for publishing again at `availableAt`. */
export async function requeueUndelivered(db: Database, id: string, availableAt: number): Promise<boolean> {
  const rows = await db
    .update(jobs)
    .set({
      publishedAt: null,
      availableAt: sql`case when ${jobs.availableAt} > ${availableAt} then ${jobs.availableAt} else ${availableAt} end`,
    })
    .where(and(eq(jobs.id, id), eq(jobs.state, 'queued')))
    .returning({ id: jobs.id });
  return rows.length > 0;
}
