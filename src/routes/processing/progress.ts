/** Progress of resources: as a document, as an event stream, and in the form of the earlier Python service. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import { toIso } from '../../kernel/core/time.ts';
import { findResource } from '../../kernel/db/resources.ts';
import { firstFailure, overallStatus, STAGES, statusesOf } from '../../kernel/model/stages.ts';
import { toResourceProgress } from '../../kernel/progress/presentation.ts';
import { TICKET_SECONDS } from '../../kernel/progress/stream-tickets.ts';
import type { ProgressRecord } from '../../kernel/progress/tracker.ts';
import { areCredentialsInForce, type CredentialsContext } from '../../services/accounts/credentials-in-force.ts';
import type { AppContext } from '../../services/context.ts';
import { noSuchResource } from '../../services/errors.ts';
import type { AppEnv } from '../env.ts';
import { createRouter, defineRoute, json, problems } from '../router.ts';
import type { Runtime } from '../runtime.ts';
import { eventStream, lastEventId } from './event-stream.ts';
import { followProgress, hasAll } from './follow-progress.ts';
import { createOpenStreams, type OpenStreamsOptions } from './open-streams.ts';
import {
  eventsQuery,
  resourceIdParam,
  resourceProgressSchema,
  resourceStatusSchema,
  sharedEventsQuery,
  ticketSchema,
} from './progress-schemas.ts';

const HEARTBEAT_MS = 15_000;

const params = resourceIdParam;
const headers = z.object({ 'last-event-id': z.string().max(1_000).optional() });

const progressOf = defineRoute({
  method: 'get',
  path: '/resources/{id}/progress',
  request: { params },
  responses: { 200: json('The progress of all five stages', resourceProgressSchema), ...problems(404, 503) },
});

const statusOf = defineRoute({
  method: 'get',
  path: '/resources/{id}/status',
  request: { params },
  responses: { 200: json('The status of all stages together', resourceStatusSchema), ...problems(404, 503) },
});

const streamed = {
  200: {
    description:
      'Server-Sent Events: `snapshot` on connecting, then `progress`, each with a whole ResourceProgress. A comment every 15 s. ' +
      'The stream ends when every stage is completed or failed.',
    content: { 'text/event-stream': { schema: resourceProgressSchema } },
  },
  204: { description: 'The client has received the last event; nothing follows' },
};

const events = defineRoute({
  method: 'get',
  path: '/resources/{id}/progress/events',
  request: { params, query: eventsQuery, headers },
  responses: { ...streamed, ...problems(404, 429, 503) },
});

const sharedEvents = defineRoute({
  method: 'get',
  path: '/progress/events',
  description: "Ids of resources that are not the caller's are ignored; 404 if no id remains.",
  request: { query: sharedEventsQuery, headers },
  responses: { ...streamed, ...problems(404, 422, 429, 503) },
});

const ticket = defineRoute({
  method: 'post',
  path: '/progress/tickets',
  description: `As \`?ticket=\` it opens event streams, and nothing else, as the caller for ${TICKET_SECONDS} seconds.`,
  responses: { 201: json('The ticket', ticketSchema), ...problems(503) },
});

type Dependencies = CredentialsContext & Pick<AppContext, 'progress' | 'shutdown' | 'streamTickets'>;

export interface ProgressOptions extends Pick<Runtime, 'maxStreamMs'> {
  /** Default: 15 s. */
  readonly heartbeatMs?: number;
  readonly streams?: OpenStreamsOptions;
}

export function createProgressRoutes(
  context: Dependencies,
  { heartbeatMs = HEARTBEAT_MS, maxStreamMs, streams }: ProgressOptions = {},
) {
  const { progress, shutdown, streamTickets } = context;
  const openStreams = createOpenStreams(streams);

  /** The record of one of the caller's resources; throws `not_found` for any other id. */
  async function recordOf(c: Context<AppEnv>, id: string): Promise<ProgressRecord> {
    if (!(await findResource(context.db, { id, ownerId: c.get('actor').userId }))) throw noSuchResource();
    const record = await progress.read(id);
    if (!record) throw noSuchResource();
    return record;
  }

  /** The records of those `ids` that are the caller's; throws `not_found` if there are none. */
  async function recordsOf(c: Context<AppEnv>, ids: readonly string[]): Promise<ProgressRecord[]> {
    const records = await Promise.all(ids.map((id) => recordOf(c, id).catch(ifNotFound)));
    const found = records.filter((record) => record !== undefined);
    if (found.length === 0) throw new AppError('not_found', 'You have none of these resources');
    return found;
  }

  function stream(c: Context<AppEnv>, records: readonly ProgressRecord[]): Response {
    const after = lastEventId(c.req.header('last-event-id'));
    if (hasAll(records, after)) return c.body(null, 204);
    const ids = records.map((record) => record.resourceId);
    const actor = c.get('actor');
    const mayGoOn = () => areCredentialsInForce(context, actor);
    const onEnd = c.req.method === 'HEAD' ? () => {} : openStreams.open(actor);
    const write = (ended: AbortSignal) => {
      const signal = maxStreamMs === undefined ? ended : AbortSignal.any([ended, AbortSignal.timeout(maxStreamMs)]);
      return followProgress({ progress, ids, signal, heartbeatMs, after, mayGoOn });
    };
    return eventStream(c, { shutdown, write, onEnd });
  }

  const router = createRouter();

  return router
    .openapi(progressOf, async (c) => {
      c.header('Cache-Control', 'no-store');
      return c.json(toResourceProgress(await recordOf(c, c.req.valid('param').id)), 200);
    })
    .openapi(statusOf, async (c) => {
      c.header('Cache-Control', 'no-store');
      return c.json(toStatus(await recordOf(c, c.req.valid('param').id)), 200);
    })
    .openapi(events, async (c) => stream(c, [await recordOf(c, c.req.valid('param').id)]))
    .openapi(sharedEvents, async (c) => stream(c, await recordsOf(c, c.req.valid('query').ids)))
    .openapi(ticket, async (c) => {
      c.header('Cache-Control', 'no-store');
      return c.json({ ticket: await streamTickets.issue(c.get('actor')), expires_in: TICKET_SECONDS }, 201);
    });
}

function ifNotFound(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'not_found') return undefined;
  throw error;
}

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
