import type { Actor } from '../kernel/auth/actor.ts';
import { hasUnfinishedJob } from '../kernel/db/backlog.ts';
import { readStages } from '../kernel/db/resource-stages.ts';
import { findResource } from '../kernel/db/resources.ts';
import type { Database } from '../kernel/db/types.ts';
import { AppError } from '../kernel/errors.ts';
import { newStages, STAGES, type Stage, withDependants } from '../kernel/progress/stages.ts';
import type { Services } from '../kernel/services.ts';
import { inBacklog } from './backlog.ts';
import { noSuchResource } from './not-found.ts';
import { requireScope } from './require-scope.ts';
import { announceRun, type RunTarget, type StartedRun, startNextRun } from './start-run.ts';

export interface ReprocessInput {
  readonly id: string;
  /** All five where none is named; what depends on a named one runs again with it. */
  readonly stages?: readonly Stage[] | undefined;
}

/** Runs stages again. Throws `conflict` while an earlier run is not over. Returns the stages that will run. */
export async function reprocessResource(
  services: Pick<Services, 'db' | 'clock' | 'ids' | 'progress' | 'relay'>,
  actor: Actor,
  { id, stages }: ReprocessInput,
): Promise<{ id: string; stages: Stage[] }> {
  requireScope(actor, 'resources:write');
  const run = await inBacklog(services.db, actor.userId, async (tx, requireRoom) => {
    const resource = await findResource(tx, { id, ownerId: actor.userId });
    if (!resource) throw noSuchResource();
    if (await hasUnfinishedJob(tx, id)) throw new AppError('conflict', 'This resource is still being processed');
    await requireRoom();
    return await rerun(tx, services, resource, stages);
  });
  await announceRun(services, run);
  return { id, stages: STAGES.filter((stage) => run.states[stage].status === 'pending') };
}

/** Begins the next run of a resource with no unfinished job; stages that never completed join those asked for. */
export async function rerun(
  tx: Database,
  deps: Pick<Services, 'clock' | 'ids'>,
  resource: RunTarget,
  asked: readonly Stage[] = STAGES,
): Promise<StartedRun> {
  const states = (await readStages(tx, resource.id)) ?? newStages(deps.clock.now());
  const unfinished = STAGES.filter((stage) => states[stage].status !== 'completed');
  return await startNextRun(tx, deps, resource, withDependants([...asked, ...unfinished]), states);
}
