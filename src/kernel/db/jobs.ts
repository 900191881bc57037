/** The `jobs` table: the outbox of the relay, and the admins' list. leases.ts has the queries of the workers. */
import { and, asc, count, desc, eq, gt, inArray, isNull, lt, lte, ne, or, sql } from 'drizzle-orm';
import type { Position } from '../core/pagination.ts';
import { INSTALLATION, type JobPayload } from '../model/job-kinds.ts';
import type { JobState } from '../model/job-messages.ts';
import type { Stage } from '../model/stages.ts';
import { olderThan } from './pagination.ts';
import { jobs, resourceStages, resources } from './schema.sqlite.ts';
import type { Database, Job } from './types.ts';

/** A job in one of these states is waiting or running. */
export const UNFINISHED_JOB_STATES = ['queued', 'running'] as const satisfies readonly JobState[];

export const isUnfinished = inArray(jobs.state, UNFINISHED_JOB_STATES);

export async function insertJob(db: Database, job: Job): Promise<void> {
  await db.insert(jobs).values(job);
}

export async function findJob(db: Database, id: string): Promise<Job | undefined> {
  const [job] = await db.select().from(jobs).where(eq(jobs.id, id));
  return job;
}

export interface JobQuery {
  readonly state?: JobState | undefined;
  readonly ownerId?: string | undefined;
  readonly limit: number;
  /** The last row of the previous page. */
  readonly before?: Position | undefined;
}

export interface ListedJob extends Job {
  /** Title, file name or URL of its resource, the first that it has. */
  readonly resourceName: string | null;
}

/** A page of all owners' jobs below the position `before`, newest first. */
export async function listJobs(db: Database, { state, ownerId, limit, before }: JobQuery): Promise<ListedJob[]> {
  const rows = await db
    .select({ job: jobs, name: sql<string | null>`coalesce(${resources.title}, ${resources.filename}, ${resources.url})` })
    .from(jobs)
    .leftJoin(resources, eq(resources.id, jobs.resourceId))
    .where(
      and(
        state === undefined ? undefined : eq(jobs.state, state),
        ownerId === undefined ? undefined : eq(jobs.ownerId, ownerId),
        olderThan(jobs, before),
      ),
    )
    .orderBy(desc(jobs.createdAt), desc(jobs.id))
    .limit(limit);
  return rows.map(({ job, name }) => ({ ...job, resourceName: name }));
}

/** Of each of the resources, by id, the stages that have failed, in the run that they belong to. */
export async function listFailedStages(
  db: Database,
  resourceIds: readonly string[],
): Promise<ReadonlyMap<string, readonly { readonly stage: Stage; readonly run: number }[]>> {
  if (resourceIds.length === 0) return new Map();
  const rows = await db
    .select({ resourceId: resourceStages.resourceId, stage: resourceStages.stage, run: resourceStages.run })
    .from(resourceStages)
    .where(and(inArray(resourceStages.resourceId, [...resourceIds]), eq(resourceStages.status, 'failed')))
    .orderBy(asc(resourceStages.finishedAt));
  return Map.groupBy(rows, ({ resourceId }) => resourceId);
}

/** The jobs of an owner's resource, newest first. */
export async function listJobsOfResource(
  db: Database,
  { resourceId, ownerId, limit, before }: { resourceId: string; ownerId: string; limit: number; before?: Position | undefined },
): Promise<Job[]> {
  return await db
    .select()
    .from(jobs)
    .where(and(eq(jobs.resourceId, resourceId), eq(jobs.ownerId, ownerId), olderThan(jobs, before)))
    .orderBy(desc(jobs.createdAt), desc(jobs.id))
    .limit(limit);
}

/** Ends a job whose state is one of `from`, and its lease with it. Undefined if the job is in another state. */
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

/** Whether the resource has an unfinished job. */
export async function hasUnfinishedJob(db: Database, resourceId: string): Promise<boolean> {
  const found = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.resourceId, resourceId), isUnfinished))
    .limit(1);
  return found.length > 0;
}

/** Whether the resource has an unfinished job other than `jobId`. */
export async function hasOtherUnfinishedJob(db: Database, resourceId: string, jobId: string): Promise<boolean> {
  const rows = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(and(eq(jobs.resourceId, resourceId), ne(jobs.id, jobId), isUnfinished))
    .limit(1);
  return rows.length > 0;
}

/** The unfinished jobs of some kinds that belong to no user. */
export async function unfinishedInstallationJobs(db: Database, kinds: readonly string[]): Promise<Job[]> {
  return db
    .select()
    .from(jobs)
    .where(and(eq(jobs.ownerId, INSTALLATION), isUnfinished, inArray(jobs.kind, [...kinds])));
}

