/** The end of one claim of a processing job: it is done, cancelled, queued again, dead, or given back. */
import type { Clock, Ids } from '../../src/kernel/core/ports.ts';
import { hasOtherUnfinishedJob } from '../../src/kernel/db/jobs.ts';
import { deadLetterJob, finishJob, releaseJob, retryJob } from '../../src/kernel/db/leases.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { enqueueCallback } from '../../src/kernel/webhooks/enqueue-callback.ts';
import type { JobOutcome } from '../pipeline/job-outcome.ts';
import type { Claim } from '../pipeline/job-runner.ts';
import type { NotForThisWorker } from '../pipeline/not-for-this-worker.ts';
import type { StageFailure } from '../pipeline/stage-failure.ts';
import { type ClaimedProcess, stagesOfJob } from './claimed-process.ts';
import { type RunEnd, type RunWriter, updateStages } from './run-writer.ts';
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

/** How a claim ends: what its last write does to the job, and the outcome. */
export interface Ending {
  readonly end: RunEnd;
  readonly outcome: () => JobOutcome;
}

/** Decides how a claim ends when no stage runs any more. Fails stages that nothing will ever run. */
export async function concludeJob(
  dependencies: ConcludeDependencies,
  claim: ClaimedProcess,
  { writer, retries, left }: Requeued & { readonly writer: Pick<RunWriter, 'states' | 'change'> },
): Promise<Ending> {
  const { db } = dependencies;
  const { job, resourceId, lease } = claim;
  if (retries.length > 0) return retry(dependencies, claim, retries);
  if (left.length > 0) return release(claim, Math.max(...left.map(({ pause }) => pause)));

  const states = writer.states();
  const unfinished = stagesOfJob(claim, states).filter((stage) => states[stage].status !== 'completed');
  if (unfinished.length === 0) {
    const close: RunEnd['close'] = (tx, now) => finishJob(tx, lease, { state: 'done', now });
    return { end: withCallback(dependencies, claim, close), outcome: () => ({ kind: 'done' }) };
  }
  const failure = unfinished.find((stage) => states[stage].status === 'failed');
  if (failure) return deadLetter(dependencies, claim, states[failure].message ?? '');

  if (await hasOtherUnfinishedJob(db, resourceId, job.id)) return release(claim, WAIT_S);
  const message = 'It needs an earlier stage that is not completed; process the document again as a whole';
  writer.change(updateStages(unfinished, (state, at) => failed(state, message, at)));
  return deadLetter(dependencies, claim, message);
}

/** Ends a job that has nothing to run: its stages all belong to a later run of the resource. */
export async function cancelJob({ db, clock }: ConcludeDependencies, { lease }: Pick<Claim, 'lease'>): Promise<JobOutcome> {
  const held = await finishJob(db, lease, { state: 'cancelled', now: clock.now() });
  return { kind: held ? 'skipped' : 'released' };
}

/** Gives the job back: stages that were running are pending again, and the attempt does not count. */
export function giveBackJob(claim: ClaimedProcess, writer: Pick<RunWriter, 'change'>): Ending {
  writer.change((states, now) => {
    const interrupted = stagesOfJob(claim, states).filter((stage) => states[stage].status === 'processing');
    return updateStages(interrupted, (state) => requeued(state, null, now))(states, now);
  });
  return { ...release(claim, 0), outcome: () => ({ kind: 'released' }) };
}

/** Queues the job again without counting the attempt. */
function release({ lease }: ClaimedProcess, pause: number): Ending {
  return {
    end: { close: (tx, now) => releaseJob(tx, lease, { availableAt: now + pause * 1000, now }) },
    outcome: () => ({ kind: 'retry', afterSeconds: pause }),
  };
}

function retry(
  { random, redelivers = false }: ConcludeDependencies,
  { job, lease }: ClaimedProcess,
  failures: readonly StageFailure[],
): Ending {
  const retryAfter = Math.max(0, ...failures.map((failure) => failure.retryAfter ?? 0));
  const error = failures.map((failure) => failure.message).join('; ');
  let afterSeconds = 0;
  return {
    end: {
      close: async (tx, now) => {
        const again = { error, now, attempt: job.attempt, random, retryAfter, redelivered: redelivers };
        const availableAt = await retryJob(tx, lease, again);
        if (availableAt === undefined) return false;
        afterSeconds = Math.ceil((availableAt - now) / 1000);
        return true;
      },
    },
    outcome: () => ({ kind: 'retry', afterSeconds }),
  };
}

function deadLetter(dependencies: ConcludeDependencies, claim: ClaimedProcess, message: string): Ending {
  const close: RunEnd['close'] = (tx, now) => deadLetterJob(tx, claim.lease, { error: message, now });
  return { end: withCallback(dependencies, claim, close), outcome: () => ({ kind: 'dead', message }) };
}

/** Puts the callback of the job into the outbox, in the transaction that ends it. */
function withCallback({ ids }: ConcludeDependencies, { job, resourceId }: ClaimedProcess, close: RunEnd['close']): RunEnd {
  return {
    close,
    conclude: (tx, resource, now) => enqueueCallback(tx, { resourceId, jobId: job.id, ids, now, resource }),
  };
}
