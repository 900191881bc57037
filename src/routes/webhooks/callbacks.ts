/** /callbacks: deliveries to the `callback_url` of resources, and the secret that signs them. */
import { z } from '@hono/zod-openapi';
import { decodePosition } from '../../kernel/core/pagination.ts';
import { present } from '../../kernel/core/present.ts';
import { toIso, toIsoOrNull } from '../../kernel/core/time.ts';
import type { CallbackDelivery, CallbackSecret } from '../../kernel/db/types.ts';
import { CALLBACK_EVENTS, DELIVERY_STATES } from '../../kernel/model/callbacks.ts';
import type { AppContext } from '../../services/context.ts';
import { getCallbackSecret } from '../../services/webhooks/get-callback-secret.ts';
import { listCallbacks } from '../../services/webhooks/list-callbacks.ts';
import { renewCallbackSecret } from '../../services/webhooks/renew-callback-secret.ts';
import { retryCallback } from '../../services/webhooks/retry-callback.ts';
import { pageQuery, toPage } from '../pagination.ts';
import { createRouter, defineRoute, idParams, json, problems, requiresScopes } from '../router.ts';

const tags = ['Callbacks'];

const deliverySchema = z
  .object({
    id: z.string().openapi({ description: 'Sent as `webhook-id` with every attempt' }),
    resource_id: z.string(),
    event: z.enum(CALLBACK_EVENTS),
    url: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    next_attempt_at: z.iso.datetime().optional(),
    response_status: z.int().optional().openapi({ description: 'HTTP status of the last response' }),
    error: z.string().optional(),
    created_at: z.iso.datetime(),
    finished_at: z.iso.datetime().optional(),
  })
  .openapi('CallbackDelivery');

const secretSchema = z
  .object({
    secret: z.string().openapi({ example: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' }),
    created_at: z.iso.datetime(),
    previous_valid_until: z.iso
      .datetime()
      .optional()
      .openapi({ description: 'Until then the previous secret signs deliveries, too' }),
  })
  .openapi('CallbackSecret');

const list = defineRoute({
  method: 'get',
  path: '/callbacks',
  tags,
  summary: 'List callbacks',
  security: requiresScopes('resources:read'),
  request: {
    query: pageQuery.extend({ resource_id: z.string().max(64).optional(), state: z.enum(DELIVERY_STATES).optional() }),
  },
  responses: {
    200: json('Newest first', z.object({ callbacks: z.array(deliverySchema), next_cursor: z.string().optional() })),
    ...problems(422),
  },
});

const retry = defineRoute({
  method: 'post',
  path: '/callbacks/{id}/retry',
  tags,
  summary: 'Send a callback again',
  description: 'For a callback that was delivered or given up; 409 for a pending one.',
  security: requiresScopes('resources:write'),
  request: { params: idParams },
  responses: { 202: json('The callback, due now', deliverySchema), ...problems(404, 409) },
});

const secretOf = defineRoute({
  method: 'get',
  path: '/callbacks/secret',
  tags,
  summary: 'Read the secret that signs callbacks',
  description: 'Receivers verify `webhook-signature` with it (Standard Webhooks).',
  security: requiresScopes('resources:write'),
  responses: { 200: json('The secret', secretSchema) },
});

const renew = defineRoute({
  method: 'post',
  path: '/callbacks/secret',
  tags,
  summary: 'Replace the secret that signs callbacks',
  description: 'For a day the previous secret signs callbacks, too, so that receivers can switch to the new one.',
  security: requiresScopes('resources:write'),
  responses: { 201: json('The new secret', secretSchema) },
});

const deliveryToWire = (delivery: CallbackDelivery) => ({
  id: delivery.id,
  resource_id: delivery.resourceId,
  event: delivery.event,
  url: delivery.url,
  state: delivery.state,
  attempts: delivery.attempt,
  ...present({
    next_attempt_at: delivery.state === 'pending' ? toIso(delivery.availableAt) : null,
    response_status: delivery.responseStatus,
    error: delivery.error,
  }),
  created_at: toIso(delivery.createdAt),
  ...present({ finished_at: toIsoOrNull(delivery.finishedAt) }),
});

const secretToWire = ({ secret, createdAt, previousExpiresAt }: CallbackSecret, now: number) => ({
  secret,
  created_at: toIso(createdAt),
  ...(previousExpiresAt !== null && previousExpiresAt > now ? { previous_valid_until: toIso(previousExpiresAt) } : {}),
});

export function createCallbackRoutes(context: Pick<AppContext, 'db' | 'clock'>) {
  const { clock } = context;
  const router = createRouter();

  router.openapi(list, async (c) => {
    const { limit, cursor, resource_id: resourceId, state } = c.req.valid('query');
    const query = { limit: limit + 1, before: decodePosition(cursor), resourceId, state };
    const { rows, next } = toPage(await listCallbacks(context, c.get('actor'), query), limit);
    return c.json({ callbacks: rows.map(deliveryToWire), ...next }, 200);
  });

  router.openapi(secretOf, async (c) => {
    c.header('Cache-Control', 'no-store');
    return c.json(secretToWire(await getCallbackSecret(context, c.get('account')), clock.now()), 200);
  });

  router.openapi(renew, async (c) => {
    c.header('Cache-Control', 'no-store');
    return c.json(secretToWire(await renewCallbackSecret(context, c.get('account')), clock.now()), 201);
  });

  router.openapi(retry, async (c) =>
    c.json(deliveryToWire(await retryCallback(context, c.get('actor'), c.req.valid('param'))), 202),
  );

  return router;
}
