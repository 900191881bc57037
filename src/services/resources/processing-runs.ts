/** Starts processing runs: rows and job in the caller's transaction, notifications after its commit. */

import { readStages, writeStages } from '../../kernel/db/resource-stages.ts';
import { mirrorStages, updateResource } from '../../kernel/db/resources.ts';
import type { Database } from '../../kernel/db/types.ts';
import { enqueueJob } from '../../kernel/jobs/outbox.ts';
import { PROCESS } from '../../kernel/model/job-kinds.ts';
import {
  everyStage,
  newStages,
  pendingStage,
  STAGES,
  type Stage,
  type StageStates,
  withDependants,
} from '../../kernel/model/stages.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';

export interface StartedRun {
  readonly resourceId: string;
  readonly jobId: string;
  readonly states: StageStates;
}

/** The resource that a run belongs to. */
export interface RunTarget {
  readonly id: string;
  readonly ownerId: string;
  /** The number of the resource's last run; 1 for a new resource. */
  readonly run: number;
}

/** Starts the first run of a resource whose stages were inserted as `states`; part of the caller's transaction. */
export async function startRun(
  tx: Database,
  context: Pick<AppContext, 'clock' | 'ids'>,
  target: RunTarget,
  states: StageStates,
): Promise<StartedRun> {
  return { resourceId: target.id, jobId: await enqueueRun(tx, context, target, STAGES), states };
}

/**
 * Starts the next run of a resource without an unfinished job, in the caller's transaction. It runs the `requested` stages,
 * those that never completed, and the dependants of both. Throws `not_found` if the resource was deleted meanwhile.
 */
export async function restartRun(
  tx: Database,
  context: Pick<AppContext, 'clock' | 'ids'>,
  { id, ownerId, run: lastRun }: RunTarget,
  requested: readonly Stage[] = STAGES,
): Promise<StartedRun> {
  const now = context.clock.now();
  const previous = (await readStages(tx, id)) ?? newStages(now);
  const unfinished = STAGES.filter((stage) => previous[stage].status !== 'completed');
  const stages = withDependants([...requested, ...unfinished]);
  const run = lastRun + 1;
  const states = everyStage((stage) => (stages.includes(stage) ? pendingStage(run, now) : previous[stage]));
  // First, because it waits for a deletion of the same moment.
  if (!(await updateResource(tx, { id, ownerId }, { run }))) throw noSuchResource();
  await writeStages(tx, id, states);
  await mirrorStages(tx, id, states, now);
  return { resourceId: id, jobId: await enqueueRun(tx, context, { id, ownerId, run }, stages), states };
}

/** The ports that announce a run; the worker has its own. */
export interface RunNotifier {
  readonly progress: Pick<AppContext['progress'], 'begin'>;
  readonly relay: Pick<AppContext['relay'], 'publishSoon'>;
}

/** Call it after the commit: listeners see the stages as pending, and the job is published without waiting for a sweep. */
export async function notifyRunStarted(
  { progress, relay }: RunNotifier,
  { resourceId, jobId, states }: StartedRun,
): Promise<void> {
  await progress.begin(resourceId, states);
  relay.publishSoon(jobId);
}

/** Inserts the run's job and returns its id. */
async function enqueueRun(
  tx: Database,
  { clock, ids }: Pick<AppContext, 'clock' | 'ids'>,
  { id, ownerId, run }: RunTarget,
  stages: readonly Stage[],
): Promise<string> {
  const payload = { stages: STAGES.filter((stage) => stages.includes(stage)), run };
  const job = await enqueueJob(tx, { clock, ids }, { kind: PROCESS, ownerId, resourceId: id, payload });
  return job.id;
}
