/**
 * Leases on jobs. Messages are delivered at least once, so a worker must take the job's lease in the database before it works
 * on it. A lease that is not renewed lapses, and the job can be claimed again. `holder` names one claim, not one worker, so
 * that a worker that lost a job and claimed it again is not mistaken for the earlier claim.
 */
import { and, eq, lt, lte, or, sql } from 'drizzle-orm';
import { backoffMs } from '../core/backoff.ts';
import { isAhead } from './jobs.ts';
import { jobs } from './schema.sqlite.ts';
import type { Database, Job } from './types.ts';

export interface Lease {
  readonly jobId: string;
  readonly holder: string;
}

export interface Claim extends Lease {
  readonly now: number;
  readonly leaseMs: number;
}

const held = ({ jobId, holder }: Lease) => and(eq(jobs.id, jobId), eq(jobs.state, 'running'), eq(jobs.leaseOwner, holder));

/**
 * The attempts so far. A worker of November 2026, which knows no jobs without a resource, claims one during an upgrade, counts the
 * attempt and lets the lease lapse: such claims must not make the job dead.
 */
const ATTEMPTS = sql<number>`case when ${jobs.resourceId} is null then coalesce(${jobs.begunAttempt}, 0) else ${jobs.attempt} end`;

/** Claims a job that is queued and due, or whose lease has lapsed, and counts the attempt. Undefined if it is neither. */
export async function claimJob(db: Database, { jobId, holder, now, leaseMs }: Claim): Promise<Job | undefined> {
  const ahead = isAhead(jobs.updatedAt, now);
  const due = and(eq(jobs.state, 'queued'), or(lte(jobs.availableAt, now), ahead));
  const lapsed = and(eq(jobs.state, 'running'), or(lt(jobs.leaseExpiresAt, now), ahead));
  const [job] = await db
    .update(jobs)
    .set({
      state: 'running',
      leaseOwner: holder,
      leaseExpiresAt: now + leaseMs,
      attempt: sql`${ATTEMPTS} + 1`,
      begunAttempt: sql`${ATTEMPTS} + 1`,
      updatedAt: now,
    })
    .where(and(eq(jobs.id, jobId), or(due, lapsed)))
    .returning();
  return job;
}

/**
 * Extends the lease. Returns false if it was lost; a lapsed lease counts as held until another claim takes it. In a
 * transaction this is also the fence before an effect: it locks the row, so the job cannot be claimed before the commit.
 */
export async function renewLease(db: Database, { jobId, holder, now, leaseMs }: Claim): Promise<boolean> {
  const rows = await db
    .update(jobs)
    .set({ leaseExpiresAt: now + leaseMs, updatedAt: now })
    .where(held({ jobId, holder }))
    .returning({ id: jobs.id });
  return rows.length > 0;
}

/**
 * Like `renewLease`, for work that has got further: the attempts count anew from here, so that a long job that is interrupted
 * now and then, and goes on each time, does not run out of them.
 */
export async function advanceLease(db: Database, { jobId, holder, now, leaseMs }: Claim): Promise<boolean> {
  const rows = await db
    .update(jobs)
    .set({ leaseExpiresAt: now + leaseMs, updatedAt: now, attempt: 1, begunAttempt: 1 })
    .where(held({ jobId, holder }))
    .returning({ id: jobs.id });
  return rows.length > 0;
}

/** Ends the job as done or cancelled. Returns false if the lease was lost. */
export async function finishJob(db: Database, lease: Lease, { state, now }: { state: 'done' | 'cancelled'; now: number }) {
  return close(db, lease, { state, error: null, finishedAt: now, updatedAt: now });
}

/** Moves the job to the dead-letter list with `error`; it is not attempted again. Returns false if the lease was lost. */
export async function deadLetterJob(
  db: Database,
  lease: Lease,
  { error, now }: { error: string; now: number },
): Promise<boolean> {
  return close(db, lease, { state: 'dead', error, finishedAt: now, updatedAt: now });
}

export interface Retry {
  readonly error: string;
  readonly now: number;
  /** The number of attempts, including this one. */
  readonly attempt: number;
  readonly random: () => number;
  /** The origin's Retry-After, in seconds. */
  readonly retryAfter?: number;
  /** Whether the queue redelivers the message by itself, so that the job must not be published again. */
  readonly redelivered?: boolean;
}

/** Queues the job again after its backoff. Returns when it is due (Unix ms); undefined if the lease was lost. */
export async function retryJob(db: Database, lease: Lease, retry: Retry): Promise<number | undefined> {
  const { error, now, attempt, random, retryAfter, redelivered = false } = retry;
  const availableAt = now + backoffMs(attempt, random, retryAfter);
  const open = await close(db, lease, {
    state: 'queued',
    error,
    availableAt,
    publishedAt: redelivered ? now : null,
    updatedAt: now,
  });
  return open ? availableAt : undefined;
}

/** Returns the job to the queue without counting the attempt, due at `availableAt`. Returns false if the lease was lost. */
export async function releaseJob(db: Database, lease: Lease, { availableAt, now }: { availableAt: number; now: number }) {
  return close(db, lease, {
    state: 'queued',
    availableAt,
    publishedAt: null,
    attempt: sql`${jobs.attempt} - 1`,
    begunAttempt: sql`${jobs.attempt} - 1`,
    updatedAt: now,
  });
}

/** Writes `values` and ends the lease. Returns false and writes nothing if the lease was lost. */
async function close(db: Database, lease: Lease, values: Parameters<ReturnType<Database['update']>['set']>[0]): Promise<boolean> {
  const rows = await db
    .update(jobs)
    .set({ ...values, leaseOwner: null, leaseExpiresAt: null })
    .where(held(lease))
    .returning({ id: jobs.id });
  return rows.length > 0;
}
