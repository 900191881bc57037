/** /callbacks: what was told to the `callback_url` of resources, and the secret it was signed with. */
import { createRoute, z } from '@hono/zod-openapi';
import type { CallbackDelivery, CallbackSecret } from '../../kernel/db/types.ts';
import { CALLBACK_EVENTS, DELIVERY_STATES } from '../../kernel/model/callbacks.ts';
import type { AppContext } from '../../services/context.ts';
import { getCallbackSecret } from '../../services/webhooks/get-callback-secret.ts';
import { listCallbacks } from '../../services/webhooks/list-callbacks.ts';
import { renewCallbackSecret } from '../../services/webhooks/renew-callback-secret.ts';
import { retryCallback } from '../../services/webhooks/retry-callback.ts';
import { paged, pageQuery, positionOf } from '../pagination.ts';
import { createRouter, json, problems, requiresScopes } from '../router.ts';

const tags = ['Callbacks'];

const deliverySchema = z
  .object({
    id: z.string().openapi({ description: 'Sent as `webhook-id`, the same with every attempt' }),
    resource_id: z.string(),
    event: z.enum(CALLBACK_EVENTS),
    url: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    next_attempt_at: z.iso.datetime().optional(),
    response_status: z.int().optional().openapi({ description: 'HTTP status of the last answer' }),
    error: z.string().optional(),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().optional(),
  })
  .openapi('CallbackDelivery');

const secretSchema = z
  .object({
    secret: z.string().openapi({ example: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' }),
    created_at: z.iso.datetime(),
    previous_valid_until: z.iso.datetime().optional().openapi({ description: 'Until then the secret before signs along' }),
  })
  .openapi('CallbackSecret');

const list = createRoute({
  method: 'get',
  path: '/callbacks',
  tags,
  summary: 'Callbacks that were sent or are to be sent',
  security: requiresScopes('resources:read'),
  request: {
    query: pageQuery.extend({ resource_id: z.string().max(64).optional(), state: z.enum(DELIVERY_STATES).optional() }),
  },
  responses: {
    200: json('Newest first', z.object({ callbacks: z.array(deliverySchema), next_cursor: z.string().optional() })),
    ...problems(401, 403, 422),
  },
});

const retry = createRoute({
  method: 'post',
  path: '/callbacks/{id}/retry',
  tags,
  summary: 'Send a callback again',
  description: 'For one that was delivered or given up; 409 for one that is still to be sent.',
  security: requiresScopes('resources:write'),
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: { 202: json('It is due now', deliverySchema), ...problems(401, 403, 404, 409) },
});

const secretOf = createRoute({
  method: 'get',
  path: '/callbacks/secret',
  tags,
  summary: 'The secret that signs my callbacks',
  description: 'For receivers: verify `webhook-signature` with it (Standard Webhooks).',
  security: requiresScopes('resources:write'),
  responses: { 200: json('The secret', secretSchema), ...problems(401, 403) },
});

const renew = createRoute({
  method: 'post',
  path: '/callbacks/secret',
  tags,
  summary: 'Replace the secret that signs my callbacks',
  description: 'The one so far signs along for a day, so that receivers can change over.',
  security: requiresScopes('resources:write'),
  responses: { 201: json('The new secret', secretSchema), ...problems(401, 403) },
});

const iso = (ms: number) => new Date(ms).toISOString();

const deliveryToWire = (delivery: CallbackDelivery) => ({
  id: delivery.id,
  resource_id: delivery.resourceId,
  event: delivery.event,
  url: delivery.url,
  state: delivery.state,
  attempts: delivery.attempt,
  ...(delivery.state === 'pending' ? { next_attempt_at: iso(delivery.availableAt) } : {}),
  ...(delivery.responseStatus === null ? {} : { response_status: delivery.responseStatus }),
  ...(delivery.error === null ? {} : { error: delivery.error }),
  created_at: iso(delivery.createdAt),
  ...(delivery.finishedAt === null ? {} : { finished_at: iso(delivery.finishedAt) }),
});

const secretToWire = ({ secret, createdAt, previousExpiresAt }: CallbackSecret, now: number) => ({
  secret,
  created_at: iso(createdAt),
  ...(previousExpiresAt !== null && previousExpiresAt > now ? { previous_valid_until: iso(previousExpiresAt) } : {}),
});

export function createCallbackRoutes(services: Pick<AppContext, 'db' | 'clock'>) {
  const { clock } = services;
  const router = createRouter();

  router.openapi(list, async (c) => {
    const { limit, cursor, resource_id: resourceId, state } = c.req.valid('query');
    const query = { limit: limit + 1, before: positionOf(cursor), resourceId, state };
    const { rows, next } = paged(await listCallbacks(services, c.get('actor'), query), limit);
    return c.json({ callbacks: rows.map(deliveryToWire), ...next }, 200);
  });

  router.openapi(secretOf, async (c) => {
    c.header('Cache-Control', 'no-store');
    return c.json(secretToWire(await getCallbackSecret(services, c.get('actor')), clock.now()), 200);
  });

  router.openapi(renew, async (c) => {
    c.header('Cache-Control', 'no-store');
    return c.json(secretToWire(await renewCallbackSecret(services, c.get('actor')), clock.now()), 201);
  });

  router.openapi(retry, async (c) =>
    c.json(deliveryToWire(await retryCallback(services, c.get('actor'), c.req.valid('param'))), 202),
  );

  return router;
}
