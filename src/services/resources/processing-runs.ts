/** Starts a run of stages: rows and job in the caller's transaction, then the news of it. */

import { writeStages } from '../../kernel/db/resource-stages.ts';
import { mirrorStages, updateResource } from '../../kernel/db/resources.ts';
import type { Database } from '../../kernel/db/types.ts';
import { enqueueJob } from '../../kernel/jobs/outbox.ts';
import { everyStage, pendingStage, STAGES, type Stage, type StageStates } from '../../kernel/model/stages.ts';
import type { AppContext } from '../context.ts';

export interface StartedRun {
  readonly resourceId: string;
  readonly jobId: string;
  readonly states: StageStates;
}

/** What a run of `stages` needs to know of the resource it is for. */
export interface RunTarget {
  readonly id: string;
  readonly ownerId: string;
  /** The resource's last run. */
  readonly run: number;
}

/** The first run of a resource whose stages were inserted as `states`; part of the caller's transaction. */
export async function startRun(
  tx: Database,
  deps: Pick<AppContext, 'clock' | 'ids'>,
  target: RunTarget,
  states: StageStates,
): Promise<StartedRun> {
  const jobId = await enqueue(tx, deps, target, STAGES);
  return { resourceId: target.id, jobId, states };
}

/** The next run, of some stages, over the `states` reached so far; part of the caller's transaction. */
export async function restartRun(
  tx: Database,
  deps: Pick<AppContext, 'clock' | 'ids'>,
  { id, ownerId, run: lastRun }: RunTarget,
  stages: readonly Stage[],
  before: StageStates,
): Promise<StartedRun> {
  const now = deps.clock.now();
  const run = lastRun + 1;
  const states = everyStage((stage) => (stages.includes(stage) ? pendingStage(run, now) : before[stage]));
  await writeStages(tx, id, states);
  await updateResource(tx, { id, ownerId }, { run });
  await mirrorStages(tx, id, states, now);
  const jobId = await enqueue(tx, deps, { id, ownerId, run }, stages);
  return { resourceId: id, jobId, states };
}

/** What news of a run goes through; the worker has its own. */
export interface RunNotifier {
  readonly progress: Pick<AppContext['progress'], 'begin'>;
  readonly relay: Pick<AppContext['relay'], 'publishSoon'>;
}

/** After the commit: listeners see the stages waiting, and the job is on its way before any sweep. */
export async function notifyRunStarted(
  { progress, relay }: RunNotifier,
  { resourceId, jobId, states }: StartedRun,
): Promise<void> {
  await progress.begin(resourceId, states);
  relay.publishSoon(jobId);
}

async function enqueue(
  tx: Database,
  { clock, ids }: Pick<AppContext, 'clock' | 'ids'>,
  { id, ownerId, run }: RunTarget,
  stages: readonly Stage[],
): Promise<string> {
  const payload = { stages: STAGES.filter((stage) => stages.includes(stage)), run };
  const job = await enqueueJob(tx, { clock, ids }, { kind: 'resource.process', ownerId, resourceId: id, payload });
  return job.id;
}
