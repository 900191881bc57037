/**
 * Runs one claimed job: its stages as their dependencies allow, side by side where they can. What a stage writes, its
 * completion and the start of what waited for it are one transaction under the lease, so an effect happens once however
 * often the job is delivered, taken over or retried.
 */

import type { Log } from '../../src/kernel/core/log.ts';
import type { Ids } from '../../src/kernel/core/ports.ts';
import { hasOtherUnfinishedJob } from '../../src/kernel/db/jobs.ts';
import { deadLetterJob, finishJob, type Lease, releaseJob, retryJob } from '../../src/kernel/db/leases.ts';
import { findResourceOfJob } from '../../src/kernel/db/resources.ts';
import type { Database, Job } from '../../src/kernel/db/types.ts';
import {
  readyStages,
  STAGE_DEPENDENCIES,
  STAGES,
  type Stage,
  type StageState,
  type StageStates,
} from '../../src/kernel/model/stages.ts';
import { enqueueCallback } from '../../src/kernel/webhooks/enqueue-callback.ts';
import {
  createFencedWriter,
  type FencedWriter,
  type FencedWriterDependencies,
  LeaseLost,
  updateStages,
} from './fenced-writer.ts';
import type { JobOutcome } from './job-outcome.ts';
import type { StageCommit, StageRunners } from './stage.ts';
import { type StageFailure, toStageFailure } from './stage-failure.ts';
import { completed, failed, requeued, started } from './stage-transitions.ts';

/** Between two looks at a job that waits for another job of the same resource. */
const WAIT_MS = 5_000;
const INTERRUPTED =
  'The work was interrupted every time it was tried, most likely because this document needs more memory than there is';

export interface PipelineDependencies extends FencedWriterDependencies {
  readonly log: Log;
  readonly ids: Ids;
  readonly runners: StageRunners;
  /** Whether the queue delivers a failed job again by itself, as QStash does. */
  readonly redelivers?: boolean;
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number;
}

export interface Pipeline {
  /**
   * Runs `job`, claimed by `holder`. When `stop` fires, stages are told, nothing more is written for them and the job is
   * given back. Rejects only where the database fails: the lease then lapses.
   */
  run(job: Job, holder: string, stop: AbortSignal): Promise<JobOutcome>;
}

export function createPipeline(dependencies: PipelineDependencies): Pipeline {
  return {
    run: async (job, holder, stop) => {
      const { resourceId } = job;
      // A job without a resource has no kind yet that could run.
      if (resourceId === null) return { kind: 'skipped' };
      const lease = { jobId: job.id, holder };
      const ledger = createFencedWriter(dependencies, lease, resourceId);
      const lost = new AbortController();
      const stopRenewing = keepRenewing(ledger, dependencies, lost);
      try {
        return await runClaim(dependencies, { job, resourceId, lease, ledger, signal: AbortSignal.any([stop, lost.signal]) });
      } catch (error) {
        if (error instanceof LeaseLost) return { kind: 'released' };
        throw error;
      } finally {
        lost.abort();
        await stopRenewing();
      }
    },
  };
}

interface ClaimedJob {
  readonly job: Job;
  readonly resourceId: string;
  readonly lease: Lease;
  readonly ledger: FencedWriter;
  /** Fires when the lease is lost or the worker stops. */
  readonly signal: AbortSignal;
}

