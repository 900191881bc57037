/**
 * Who works on a job. Delivery is at least once, so a job belongs to whoever took its lease in the database; a lease
 * that is not renewed lapses, and the job may be taken again. `holder` names one claim, not one worker: a worker that
 * lost a job and took it again must not be mistaken for its former self.
 */
import { and, eq, lt, lte, or, sql } from 'drizzle-orm';
import { backoffMs } from '../core/backoff.ts';
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

/** Takes a job that is queued and due, or whose lease has lapsed, and counts the attempt; undefined where there is nothing to take. */
export async function claimJob(db: Database, { jobId, holder, now, leaseMs }: Claim): Promise<Job | undefined> {
  const due = and(eq(jobs.state, 'queued'), lte(jobs.availableAt, now));
  const lapsed = and(eq(jobs.state, 'running'), lt(jobs.leaseExpiresAt, now));
  const [job] = await db
    .update(jobs)
    .set({
      state: 'running',
      leaseOwner: holder,
      leaseExpiresAt: now + leaseMs,
      attempt: sql`${jobs.attempt} + 1`,
      updatedAt: now,
    })
    .where(and(eq(jobs.id, jobId), or(due, lapsed)))
    .returning();
  return job;
}

/**
 * Extends the lease; false where it is lost. In a transaction this is also the fence before an effect: it locks the row,
 * so nobody takes the job before the transaction has ended. A lease that lapsed and that nobody took is still ours.
 */
export async function renewLease(db: Database, { jobId, holder, now, leaseMs }: Claim): Promise<boolean> {
  const rows = await db
    .update(jobs)
    .set({ leaseExpiresAt: now + leaseMs, updatedAt: now })
    .where(held({ jobId, holder }))
    .returning({ id: jobs.id });
  return rows.length > 0;
}

/** The job is over: all done, or nothing left to do for it. */
export async function finishJob(db: Database, lease: Lease, { state, now }: { state: 'done' | 'cancelled'; now: number }) {
  return close(db, lease, { state, error: null, finishedAt: now, updatedAt: now });
}

/** No further attempt will be made on its own; `error` is what an admin reads in the list of the dead. */
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
  /** How many attempts there have been, this one included. */
  readonly attempt: number;
  readonly random: () => number;
  /** Seconds the origin asked for. */
  readonly retryAfter?: number;
  /** The queue delivers it again by itself: it is not to be published besides. */
  readonly redelivered?: boolean;
}

/** Queues the job again after its backoff. Returns when it is due (Unix ms), undefined where the lease was lost. */
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

/** Gives the job back as if it had not been taken, due at `availableAt`: the worker stops, or the job has to wait. */
export async function releaseJob(db: Database, lease: Lease, { availableAt, now }: { availableAt: number; now: number }) {
  return close(db, lease, {
    state: 'queued',
    availableAt,
    publishedAt: null,
    attempt: sql`${jobs.attempt} - 1`,
    updatedAt: now,
  });
}

/** False where the lease was lost; nothing is written then. */
async function close(db: Database, lease: Lease, values: Parameters<ReturnType<Database['update']>['set']>[0]): Promise<boolean> {
  const rows = await db
    .update(jobs)
    .set({ ...values, leaseOwner: null, leaseExpiresAt: null })
    .where(held(lease))
    .returning({ id: jobs.id });
  return rows.length > 0;
}
