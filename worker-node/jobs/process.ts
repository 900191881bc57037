/**
 * Runs the stages of a processing job, in parallel where their dependencies allow it. The results of a stage, its completion
 * and the start of its dependants are one transaction under the lease, so an effect happens once however often the job is
 * delivered, taken over or retried.
 */

import { untilAborted } from '../../src/kernel/core/deadline.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import { findResourceOfJob } from '../../src/kernel/db/resources.ts';
import { PROCESS } from '../../src/kernel/model/job-kinds.ts';
import {
  readyStages,
  STAGE_DEPENDENCIES,
  STAGES,
  type Stage,
  type StageState,
  type StageStates,
} from '../../src/kernel/model/stages.ts';
import type { JobOutcome } from '../pipeline/job-outcome.ts';
import { createJobRunner, type JobRunner } from '../pipeline/job-runner.ts';
import { LeaseLost } from '../pipeline/lease-lost.ts';
import { NotForThisWorker } from '../pipeline/not-for-this-worker.ts';
import type { StageCommit, StageRunners } from '../pipeline/stage.ts';
import { type StageFailure, toStageFailure } from '../pipeline/stage-failure.ts';
import { type ClaimedProcess, stagesOfJob } from './claimed-process.ts';
import { type ConcludeDependencies, cancelJob, concludeJob, giveBackJob } from './conclude-process.ts';
import { createFencedWriter, type FencedWriterDependencies, updateStages } from './fenced-writer.ts';
import { completed, failed, requeued, started } from './stage-transitions.ts';

const INTERRUPTED =
  'Every attempt to process this document was interrupted, most likely because it needs more memory than is available';

const LEFT = 'Waits for a worker that has the embedding model';

export interface ProcessDependencies extends FencedWriterDependencies, ConcludeDependencies {
  readonly log: Log;
  readonly runners: StageRunners;
}

export function createProcessJob(dependencies: ProcessDependencies): JobRunner {
  return createJobRunner(PROCESS, async (claim, payload) => {
    const { resourceId } = claim.job;
    if (resourceId === null) return cancelJob(dependencies, claim);
    const writer = createFencedWriter(dependencies, claim.lease, resourceId);
    return runClaim(dependencies, { ...claim, payload, resourceId, writer });
  });
}

async function runClaim(dependencies: ProcessDependencies, claim: ClaimedProcess): Promise<JobOutcome> {
  const { db, clock, log, progress, runners } = dependencies;
  const { job, resourceId, writer, signal } = claim;
  const retries: StageFailure[] = [];
  /** Stages that this worker cannot run, and another can. */
  const left: NotForThisWorker[] = [];

  async function runStage(stage: Stage, state: StageState): Promise<void> {
    let next: Partial<StageStates>;
    try {
      const commit = await work(stage, state);
      ({ changed: next } = await writer.write((states, now) => {
        const after = { ...states, [stage]: completed(states[stage], now) };
        const dependants = startableStages(claim, after).filter((other) => STAGE_DEPENDENCIES[other].includes(stage));
        return { [stage]: after[stage], ...updateStages(dependants, started)(states, now) };
      }, commit));
    } catch (error) {
      // Interrupted: the next claim of the job starts this stage again.
      if (signal.aborted || error instanceof LeaseLost) return;
      return fail(stage, state, error);
    }
    log.debug('stage completed', { jobId: job.id, resourceId, stage, ms: clock.now() - (state.startedAt ?? clock.now()) });
    const { [stage]: _completed, ...begun } = next;
    await runStages(begun);
  }

  /** Runs stages that have just been started, in parallel. */
  async function runStages(begun: Partial<StageStates>): Promise<void> {
    const runs = STAGES.flatMap((stage) => (begun[stage] ? [runStage(stage, begun[stage])] : []));
    // Waits for all of them, so that no stage writes after this function has returned.
    const outcomes = await Promise.allSettled(runs);
    const rejected = outcomes.find((outcome) => outcome.status === 'rejected');
    if (rejected) throw rejected.reason;
  }

  /** Runs a stage's work, reporting its progress, and returns what it will write. */
  async function work(stage: Stage, state: StageState): Promise<StageCommit> {
    const resource = await findResourceOfJob(db, resourceId);
    if (!resource) throw new LeaseLost();
    let latest: StageState | undefined = state;
    const report = (percent: number, message?: string) => {
      if (!latest || signal.aborted) return;
      latest = {
        ...latest,
        percent: Math.min(100, Math.max(latest.percent, percent)),
        message: message ?? null,
        updatedAt: clock.now(),
      };
      progress.report({ resource_id: resourceId, stages: { [stage]: latest } });
    };
    try {
      return await untilAborted(runners[stage]({ resource, signal, report }), signal);
    } finally {
      latest = undefined;
    }
  }

  async function fail(stage: Stage, state: StageState, error: unknown): Promise<void> {
    if (error instanceof NotForThisWorker) return leave(stage, error);
    const failure = toStageFailure(error);
    const isLast = failure.failure === 'permanent' || job.attempt >= job.maxAttempts;
    log.warning('stage failed', { jobId: job.id, resourceId, stage, attempt: state.attempt, willRetry: !isLast, error });
    await writer.write(
      updateStages([stage], (current, now) =>
        isLast ? failed(current, failure.message, now) : requeued(current, `Will be tried again: ${failure.message}`, now),
      ),
    );
    if (!isLast) retries.push(failure);
  }

  async function leave(stage: Stage, reason: NotForThisWorker): Promise<void> {
    log.debug('stage left to another worker', { jobId: job.id, resourceId, stage, reason: reason.message });
    await writer.write(updateStages([stage], (current, now) => requeued(current, LEFT, now)));
    left.push(reason);
  }

  // A claim beyond the last attempt means that every earlier holder died while it worked on the job.
  const exhausted = job.attempt > job.maxAttempts;
  const { states, changed } = await writer.write((before, now) =>
    updateStages(startableStages(claim, before), (state) => (exhausted ? failed(state, INTERRUPTED, now) : started(state, now)))(
      before,
      now,
    ),
  );
  if (stagesOfJob(claim, states).length === 0) return cancelJob(dependencies, claim);
  if (!exhausted) await runStages(changed);
  if (signal.aborted) return giveBackJob(dependencies, claim);
  return concludeJob(dependencies, claim, { retries, left });
}

/** The job's stages that are neither completed nor failed and whose dependencies are completed. */
function startableStages(claim: ClaimedProcess, states: StageStates): Stage[] {
  const stages = stagesOfJob(claim, states);
  const done = new Set(STAGES.filter((stage) => states[stage].status === 'completed'));
  return readyStages(done).filter((stage) => stages.includes(stage) && states[stage].status !== 'failed');
}
