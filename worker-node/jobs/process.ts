/**
 * Runs the stages of a processing job, in parallel where their dependencies allow it. A stage begins when those before it have
 * ended, with what they hand over; the run writer writes their results under the lease, so an effect happens once however often
 * the job is delivered, taken over or retried.
 */

import { untilAborted } from '../../src/kernel/core/deadline.ts';
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
import { NotForThisWorker } from '../pipeline/not-for-this-worker.ts';
import type { StageResult, StageRunners } from '../pipeline/stage.ts';
import { type StageFailure, toStageFailure } from '../pipeline/stage-failure.ts';
import { type ClaimedProcess, stagesOfJob } from './claimed-process.ts';
import { type ConcludeDependencies, cancelJob, concludeJob, giveBackJob } from './conclude-process.ts';
import { createRunWriter, type RunWriterDependencies, updateStages } from './run-writer.ts';
import { completed, failed, requeued, started } from './stage-transitions.ts';

const INTERRUPTED =
  'Every attempt to process this document was interrupted, most likely because it needs more memory than is available';

const LEFT = 'Waits for a worker that has the embedding model';

export interface ProcessDependencies extends RunWriterDependencies, ConcludeDependencies {
  readonly runners: StageRunners;
}

export function createProcessJob(dependencies: ProcessDependencies): JobRunner {
  return createJobRunner(PROCESS, async (claim, payload) => {
    const { resourceId } = claim.job;
    if (resourceId === null) return cancelJob(dependencies, claim);
    return runClaim(dependencies, { ...claim, payload, resourceId });
  });
}

async function runClaim(dependencies: ProcessDependencies, claim: ClaimedProcess): Promise<JobOutcome> {
  const { clock, log, progress, runners } = dependencies;
  const { job, lease, resourceId, signal } = claim;
  const writer = createRunWriter(dependencies, { lease, resourceId, onFailure: fail });
  const retries: StageFailure[] = [];
  /** Stages that this worker cannot run, and another can. */
  const left: NotForThisWorker[] = [];

  async function runStage(stage: Stage, state: StageState): Promise<void> {
    let result: StageResult;
    try {
      result = await work(stage, state);
    } catch (error) {
      // Interrupted: the next claim of the job starts this stage again.
      if (signal.aborted || !isCurrent(stage, state)) return;
      fail(stage, error);
      return writer.writeSoon();
    }
    // What it began with could not be written, or the job was interrupted.
    if (signal.aborted || !isCurrent(stage, state)) return;
    const { [stage]: _completed, ...begun } = writer.add(stage, result, (states, now) => {
      const after = { ...states, [stage]: completed(states[stage], now) };
      const dependants = startableStages(claim, after).filter((other) => STAGE_DEPENDENCIES[other].includes(stage));
      return { [stage]: after[stage], ...updateStages(dependants, started)(states, now) };
    });
    log.debug('stage completed', { jobId: job.id, resourceId, stage, ms: clock.now() - (state.startedAt ?? clock.now()) });
    await runStages(begun);
  }

  const isCurrent = (stage: Stage, { status, attempt }: StageState) => {
    const current = writer.states()[stage];
    return current.status === status && current.attempt === attempt;
  };

  /** Runs stages that have just been started, in parallel. */
  async function runStages(begun: Partial<StageStates>): Promise<void> {
    const runs = STAGES.flatMap((stage) => (begun[stage] ? [runStage(stage, begun[stage])] : []));
    // Waits for all of them, so that no stage adds a result after this function has returned.
    const outcomes = await Promise.allSettled(runs);
    const rejected = outcomes.find((outcome) => outcome.status === 'rejected');
    if (rejected) throw rejected.reason;
  }

  /** Runs a stage's work, reporting its progress, and returns what it has made. */
  async function work(stage: Stage, state: StageState): Promise<StageResult> {
    let latest: StageState | undefined = state;
    const report = (percent: number, message?: string) => {
      if (!latest || signal.aborted) return;
      latest = {
        ...latest,
        percent: Math.min(100, Math.max(latest.percent, percent)),
        message: message ?? null,
        updatedAt: clock.now(),
      };
      // A stage that has begun with what is not written yet may have to begin again.
      if (writer.isWritten(stage)) progress.report({ resource_id: resourceId, stages: { [stage]: latest } });
    };
    try {
      return await untilAborted(runners[stage]({ ...writer.input(), committed: writer.writeMade, signal, report }), signal);
    } finally {
      latest = undefined;
    }
  }

  function fail(stage: Stage, error: unknown): void {
    if (error instanceof NotForThisWorker) {
      leave(stage, error);
      return;
    }
    const failure = toStageFailure(error);
    const isLast = failure.failure === 'permanent' || job.attempt >= job.maxAttempts;
    const { attempt } = writer.states()[stage];
    log.warning('stage failed', { jobId: job.id, resourceId, stage, attempt, willRetry: !isLast, error });
    writer.change(
      updateStages([stage], (current, now) =>
        isLast ? failed(current, failure.message, now) : requeued(current, `Will be tried again: ${failure.message}`, now),
      ),
    );
    if (!isLast) retries.push(failure);
  }

  function leave(stage: Stage, reason: NotForThisWorker): void {
    log.debug('stage left to another worker', { jobId: job.id, resourceId, stage, reason: reason.message });
    writer.change(updateStages([stage], (current, now) => requeued(current, LEFT, now)));
    left.push(reason);
  }

  // A claim beyond the last attempt means that every earlier holder died while it worked on the job.
  const exhausted = job.attempt > job.maxAttempts;
  const begun = await writer.begin((before, now) =>
    updateStages(startableStages(claim, before), (state) => (exhausted ? failed(state, INTERRUPTED, now) : started(state, now)))(
      before,
      now,
    ),
  );
  if (stagesOfJob(claim, writer.states()).length === 0) return cancelJob(dependencies, claim);
  try {
    if (!exhausted) await runStages(begun);
    for (;;) {
      const { end, outcome } = signal.aborted
        ? giveBackJob(claim, writer)
        : await concludeJob(dependencies, claim, { writer, retries, left });
      if (await writer.write(end)) return outcome();
    }
  } finally {
    await writer.close();
  }
}

/** The job's stages that are neither completed nor failed and whose dependencies are completed. */
function startableStages(claim: ClaimedProcess, states: StageStates): Stage[] {
  const stages = stagesOfJob(claim, states);
  const done = new Set(STAGES.filter((stage) => states[stage].status === 'completed'));
  return readyStages(done).filter((stage) => stages.includes(stage) && states[stage].status !== 'failed');
}
