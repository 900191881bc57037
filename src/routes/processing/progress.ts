/** Event streams of the progress of resources. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import type { ProgressRecord } from '../../kernel/progress/tracker.ts';
import { areCredentialsInForce, type CredentialsContext } from '../../services/accounts/credentials-in-force.ts';
import type { AppContext } from '../../services/context.ts';
import { eventsQuery, progressEventSchema, progressInput, sharedEventsQuery } from '../../services/progress/progress-schemas.ts';
import { readRecord } from '../../services/progress/read-progress.ts';
import type { AppEnv } from '../env.ts';
import { createRouter, defineRoute, problems } from '../router.ts';
import type { Runtime } from '../runtime.ts';
import { eventStream, lastEventId } from './event-stream.ts';
import { followProgress, hasAll } from './follow-progress.ts';
import { createOpenStreams, type OpenStreamsOptions } from './open-streams.ts';

const HEARTBEAT_MS = 15_000;

const params = progressInput;
const headers = z.object({ 'last-event-id': z.string().max(1_000).optional() });

const streamed = {
  200: {
    description:
      'Server-Sent Events: `snapshot` on connecting, then `progress`, each with a whole ResourceProgress. A comment every 15 s. ' +
      'The stream ends when every stage is completed or failed.',
    content: { 'text/event-stream': { schema: progressEventSchema } },
  },
  204: { description: 'The client has received the last event; nothing follows' },
};

const events = defineRoute({
  method: 'get',
  path: '/resources/{id}/progress/events',
  description:
    'After a lost connection, `Last-Event-ID` continues where it ended. Browsers pass a ticket of POST /progress/tickets.',
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

type Dependencies = CredentialsContext & Pick<AppContext, 'progress' | 'shutdown'>;

export interface ProgressOptions extends Pick<Runtime, 'maxStreamMs'> {
  /** Default: 15 s. */
  readonly heartbeatMs?: number;
  readonly streams?: OpenStreamsOptions;
}

export function createProgressRoutes(
  context: Dependencies,
  { heartbeatMs = HEARTBEAT_MS, maxStreamMs, streams }: ProgressOptions = {},
) {
  const { progress, shutdown } = context;
  const openStreams = createOpenStreams(streams);

  const recordOf = (c: Context<AppEnv>, id: string) => readRecord({ db: context.db, progress, actor: c.get('actor') }, id);

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
    .openapi(events, async (c) => stream(c, [await recordOf(c, c.req.valid('param').id)]))
    .openapi(sharedEvents, async (c) => stream(c, await recordsOf(c, c.req.valid('query').ids)));
}

function ifNotFound(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'not_found') return undefined;
  throw error;
}
