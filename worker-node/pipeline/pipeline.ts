/**
 * Runs the stages of one claimed job, in parallel where their dependencies allow it. The results of a stage, its
 * completion and the start of its dependants are one transaction under the lease, so an effect happens once however often
 * the job is delivered, taken over or retried.
 */

import { untilAborted } from '../../src/kernel/core/deadline.ts';
import type { Log } from '../../src/kernel/core/log.ts';
import { findResourceOfJob } from '../../src/kernel/db/resources.ts';
import type { Job } from '../../src/kernel/db/types.ts';
import {
  readyStages,
  STAGE_DEPENDENCIES,
  STAGES,
  type Stage,
  type StageState,
  type StageStates,
} from '../../src/kernel/model/stages.ts';
import { type ClaimedJob, stagesOfJob } from './claimed-job.ts';
import { type ConcludeDependencies, cancelJob, concludeJob, giveBackJob } from './conclude-job.ts';
import { createFencedWriter, type FencedWriterDependencies, LeaseLost, updateStages } from './fenced-writer.ts';
import type { JobOutcome } from './job-outcome.ts';
import { startLeaseRenewal } from './lease-renewal.ts';
import type { StageCommit, StageRunners } from './stage.ts';
import { type StageFailure, toStageFailure } from './stage-failure.ts';
import { completed, failed, requeued, started } from './stage-transitions.ts';

const INTERRUPTED =
  'Every attempt to process this document was interrupted, most likely because it needs more memory than is available';

export interface PipelineDependencies extends FencedWriterDependencies, ConcludeDependencies {
  readonly log: Log;
  readonly runners: StageRunners;
}

export interface Pipeline {
  /**
   * Runs `job`, claimed by `holder`. When `stop` fires, the stages are aborted, nothing more is written for them and the
   * job is given back. Rejects only where the database fails: the lease then lapses.
   */
  run(job: Job, holder: string, stop: AbortSignal): Promise<JobOutcome>;
}

export function createPipeline(dependencies: PipelineDependencies): Pipeline {
  const { log, leaseMs } = dependencies;
  return {
    run: async (job, holder, stop) => {
      const { resourceId } = job;
      // No kind of job without a resource can run yet.
      if (resourceId === null) return { kind: 'skipped' };
      const lease = { jobId: job.id, holder };
      const writer = createFencedWriter(dependencies, lease, resourceId);
      const lost = new AbortController();
      const stopRenewal = startLeaseRenewal({ writer, log, leaseMs, onLost: (error) => lost.abort(error) });
      try {
        return await runClaim(dependencies, { job, resourceId, lease, writer, signal: AbortSignal.any([stop, lost.signal]) });
      } catch (error) {
        if (error instanceof LeaseLost) return { kind: 'released' };
        throw error;
      } finally {
        lost.abort();
        await stopRenewal();
      }
    },
  };
}

async function runClaim(dependencies: PipelineDependencies, claim: ClaimedJob): Promise<JobOutcome> {
  const { db, clock, log, progress, runners } = dependencies;
  const { job, resourceId, writer, signal } = claim;
  const retries: StageFailure[] = [];

  async function runStage(stage: Stage, state: StageState): Promise<void> {
    let next: Partial<StageStates>;
    try {
      const commit = await work(stage, state);
      ({ changed: next } = await writer.write((states, now) => {
        const after = { ...states, [stage]: completed(states[stage], now) };
        const dependants = startableStages(job, after).filter((other) => STAGE_DEPENDENCIES[other].includes(stage));
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

  // A claim beyond the last attempt means that every earlier holder died while it worked on the job.
  const exhausted = job.attempt > job.maxAttempts;
  const { states, changed } = await writer.write((before, now) =>
    updateStages(startableStages(job, before), (state) => (exhausted ? failed(state, INTERRUPTED, now) : started(state, now)))(
      before,
      now,
    ),
  );
  if (stagesOfJob(job, states).length === 0) return cancelJob(dependencies, claim);
  if (!exhausted) await runStages(changed);
  if (signal.aborted) return giveBackJob(dependencies, claim);
  return concludeJob(dependencies, claim, retries);
}

/** The job's stages that are neither completed nor failed and whose dependencies are completed. */
function startableStages(job: Job, states: StageStates): Stage[] {
  const stages = stagesOfJob(job, states);
  const done = new Set(STAGES.filter((stage) => states[stage].status === 'completed'));
  return readyStages(done).filter((stage) => stages.includes(stage) && states[stage].status !== 'failed');
}
