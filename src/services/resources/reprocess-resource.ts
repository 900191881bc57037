import { AppError } from '../../kernel/core/errors.ts';
import { hasUnfinishedJob } from '../../kernel/db/jobs.ts';
import { findResource } from '../../kernel/db/resources.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { STAGES, type Stage } from '../../kernel/model/stages.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { requireScope } from '../require-scope.ts';
import { withBacklogRoom } from './backlog.ts';
import { notifyRunStarted, restartRun } from './processing-runs.ts';

export interface ReprocessInput {
  readonly id: string;
  /** Default: all five. The dependants of a named stage run again as well. */
  readonly stages?: readonly Stage[] | undefined;
}

/** Runs stages again and returns those that will run. Throws `not_found`, and `conflict` while an earlier run is unfinished. */
export async function reprocessResource(
  context: Pick<AppContext, 'db' | 'clock' | 'ids' | 'progress' | 'relay'>,
  actor: Actor,
  { id, stages }: ReprocessInput,
): Promise<{ id: string; stages: Stage[] }> {
  requireScope(actor, 'resources:write');
  const run = await withBacklogRoom(context.db, actor.userId, async (tx, requireRoom) => {
    const resource = await findResource(tx, { id, ownerId: actor.userId });
    if (!resource) throw noSuchResource();
    if (await hasUnfinishedJob(tx, id)) {
      throw new AppError('conflict', 'This resource is still being processed; wait for it to finish, or cancel it');
    }
    await requireRoom();
    return await restartRun(tx, context, resource, stages);
  });
  await notifyRunStarted(context, run);
  return { id, stages: STAGES.filter((stage) => run.states[stage].status === 'pending') };
}
