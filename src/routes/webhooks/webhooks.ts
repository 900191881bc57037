/** POST /webhooks/ingest/{id}: receives events of other systems. */
import { createRoute, z } from '@hono/zod-openapi';
import { AppError } from '../../kernel/core/errors.ts';
import { parseStrangersJson } from '../../kernel/core/json-bounds.ts';
import type { WebhookKind } from '../../kernel/model/webhooks.ts';
import { chargeWrite } from '../../services/accounts/charge-write.ts';
import type { AppContext } from '../../services/context.ts';
import { newResourceDescription } from '../../services/resources/resource-fields.ts';
import { type IncomingEvent, receiveWebhookEvent } from '../../services/webhooks/receive-webhook-event.ts';
import { noteLimit } from '../middleware/limit-headers.ts';
import { rawBody } from '../middleware/raw-body.ts';
import { refuseSignature, type SignatureDependencies } from '../middleware/verify-signature.ts';
import { createRouter, describeOnly, describeRoute, idParams, impliedProblems, json, problems } from '../router.ts';
import { readGitHubEvent, readStandardEvent, standardEventSchema } from './webhook-events.ts';

const eventResult = z
  .object({
    outcome: z.enum(['accepted', 'duplicate', 'ignored']),
    documents: z.array(z.object({ resource_id: z.string(), outcome: z.enum(['accepted', 'duplicate']) })),
  })
  .openapi('WebhookAnswer');

/** Described only: its body is read and checked after its signature, and may have any Content-Type. */
const ingest = createRoute({
  ...describeRoute('post', '/webhooks/ingest/{id}').description,
  method: 'post',
  path: '/webhooks/ingest/{id}',
  description:
    'Signed with the endpoint’s secret: `webhook-id`, `webhook-timestamp` and `webhook-signature`, or `X-Hub-Signature-256`. ' +
    'A repeated event gets the response of the first one and has no effect.',
  request: {
    params: idParams,
    body: {
      required: true,
      content: { 'application/json': { schema: standardEventSchema.extend({ data: newResourceDescription }) } },
    },
  },
  responses: {
    200: json('The event was received before', eventResult),
    202: json('Accepted, or ignored because it names no document', eventResult),
    ...impliedProblems([]),
    ...problems(400, 401, 408, 413, 422, 503),
  },
});

export type WebhookServices = SignatureDependencies & Pick<AppContext, 'db' | 'ids' | 'progress' | 'relay'>;

export function createWebhookRoutes(context: WebhookServices) {
  const router = createRouter();
  // Registered without validation: the body is validated after its signature, so that unsigned requests learn nothing.
  describeOnly(router, ingest);
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
      charge: (owner, documents) =>
        chargeWrite(context, owner, {
          documents,
          paid: 0,
          path: c.req.path,
          noteLimit: (decision) => noteLimit(c, decision, context),
        }),
    };
    const { outcome, documents } = await receiveWebhookEvent(context, c.req.param('id'), event).catch((error: unknown) =>
      error instanceof AppError && error.code === 'unauthenticated' ? refuseSignature(c, context, error) : Promise.reject(error),
    );
    return c.json({ outcome, documents: [...documents] }, outcome === 'duplicate' ? 200 : 202);
  });

  return router;
}
