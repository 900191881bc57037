/** The end of one claim of a processing job: it is done, cancelled, queued again, dead, or given back. */
import type { Clock, Ids } from '../../src/kernel/core/ports.ts';
import { hasOtherUnfinishedJob } from '../../src/kernel/db/jobs.ts';
import { deadLetterJob, finishJob, releaseJob, retryJob } from '../../src/kernel/db/leases.ts';
import { readStages } from '../../src/kernel/db/resource-stages.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { enqueueCallback } from '../../src/kernel/webhooks/enqueue-callback.ts';
import type { JobOutcome } from '../pipeline/job-outcome.ts';
import type { Claim } from '../pipeline/job-runner.ts';
import { LeaseLost } from '../pipeline/lease-lost.ts';
import type { NotForThisWorker } from '../pipeline/not-for-this-worker.ts';
import type { StageFailure } from '../pipeline/stage-failure.ts';
import { type ClaimedProcess, stagesOfJob } from './claimed-process.ts';
import { updateStages } from './fenced-writer.ts';
import { failed, requeued } from './stage-transitions.ts';

/** Seconds until a job that waits for another job of its resource is tried again. */
const WAIT_S = 5;

export interface ConcludeDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Whether the queue itself delivers a failed job again, as QStash does. */
  readonly redelivers?: boolean;
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number;
}

export interface Requeued {
  /** The failures of stages that are tried again. */
  readonly retries: readonly StageFailure[];
  /** Why stages were left to another worker. */
  readonly left: readonly NotForThisWorker[];
}

/**
 * Ends a claim when no stage runs any more. Throws LeaseLost where the resource was deleted or another claim has the job.
 */
export async function concludeJob(
  dependencies: ConcludeDependencies,
  claim: ClaimedProcess,
  { retries, left }: Requeued,
): Promise<JobOutcome> {
  const { db } = dependencies;
  const { job, resourceId, writer } = claim;
  if (retries.length > 0) return retry(dependencies, claim, retries);
  if (left.length > 0) return release(dependencies, claim, Math.max(...left.map(({ pause }) => pause)));

  // A plain read: every ending below is written only while the lease is held.
  const states = await readStages(db, resourceId);
  if (!states) throw new LeaseLost();
  const unfinished = stagesOfJob(claim, states).filter((stage) => states[stage].status !== 'completed');
  if (unfinished.length === 0) return finish(dependencies, claim);

  const failure = unfinished.find((stage) => states[stage].status === 'failed');
  if (failure) return deadLetter(dependencies, claim, states[failure].message ?? '');

  if (await hasOtherUnfinishedJob(db, resourceId, job.id)) return release(dependencies, claim, WAIT_S);
  const message = 'It needs an earlier stage that is not completed; process the document again as a whole';
  await writer.write(updateStages(unfinished, (state, at) => failed(state, message, at)));
  return deadLetter(dependencies, claim, message);
}

/** Ends a job that has nothing to run: its stages all belong to a later run of the resource. */
export async function cancelJob({ db, clock }: ConcludeDependencies, { lease }: Pick<Claim, 'lease'>): Promise<JobOutcome> {
  const held = await finishJob(db, lease, { state: 'cancelled', now: clock.now() });
  return { kind: held ? 'skipped' : 'released' };
}

/** Gives the job back: stages that were running are pending again, and the attempt does not count. */
export async function giveBackJob({ db, clock }: ConcludeDependencies, claim: ClaimedProcess): Promise<JobOutcome> {
  await claim.writer.write((states, now) => {
    const interrupted = stagesOfJob(claim, states).filter((stage) => states[stage].status === 'processing');
    return updateStages(interrupted, (state) => requeued(state, null, now))(states, now);
  });
  const now = clock.now();
  await releaseJob(db, claim.lease, { availableAt: now, now });
  return { kind: 'released' };
}

/** Queues the job again without counting the attempt. */
async function release({ db, clock }: ConcludeDependencies, { lease }: ClaimedProcess, pause: number): Promise<JobOutcome> {
  const now = clock.now();
  const held = await releaseJob(db, lease, { availableAt: now + pause * 1000, now });
  return held ? { kind: 'retry', afterSeconds: pause } : { kind: 'released' };
}

async function retry(
  { db, clock, random, redelivers = false }: ConcludeDependencies,
  { job, lease }: ClaimedProcess,
  failures: readonly StageFailure[],
): Promise<JobOutcome> {
  const now = clock.now();
  const retryAfter = Math.max(0, ...failures.map((failure) => failure.retryAfter ?? 0));
  const error = failures.map((failure) => failure.message).join('; ');
  const availableAt = await retryJob(db, lease, {
    error,
    now,
    attempt: job.attempt,
    random,
    retryAfter,
    redelivered: redelivers,
  });
  if (availableAt === undefined) return { kind: 'released' };
  return { kind: 'retry', afterSeconds: Math.ceil((availableAt - now) / 1000) };
}

async function finish(dependencies: ConcludeDependencies, claim: ClaimedProcess): Promise<JobOutcome> {
  const held = await endWithCallback(dependencies, claim, (tx, now) => finishJob(tx, claim.lease, { state: 'done', now }));
  return { kind: held ? 'done' : 'released' };
}

async function deadLetter(dependencies: ConcludeDependencies, claim: ClaimedProcess, message: string): Promise<JobOutcome> {
  const held = await endWithCallback(dependencies, claim, (tx, now) => deadLetterJob(tx, claim.lease, { error: message, now }));
  return held ? { kind: 'dead', message } : { kind: 'released' };
}

/** Ends the job and, in the same transaction, puts its callback into the outbox. False where the lease is lost. */
async function endWithCallback(
  { db, clock, ids }: ConcludeDependencies,
  { job, resourceId }: ClaimedProcess,
  end: (tx: Database, now: number) => Promise<boolean>,
): Promise<boolean> {
  const now = clock.now();
  return db.transaction(async (tx) => {
    const held = await end(tx, now);
    if (held) await enqueueCallback(tx, { resourceId, jobId: job.id, ids, now });
    return held;
  });
}