async function runClaim(dependencies: PipelineDependencies, claim: ClaimedJob): Promise<JobOutcome> {
  const { db, clock, log, progress, runners } = dependencies;
  const { job, resourceId, ledger, signal } = claim;
  const ours = stagesOf(job);
  const retries: StageFailure[] = [];

  async function runStage(stage: Stage, state: StageState): Promise<void> {
    let next: Partial<StageStates>;
    try {
      const commit = await work(stage, state);
      ({ changed: next } = await ledger.write((states, now) => {
        const after = { ...states, [stage]: completed(states[stage], now) };
        const dependants = startable(after, ours(after)).filter((other) => STAGE_DEPENDENCIES[other].includes(stage));
        return { [stage]: after[stage], ...updateStages(dependants, started)(states, now) };
      }, commit));
    } catch (error) {
      // Interrupted: whoever takes the job next starts this stage again.
      if (signal.aborted || error instanceof LeaseLost) return;
      return fail(stage, state, error);
    }
    log.debug('stage completed', { jobId: job.id, resourceId, stage, ms: clock.now() - (state.startedAt ?? clock.now()) });
    await runStages(next, stage);
  }

  /** Those of `changed` that have just begun, side by side. */
  async function runStages(changed: Partial<StageStates>, after?: Stage): Promise<void> {
    const started = STAGES.flatMap((stage) => {
      const state = changed[stage];
      return state && stage !== after ? [runStage(stage, state)] : [];
    });
    // All of them come to their end, whatever becomes of one: none may go on writing behind our back.
    const outcomes = await Promise.allSettled(started);
    const broken = outcomes.find((outcome) => outcome.status === 'rejected');
    if (broken) throw broken.reason;
  }

  async function work(stage: Stage, state: StageState): Promise<StageCommit> {
    const resource = await findResourceOfJob(db, resourceId);
    if (!resource) throw new LeaseLost();
    let last: StageState | undefined = state;
    const report = (percent: number, message?: string) => {
      if (!last || signal.aborted) return;
      last = {
        ...last,
        percent: Math.min(100, Math.max(last.percent, percent)),
        message: message ?? null,
        updatedAt: clock.now(),
      };
      progress.report({ resource_id: resourceId, stages: { [stage]: last } });
    };
    try {
      return await orAborted(runners[stage]({ resource, signal, report }), signal);
    } finally {
      last = undefined;
    }
  }

  async function fail(stage: Stage, state: StageState, error: unknown): Promise<void> {
    const failure = toStageFailure(error);
    const isLast = failure.failure === 'permanent' || job.attempt >= job.maxAttempts;
    log.warning('stage failed', { jobId: job.id, resourceId, stage, attempt: state.attempt, willRetry: !isLast, error });
    await ledger.write(
      updateStages([stage], (present, now) =>
        isLast ? failed(present, failure.message, now) : requeued(present, `Will be tried again: ${failure.message}`, now),
      ),
    );
    if (!isLast) retries.push(failure);
  }

  // A claim beyond the last attempt: whoever held the job before died with it, again and again.
  const spent = job.attempt > job.maxAttempts;
  const { states: first, changed } = await ledger.write((states, now) =>
    updateStages(startable(states, ours(states)), (state) => (spent ? failed(state, INTERRUPTED, now) : started(state, now)))(
      states,
      now,
    ),
  );
  if (ours(first).length === 0) return cancel(dependencies, claim);
  if (!spent) await runStages(changed);
  if (signal.aborted) return release(dependencies, claim);
  return conclude(dependencies, claim, retries);
}

/** The stages that are this job's to do: those it asks for, unless a later run has asked for them again. */
function stagesOf({ payload }: Job): (states: StageStates) => Stage[] {
  return (states) => payload.stages.filter((stage) => states[stage].run === payload.run);
}

/** Those of `stages` that are neither completed nor failed and have all they depend on. */
function startable(states: StageStates, stages: readonly Stage[]): Stage[] {
  const done = new Set(STAGES.filter((stage) => states[stage].status === 'completed'));
  return readyStages(done).filter((stage) => stages.includes(stage) && states[stage].status !== 'failed');
}

