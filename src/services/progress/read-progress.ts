import { toIso } from '../../kernel/core/time.ts';
import { findResource } from '../../kernel/db/resources.ts';
import { firstFailure, overallStatus, STAGES, statusesOf } from '../../kernel/model/stages.ts';
import { toResourceProgress } from '../../kernel/progress/presentation.ts';
import type { ProgressRecord } from '../../kernel/progress/tracker.ts';
import type { AppContext } from '../context.ts';
import { noSuchResource } from '../errors.ts';
import { type Caller, operation } from '../operation.ts';
import { progressInput, resourceProgressSchema, resourceStatusSchema } from './progress-schemas.ts';

type Context = Pick<AppContext, 'db' | 'progress'>;

/** The record of one of the actor's resources. Throws `not_found` for any other id. */
export async function readRecord({ db, progress, actor }: Context & Pick<Caller, 'actor'>, id: string): Promise<ProgressRecord> {
  const record = (await findResource(db, { id, ownerId: actor.userId })) && (await progress.read(id));
  if (!record) throw noSuchResource();
  return record;
}

export const getProgress = operation({
  name: 'progress.get',
  scope: 'resources:read',
  summary: 'Read the progress of a resource',
  description:
    'The status of each of the five stages and of the whole. `degraded` says that the store is away and the database was read.',
  destructive: false,
  input: progressInput,
  output: resourceProgressSchema,
  errors: ['not_found'],
  run: async (ctx: Context & Caller, { id }) => toResourceProgress(await readRecord(ctx, id)),
});

export const getStatus = operation({
  name: 'progress.status',
  scope: 'resources:read',
  summary: 'Read the progress of a resource, in the form of earlier clients',
  description: 'One status for all stages. GET /resources/{id}/progress tells them apart.',
  destructive: false,
  input: progressInput,
  output: resourceStatusSchema,
  errors: ['not_found'],
  run: async (ctx: Context & Caller, { id }) => toStatus(await readRecord(ctx, id)),
});

/** `ingestion_*` covers all stages: the earlier Python service called the whole processing ingestion. */
function toStatus({ resourceId, states }: ProgressRecord) {
  const status = overallStatus(statusesOf(states));
  const started = STAGES.flatMap((stage) => states[stage].startedAt ?? []);
  const finished = status === 'completed' ? STAGES.flatMap((stage) => states[stage].finishedAt ?? []) : [];
  return {
    id: resourceId,
    ingestion_status: status,
    ingestion_error: firstFailure(states),
    ingestion_started_at: started.length > 0 ? toIso(Math.min(...started)) : null,
    ingestion_completed_at: finished.length > 0 ? toIso(Math.max(...finished)) : null,
  };
}