/** Replaces the payload of a job whose lease the caller holds, as when a part of its work goes to another job. */
export async function updateJobPayload(tx: Database, id: string, payload: JobPayload): Promise<void> {
  await tx.update(jobs).set({ payload }).where(eq(jobs.id, id));
}

/** The unfinished jobs of a resource. */
export async function unfinishedJobsOf(db: Database, resourceId: string): Promise<Job[]> {
  return db
    .select()
    .from(jobs)
    .where(and(eq(jobs.resourceId, resourceId), isUnfinished));
}

/** `lostAfterMs`: how long after publishing a message counts as lost if no worker claimed its job. */
export interface DueAt {
  readonly now: number;
  readonly lostAfterMs: number;
}

/** No clock of another machine is further ahead. */
const CLOCK_SKEW_MS = 60_000;

/** Whether `column` was written by a clock that has been set back since: what the row waits for would take as long again. */
export const isAhead = (column: typeof jobs.updatedAt | typeof jobs.publishedAt, now: number) => gt(column, now + CLOCK_SKEW_MS);

/** Jobs to publish at `now`: queued and due, or running on a lapsed lease, without a message that may still arrive. */
function isDue({ now, lostAfterMs }: DueAt) {
  const lost = or(isNull(jobs.publishedAt), lt(jobs.publishedAt, now - lostAfterMs), isAhead(jobs.publishedAt, now));
  const ahead = isAhead(jobs.updatedAt, now);
  return or(
    and(eq(jobs.state, 'queued'), or(lte(jobs.availableAt, now), ahead), lost),
    and(eq(jobs.state, 'running'), or(lt(jobs.leaseExpiresAt, now), ahead), or(lost, lt(jobs.publishedAt, jobs.leaseExpiresAt))),
  );
}

/** Ids of due jobs in turns: each owner's oldest, then each owner's second oldest, so that no owner waits for another's backlog. */
export async function findDueJobs(db: Database, { limit, ...at }: DueAt & { readonly limit: number }): Promise<string[]> {
  const turn = sql<number>`row_number() over (partition by ${jobs.ownerId} order by ${jobs.availableAt}, ${jobs.id})`.as('turn');
  const due = db.select({ id: jobs.id, availableAt: jobs.availableAt, turn }).from(jobs).where(isDue(at)).as('due');
  const rows = await db.select({ id: due.id }).from(due).orderBy(asc(due.turn), asc(due.availableAt), asc(due.id)).limit(limit);
  return rows.map((row) => row.id);
}

export type TakenJob = Pick<Job, 'id' | 'ownerId' | 'attempt' | 'availableAt' | 'leaseExpiresAt'>;

/** Marks the jobs among `ids` that are still due as published and returns them in that order. One relay only gets each job. */
export async function takeForPublishing(db: Database, ids: readonly string[], at: DueAt): Promise<TakenJob[]> {
  const { id, ownerId, attempt, availableAt, leaseExpiresAt } = jobs;
  const taken = await db
    .update(jobs)
    .set({ publishedAt: at.now })
    .where(and(inArray(jobs.id, [...ids]), isDue(at)))
    .returning({ id, ownerId, attempt, availableAt, leaseExpiresAt });
  return taken.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

/** Undoes `takeForPublishing` at `takenAt` for a job that could not be published, unless the job has changed since. */
export async function undoPublish(db: Database, id: string, takenAt: number): Promise<void> {
  await db
    .update(jobs)
    .set({ publishedAt: null })
    .where(and(eq(jobs.id, id), eq(jobs.publishedAt, takenAt)));
}

/** For a worker that stops before it started its messages: their jobs that are still queued are due for publishing again. */
export async function requeueUnstarted(db: Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db
    .update(jobs)
    .set({ publishedAt: null })
    .where(and(inArray(jobs.id, [...ids]), eq(jobs.state, 'queued')));
}

/** For a message that the queue gave up: its job, if still queued, is due for publishing again at `availableAt`. */
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

/** Whether jobs due at `since` (Unix ms) are still unpublished, and no unfinished job was published after it. */
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
    .where(isUnfinished);
  return Number(last?.publishedAt ?? 0) <= since;
}

/** The number of jobs per state; states without jobs are absent. */
export async function countJobs(db: Database): Promise<{ state: JobState; count: number }[]> {
  return db.select({ state: jobs.state, count: count() }).from(jobs).groupBy(jobs.state);
}
