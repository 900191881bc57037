/** /webhooks: endpoints at which other systems start an ingestion, and the one open path that takes their events. */
import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../../kernel/core/errors.ts';
import type { WebhookEndpoint } from '../../kernel/db/types.ts';
import { WEBHOOK_KINDS, type WebhookKind } from '../../kernel/model/webhooks.ts';
import type { AppContext } from '../../services/context.ts';
import { createWebhookEndpoint } from '../../services/webhooks/create-webhook-endpoint.ts';
import { listWebhookEndpoints } from '../../services/webhooks/list-webhook-endpoints.ts';
import { receiveWebhookEvent } from '../../services/webhooks/receive-webhook-event.ts';
import { revokeWebhookEndpoint } from '../../services/webhooks/revoke-webhook-endpoint.ts';
import { requireContentType } from '../middleware/content-type.ts';
import { refuseSignature, type SignatureDependencies } from '../middleware/verify-signature.ts';
import { tagsField } from '../resources/resource-fields.ts';
import { createRouter, json, problems, requiresScopes } from '../router.ts';
import { readGitHubEvent, readStandardEvent, standardEventSchema } from './webhook-events.ts';

const tags = ['Webhooks'];
const params = z.object({ id: z.string().max(64) });

const endpointSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(WEBHOOK_KINDS),
    tags: z.array(z.string()),
    url: z.url().openapi({ description: 'Where events are to be sent' }),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().optional(),
  })
  .openapi('WebhookEndpoint');

const create = createRoute({
  method: 'post',
  path: '/webhooks',
  tags,
  summary: 'Make an endpoint for another system',
  description:
    '`standard`: events signed by Standard Webhooks, whose `data` is a document as POST /resources takes it. ' +
    '`github`: push and release events of a repository. The secret is shown once.',
  security: requiresScopes('resources:write'),
  middleware: [requireContentType(['application/json'])] as const,
  request: {
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              name: z.string().trim().min(1).max(100).openapi({ example: 'the blog' }),
              kind: z.enum(WEBHOOK_KINDS).default('standard'),
              tags: tagsField.default([]).openapi({ description: 'Given to every document that comes in here' }),
            })
            .openapi('NewWebhookEndpoint'),
        },
      },
    },
  },
  responses: {
    201: json('The endpoint and its secret', endpointSchema.extend({ secret: z.string() }).openapi('CreatedWebhookEndpoint')),
    ...problems(400, 401, 403, 409, 415, 422, 503),
  },
});

const list = createRoute({
  method: 'get',
  path: '/webhooks',
  tags,
  summary: 'My endpoints',
  security: requiresScopes('resources:read'),
  responses: { 200: json('Newest first', z.object({ webhooks: z.array(endpointSchema) })), ...problems(401, 403, 503) },
});

const revoke = createRoute({
  method: 'delete',
  path: '/webhooks/{id}',
  tags,
  summary: 'Revoke an endpoint',
  description: 'Nothing signed with its secret is taken any more. What came in through it stays.',
  security: requiresScopes('resources:write'),
  request: { params },
  responses: { 204: { description: 'Revoked' }, ...problems(401, 403, 404, 503) },
});

const answer = z
  .object({
    outcome: z.enum(['accepted', 'duplicate', 'ignored']),
    documents: z.array(z.object({ resource_id: z.string(), outcome: z.enum(['accepted', 'duplicate']) })),
  })
  .openapi('WebhookAnswer');

const ingest = createRoute({
  method: 'post',
  path: '/webhooks/ingest/{id}',
  tags,
  summary: 'Send an event',
  description:
    'Signed with the endpoint’s secret: `webhook-id`, `webhook-timestamp` and `webhook-signature`, or `X-Hub-Signature-256`. ' +
    'An event that comes again is answered as before and does nothing.',
  security: [],
  request: { params, body: { required: true, content: { 'application/json': { schema: standardEventSchema } } } },
  responses: {
    200: json('It came before', answer),
    202: json('Taken, or nothing that concerns us', answer),
    ...problems(400, 401, 413, 422, 429, 503),
  },
});

export type WebhookServices = SignatureDependencies & Pick<AppContext, 'db' | 'ids' | 'progress' | 'relay'>;

export function createWebhookRoutes(services: WebhookServices) {
  const router = createRouter();
  const iso = (ms: number) => new Date(ms).toISOString();
  const toWire = ({ id, name, kind, tags: given, createdAt, lastUsedAt }: WebhookEndpoint) => ({
    id,
    name,
    kind,
    tags: [...given],
    url: `${services.config.publicUrl}/webhooks/ingest/${id}`,
    created_at: iso(createdAt),
    ...(lastUsedAt === null ? {} : { last_used_at: iso(lastUsedAt) }),
  });

  router.openapi(create, async (c) => {
    const endpoint = await createWebhookEndpoint(services, c.get('actor'), c.req.valid('json'));
    c.header('Cache-Control', 'no-store');
    return c.json({ ...toWire(endpoint), secret: endpoint.secret }, 201);
  });

  router.openapi(list, async (c) =>
    c.json({ webhooks: (await listWebhookEndpoints(services, c.get('actor'))).map(toWire) }, 200),
  );

  router.openapi(revoke, async (c) => {
    await revokeWebhookEndpoint(services, c.get('actor'), c.req.valid('param'));
    return c.body(null, 204);
  });

  // Not validated before the signature is: a stranger learns nothing of what would be taken.
  router.openAPIRegistry.registerPath(ingest);
  router.post('/webhooks/ingest/:id', async (c) => {
    const body = await c.req.text();
    const read = (kind: WebhookKind) => {
      const event = parseJson(body);
      return kind === 'standard' ? readStandardEvent(event) : readGitHubEvent(c.req.header('x-github-event'), event);
    };
    const event = { header: (name: string) => c.req.header(name), body };
    const { outcome, documents } = await receiveWebhookEvent(services, c.req.param('id'), event, read).catch((error: unknown) =>
      error instanceof AppError && error.code === 'unauthenticated' ? refuseSignature(c, services, error) : Promise.reject(error),
    );
    return c.json({ outcome, documents: [...documents] }, outcome === 'duplicate' ? 200 : 202);
  });

  return router;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new AppError('malformed_body', 'The body is not valid JSON', { cause });
  }
}
