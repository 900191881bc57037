import { z } from 'zod';
import { AppError } from '../../kernel/core/errors.ts';
import { hasUnfinishedJob } from '../../kernel/db/jobs.ts';
import { findResource } from '../../kernel/db/resources.ts';
import { STAGES } from '../../kernel/model/stages.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { toAcceptedResponse } from './accepted-response.ts';
import { withBacklogRoom } from './backlog.ts';
import { notifyRunStarted, restartRun } from './processing-runs.ts';
import { acceptedSchema, resourceId, resourceIdInput } from './resource-schemas.ts';

const stages = z.array(z.enum(STAGES));

/** Returns the stages that will run: the dependants of a named stage run again as well. */
export const reprocessResource = operation({
  name: 'resources.reprocess',
  scope: 'resources:write',
  summary: 'Process a resource again',
  description:
    'Runs all five stages, or the named ones and those that depend on them. 409 while the resource is being processed.',
  destructive: false,
  input: z.strictObject({ id: resourceIdInput, stages: stages.min(1).max(STAGES.length).optional() }),
  output: acceptedSchema.extend({ id: resourceId, stages }).meta({ id: 'AcceptedReprocess' }),
  errors: ['not_found', 'conflict', 'backlog_full'],
  run: async (
    { actor, config, ...context }: Pick<AppContext, 'config' | 'db' | 'clock' | 'ids' | 'progress' | 'relay'> & Caller,
    { id, stages: named },
  ) => {
    const run = await withBacklogRoom(context.db, actor.userId, async (tx, requireRoom) => {
      const resource = await findResource(tx, { id, ownerId: actor.userId });
      if (!resource) throw noSuchResource();
      if (await hasUnfinishedJob(tx, id)) {
        throw new AppError('conflict', 'This resource is still being processed; wait for it to finish, or cancel it');
      }
      await requireRoom();
      return await restartRun(tx, context, resource, named);
    });
    await notifyRunStarted(context, run);
    const accepted = toAcceptedResponse(config.publicUrl, { id, status: 'pending' });
    return { ...accepted, stages: STAGES.filter((stage) => run.states[stage].status === 'pending') };
  },
});
