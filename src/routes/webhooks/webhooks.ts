/** /webhooks: endpoints for events of other systems, and the public path that receives those events. */
import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../../kernel/core/errors.ts';
import { parseStrangersJson } from '../../kernel/core/json-bounds.ts';
import { present } from '../../kernel/core/present.ts';
import { toIso, toIsoOrNull } from '../../kernel/core/time.ts';
import type { WebhookEndpoint } from '../../kernel/db/types.ts';
import { WEBHOOK_KINDS, type WebhookKind } from '../../kernel/model/webhooks.ts';
import type { AppContext } from '../../services/context.ts';
import { tagsField } from '../../services/resources/resource-fields.ts';
import { createWebhookEndpoint } from '../../services/webhooks/create-webhook-endpoint.ts';
import { listWebhookEndpoints } from '../../services/webhooks/list-webhook-endpoints.ts';
import { type IncomingEvent, receiveWebhookEvent } from '../../services/webhooks/receive-webhook-event.ts';
import { revokeWebhookEndpoint } from '../../services/webhooks/revoke-webhook-endpoint.ts';
import { requireContentType } from '../middleware/content-type.ts';
import { chargeWrite } from '../middleware/rate-limit.ts';
import { rawBody } from '../middleware/raw-body.ts';
import { refuseSignature, type SignatureDependencies } from '../middleware/verify-signature.ts';
import { createRouter, defineRoute, idParams, json, jsonBody, problems, requiresScopes } from '../router.ts';
import { readGitHubEvent, readStandardEvent, standardEventSchema } from './webhook-events.ts';

const tags = ['Webhooks'];

const endpointSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(WEBHOOK_KINDS),
    tags: z.array(z.string()),
    url: z.url().openapi({ description: 'Address to send events to' }),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().optional(),
  })
  .openapi('WebhookEndpoint');

const create = defineRoute({
  method: 'post',
  path: '/webhooks',
  tags,
  summary: 'Create a webhook endpoint',
  description:
    '`standard`: events signed as in Standard Webhooks, whose `data` is a body of POST /resources. ' +
    '`github`: push and release events of a repository. This response alone shows the secret.',
  security: requiresScopes('resources:write'),
  middleware: [requireContentType(['application/json'])] as const,
  request: {
    body: jsonBody(
      z
        .strictObject({
          name: z.string().trim().min(1).max(100).openapi({ example: 'the blog' }),
          kind: z.enum(WEBHOOK_KINDS).default('standard'),
          tags: tagsField.default([]).openapi({ description: 'Added to every document that arrives at this endpoint' }),
        })
        .openapi('NewWebhookEndpoint'),
    ),
  },
  responses: {
    201: json('The endpoint and its secret', endpointSchema.extend({ secret: z.string() }).openapi('CreatedWebhookEndpoint')),
    ...problems(400, 409, 415, 422, 503),
  },
});

const list = defineRoute({
  method: 'get',
  path: '/webhooks',
  tags,
  summary: 'List webhook endpoints',
  security: requiresScopes('resources:read'),
  responses: { 200: json('Newest first', z.object({ webhooks: z.array(endpointSchema) })), ...problems(503) },
});

const revoke = defineRoute({
  method: 'delete',
  path: '/webhooks/{id}',
  tags,
  summary: 'Revoke a webhook endpoint',
  description: 'Events signed with its secret are refused from then on. Documents that arrived through it stay.',
  security: requiresScopes('resources:write'),
  request: { params: idParams },
  responses: { 204: { description: 'Revoked' }, ...problems(404, 503) },
});

const eventResult = z
  .object({
    outcome: z.enum(['accepted', 'duplicate', 'ignored']),
    documents: z.array(z.object({ resource_id: z.string(), outcome: z.enum(['accepted', 'duplicate']) })),
  })
  .openapi('WebhookAnswer');

/** Described only: its body is read and checked after its signature, and may have any Content-Type. */
const ingest = createRoute({
  method: 'post',
  path: '/webhooks/ingest/{id}',
  tags,
  summary: 'Send an event',
  description:
    'Signed with the endpoint’s secret: `webhook-id`, `webhook-timestamp` and `webhook-signature`, or `X-Hub-Signature-256`. ' +
    'A repeated event gets the response of the first one and has no effect.',
  security: [],
  request: { params: idParams, body: { required: true, content: { 'application/json': { schema: standardEventSchema } } } },
  responses: {
    200: json('The event was received before', eventResult),
    202: json('Accepted, or ignored because it names no document', eventResult),
    ...problems(400, 401, 408, 413, 422, 429, 503),
  },
});

export type WebhookServices = SignatureDependencies & Pick<AppContext, 'db' | 'ids' | 'progress' | 'relay'>;

export function createWebhookRoutes(context: WebhookServices) {
  const router = createRouter();
  const toWire = ({ id, name, kind, tags: given, createdAt, lastUsedAt }: WebhookEndpoint) => ({
    id,
    name,
    kind,
    tags: [...given],
    url: `${context.config.publicUrl}/webhooks/ingest/${id}`,
    created_at: toIso(createdAt),
    ...present({ last_used_at: toIsoOrNull(lastUsedAt) }),
  });

  router.openapi(create, async (c) => {
    const endpoint = await createWebhookEndpoint(context, c.get('account'), c.req.valid('json'));
    c.header('Cache-Control', 'no-store');
    return c.json({ ...toWire(endpoint), secret: endpoint.secret }, 201);
  });

  router.openapi(list, async (c) => c.json({ webhooks: (await listWebhookEndpoints(context, c.get('actor'))).map(toWire) }, 200));

  router.openapi(revoke, async (c) => {
    await revokeWebhookEndpoint(context, c.get('actor'), c.req.valid('param'));
    return c.body(null, 204);
  });

  // Registered without validation: the body is validated after its signature, so that unsigned requests learn nothing.
  router.openAPIRegistry.registerPath(ingest);
  router.post('/webhooks/ingest/:id', async (c) => {
    const read = (kind: WebhookKind, body: Uint8Array) => {
      const event = parseStrangersJson(body);
      return kind === 'standard' ? readStandardEvent(event) : readGitHubEvent(c.req.header('x-github-event'), event);
    };
    const event: IncomingEvent = {
      header: (name) => c.req.header(name),
      body: (ownerId) => {
        c.set('bodyOwner', ownerId);
        return rawBody(c);
      },
      read,
      charge: (owner, documents) => chargeWrite(c, context, owner, { documents }),
    };
    const { outcome, documents } = await receiveWebhookEvent(context, c.req.param('id'), event).catch((error: unknown) =>
      error instanceof AppError && error.code === 'unauthenticated' ? refuseSignature(c, context, error) : Promise.reject(error),
    );
    return c.json({ outcome, documents: [...documents] }, outcome === 'duplicate' ? 200 : 202);
  });

  return router;
}