/** What is left once nothing runs any more decides what becomes of the job. */
async function conclude(
  dependencies: PipelineDependencies,
  claim: ClaimedJob,
  retries: readonly StageFailure[],
): Promise<JobOutcome> {
  const { db, clock, random, redelivers = false } = dependencies;
  const { job, resourceId, lease, ledger } = claim;
  const now = clock.now();

  if (retries.length > 0) {
    const retryAfter = Math.max(0, ...retries.map((failure) => failure.retryAfter ?? 0));
    const error = retries.map((failure) => failure.message).join('; ');
    const availableAt = await retryJob(db, lease, {
      error,
      now,
      attempt: job.attempt,
      random,
      retryAfter,
      redelivered: redelivers,
    });
    return availableAt === undefined
      ? { kind: 'released' }
      : { kind: 'retry', afterSeconds: Math.ceil((availableAt - now) / 1000) };
  }

  const ours = stagesOf(job);
  const { states } = await ledger.write(() => ({}));
  const open = ours(states).filter((stage) => states[stage].status !== 'completed');
  if (open.length === 0) return finish(dependencies, claim);

  const failure = open.find((stage) => states[stage].status === 'failed');
  if (failure) return bury(dependencies, claim, states[failure].message ?? '');

  if (await hasOtherUnfinishedJob(db, resourceId, job.id)) {
    const isOurs = await releaseJob(db, lease, { availableAt: now + WAIT_MS, now });
    return isOurs ? { kind: 'retry', afterSeconds: WAIT_MS / 1000 } : { kind: 'released' };
  }
  const message = `It needs an earlier stage that is not completed; process the document again as a whole`;
  await ledger.write(updateStages(open, (state, at) => failed(state, message, at)));
  return bury(dependencies, claim, message);
}

async function cancel(dependencies: PipelineDependencies, { lease }: ClaimedJob): Promise<JobOutcome> {
  const { db, clock } = dependencies;
  const isOurs = await finishJob(db, lease, { state: 'cancelled', now: clock.now() });
  return { kind: isOurs ? 'skipped' : 'released' };
}

/** Ends the job and, in the same transaction, puts what its owner wants to hear of it into the outbox. */
async function end(
  { db, clock, ids }: PipelineDependencies,
  { job, resourceId }: ClaimedJob,
  write: (tx: Database, now: number) => Promise<boolean>,
): Promise<boolean> {
  const now = clock.now();
  return db.transaction(async (tx) => {
    const isOurs = await write(tx, now);
    if (isOurs) await enqueueCallback(tx, { resourceId, jobId: job.id, ids, now });
    return isOurs;
  });
}

async function finish(dependencies: PipelineDependencies, claim: ClaimedJob): Promise<JobOutcome> {
  const isOurs = await end(dependencies, claim, (tx, now) => finishJob(tx, claim.lease, { state: 'done', now }));
  return { kind: isOurs ? 'done' : 'released' };
}

async function bury(dependencies: PipelineDependencies, claim: ClaimedJob, message: string): Promise<JobOutcome> {
  const isOurs = await end(dependencies, claim, (tx, now) => deadLetterJob(tx, claim.lease, { error: message, now }));
  return isOurs ? { kind: 'dead', message } : { kind: 'released' };
}

/** Stages that were under way wait again, and the job is as if it had not been taken. */
async function release({ db, clock }: PipelineDependencies, { job, lease, ledger }: ClaimedJob): Promise<JobOutcome> {
  const ours = stagesOf(job);
  await ledger.write((states, now) => {
    const interrupted = ours(states).filter((stage) => states[stage].status === 'processing');
    return updateStages(interrupted, (state) => requeued(state, null, now))(states, now);
  });
  const now = clock.now();
  await releaseJob(db, lease, { availableAt: now, now });
  return { kind: 'released' };
}

/** Renews the lease three times in its life. Returns the function that ends it and waits for what is under way. */
function keepRenewing(ledger: FencedWriter, { log, leaseMs }: PipelineDependencies, lost: AbortController): () => Promise<void> {
  let renewing: Promise<void> | undefined;
  async function renew(): Promise<void> {
    try {
      if (!(await ledger.renew())) lost.abort(new LeaseLost());
    } catch (error) {
      // Whether it is still ours is checked again in the transaction of every effect.
      log.warning('lease could not be renewed', { error });
    }
    renewing = undefined;
  }
  const timer = setInterval(() => {
    renewing ??= renew();
  }, leaseMs / 3);
  return async () => {
    clearInterval(timer);
    await renewing;
  };
}

/** Settles with `work`, or rejects as soon as `signal` fires, whether or not the work listens to it. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
