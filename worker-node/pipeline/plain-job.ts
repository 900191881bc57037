/** Runners of jobs without stages: their work succeeds, or fails for good or for now. */

import { type FailureClass, StageError } from '../../src/kernel/core/errors.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { advanceLease, deadLetterJob, finishJob, releaseJob, retryJob } from '../../src/kernel/db/leases.ts';
import type { Database, Job } from '../../src/kernel/db/types.ts';
import type { JobKind, JobPayload } from '../../src/kernel/model/job-kinds.ts';
import type { JobOutcome } from './job-outcome.ts';
import { type Claim, createJobRunner, type JobRunner } from './job-runner.ts';
import { LeaseLost } from './lease-lost.ts';
import { NotForThisWorker } from './not-for-this-worker.ts';

export interface PlainJobDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseMs: number;
  /** Whether the queue itself delivers a failed job again, as QStash does. */
  readonly redelivers?: boolean;
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number;
}

export interface PlainWork<P> {
  readonly job: Job;
  readonly payload: P;
  /** Whether a transient failure now would be the job's last. Every commit gives it all attempts again. */
  isLastAttempt(): boolean;
  /** Whether every attempt was interrupted, as by a worker that died: the job is dead after this call, whatever it does. */
  readonly isExhausted: boolean;
  /** Fires when the lease is lost or the worker stops; the work then rejects, and nothing more is written. */
  readonly signal: AbortSignal;
  /**
   * Runs `effect` in a transaction that first renews the lease. Throws LeaseLost, and writes nothing, where it is lost. What is
   * committed stays, so that a repetition goes on from there, and the attempts count anew.
   */
  commit<T>(effect: (tx: Database) => Promise<T>): Promise<T>;
}

const INTERRUPTED = 'Every attempt was interrupted, most likely because the work needs more memory than is available';
const INTERNAL_FAULT = 'The worker failed; its log has the reason';

/**
 * A runner whose job is done when `work` resolves. A StageError says whether the job is tried again, any other error counts as
 * transient. The effects that `work` commits stay, so work that is repeated has to go on from them.
 */
export function createPlainJob<P extends JobPayload>(
  { db, clock, log, leaseMs, redelivers = false, random }: PlainJobDependencies,
  kind: JobKind<P>,
  work: (input: PlainWork<P>) => Promise<void>,
): JobRunner {
  return createJobRunner(kind, async ({ job, lease, signal }, payload) => {
    const isExhausted = job.attempt > job.maxAttempts;
    let { attempt } = job;
    const isLastAttempt = () => attempt >= job.maxAttempts;
    async function commit<T>(effect: (tx: Database) => Promise<T>): Promise<T> {
      const result = await db.transaction(async (tx) => {
        if (!(await advanceLease(tx, { ...lease, now: clock.now(), leaseMs }))) throw new LeaseLost();
        return effect(tx);
      });
      attempt = 1;
      return result;
    }
    try {
      await work({ job, payload, isLastAttempt, isExhausted, signal, commit });
    } catch (error) {
      return fail({ job: { ...job, attempt }, lease, signal }, error);
    }
    if (isExhausted) return deadLetter(lease, INTERRUPTED);
    const held = await finishJob(db, lease, { state: 'done', now: clock.now() });
    return { kind: held ? 'done' : 'released' };
  });

  async function fail({ job, lease, signal }: Claim, error: unknown): Promise<JobOutcome> {
    if (error instanceof LeaseLost) throw error;
    if (error instanceof NotForThisWorker) return release(lease, error.pause);
    if (signal.aborted) {
      await release(lease, 0);
      return { kind: 'released' };
    }
    const { failure, message, retryAfter } = toFailure(error);
    const isLast = failure === 'permanent' || job.attempt >= job.maxAttempts;
    log.warning('job failed', { jobId: job.id, kind: job.kind, attempt: job.attempt, willRetry: !isLast, error });
    if (isLast) return deadLetter(lease, message);
    const now = clock.now();
    const retry = { error: message, now, attempt: job.attempt, random, redelivered: redelivers };
    const availableAt = await retryJob(db, lease, { ...retry, ...(retryAfter === undefined ? {} : { retryAfter }) });
    if (availableAt === undefined) return { kind: 'released' };
    return { kind: 'retry', afterSeconds: Math.ceil((availableAt - now) / 1000) };
  }

  async function release(lease: Claim['lease'], pause: number): Promise<JobOutcome> {
    const now = clock.now();
    const held = await releaseJob(db, lease, { availableAt: now + pause * 1000, now });
    return held ? { kind: 'retry', afterSeconds: pause } : { kind: 'released' };
  }

  async function deadLetter(lease: Claim['lease'], message: string): Promise<JobOutcome> {
    const held = await deadLetterJob(db, lease, { error: message, now: clock.now() });
    return held ? { kind: 'dead', message } : { kind: 'released' };
  }
}

function toFailure(error: unknown): { failure: FailureClass; message: string; retryAfter: number | undefined } {
  if (error instanceof StageError) return { failure: error.failure, message: error.message, retryAfter: error.retryAfter };
  return { failure: 'transient', message: INTERNAL_FAULT, retryAfter: undefined };
}
