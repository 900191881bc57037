import { AppError } from '../../kernel/core/errors.ts';
import { hasUnfinishedJob } from '../../kernel/db/jobs.ts';
import { readStages } from '../../kernel/db/resource-stages.ts';
import { findResource } from '../../kernel/db/resources.ts';
import type { Database } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { newStages, STAGES, type Stage, withDependants } from '../../kernel/model/stages.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { requireScope } from '../require-scope.ts';
import { withBacklogRoom } from './backlog.ts';
import { notifyRunStarted, type RunTarget, restartRun, type StartedRun } from './processing-runs.ts';

export interface ReprocessInput {
  readonly id: string;
  /** All five where none is named; what depends on a named one runs again with it. */
  readonly stages?: readonly Stage[] | undefined;
}

/** Runs stages again. Throws `conflict` while an earlier run is not over. Returns the stages that will run. */
export async function reprocessResource(
  services: Pick<AppContext, 'db' | 'clock' | 'ids' | 'progress' | 'relay'>,
  actor: Actor,
  { id, stages }: ReprocessInput,
): Promise<{ id: string; stages: Stage[] }> {
  requireScope(actor, 'resources:write');
  const run = await withBacklogRoom(services.db, actor.userId, async (tx, requireRoom) => {
    const resource = await findResource(tx, { id, ownerId: actor.userId });
    if (!resource) throw noSuchResource();
    if (await hasUnfinishedJob(tx, id)) throw new AppError('conflict', 'This resource is still being processed');
    await requireRoom();
    return await rerun(tx, services, resource, stages);
  });
  await notifyRunStarted(services, run);
  return { id, stages: STAGES.filter((stage) => run.states[stage].status === 'pending') };
}

/** Begins the next run of a resource with no unfinished job; stages that never completed join those asked for. */
export async function rerun(
  tx: Database,
  deps: Pick<AppContext, 'clock' | 'ids'>,
  resource: RunTarget,
  asked: readonly Stage[] = STAGES,
): Promise<StartedRun> {
  const states = (await readStages(tx, resource.id)) ?? newStages(deps.clock.now());
  const unfinished = STAGES.filter((stage) => states[stage].status !== 'completed');
  return await restartRun(tx, deps, resource, withDependants([...asked, ...unfinished]), states);
}
