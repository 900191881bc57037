/** /jobs/*: reports of the worker and the queue, authenticated by a signature over the raw body. */
import { deliveryReportSchema, progressReportsSchema } from '../../kernel/model/job-messages.ts';
import {
  LIMITS_PATH,
  limitDecisionSchema,
  limitRequestSchema,
  toLimitDecision,
} from '../../kernel/worker-client/limits-client.ts';
import { SIGNATURE_HEADER } from '../../kernel/worker-client/signatures.ts';
import type { AppContext } from '../../services/context.ts';
import { recordDeliveryAttempt, requeueGivenUp } from '../../services/jobs/delivery-reports.ts';
import { type SignatureDependencies, verifySignature } from '../middleware/verify-signature.ts';
import { createRouter, defineRoute, json, problems } from '../router.ts';

const PROGRESS = '/jobs/progress';
const ATTEMPTED = '/jobs/callback';
const GIVEN_UP = '/jobs/failure';

const refusals = problems(400, 401, 408, 422, 429, 503);

const report = defineRoute({
  method: 'post',
  path: PROGRESS,
  description: `For workers: signed in \`${SIGNATURE_HEADER}\` as QStash signs, with the shared key. Late and repeated reports change nothing.`,
  request: { body: { required: true, content: { 'application/json': { schema: progressReportsSchema } } } },
  responses: { 204: { description: 'Recorded' }, ...refusals },
});

const fromQueue = { body: { required: true, content: { 'application/json': { schema: deliveryReportSchema } } } };

const attempted = defineRoute({
  method: 'post',
  path: ATTEMPTED,
  description: `QStash's callback, signed in \`${SIGNATURE_HEADER}\`.`,
  request: fromQueue,
  responses: { 204: { description: 'Recorded' }, ...refusals },
});

const givenUp = defineRoute({
  method: 'post',
  path: GIVEN_UP,
  description: `QStash's failure callback, signed in \`${SIGNATURE_HEADER}\`. A job that has not started is published again.`,
  request: fromQueue,
  responses: { 204: { description: 'Recorded' }, ...refusals },
});

const limits = defineRoute({
  method: 'post',
  path: LIMITS_PATH,
  description: `For workers without a store that they share with the API: signed in \`${SIGNATURE_HEADER}\`. The request counts under the limits of the user's tier.`,
  request: { body: { required: true, content: { 'application/json': { schema: limitRequestSchema } } } },
  responses: { 200: json('The decision; without one the tier has no limits', limitDecisionSchema), ...refusals },
});

export function createJobRoutes(context: SignatureDependencies & Pick<AppContext, 'db' | 'metrics' | 'progress'>) {
  const deliveries = context.metrics.counter('pharos_queue_deliveries_total', 'Queue messages by reported outcome', ['outcome']);
  const router = createRouter();
  for (const path of [PROGRESS, ATTEMPTED, GIVEN_UP, LIMITS_PATH])
    router.use(path, verifySignature(context, `${context.config.publicUrl}${path}`));

  router.openapi(report, async (c) => {
    const { more = [], ...first } = c.req.valid('json');
    await Promise.all([first, ...more].map((one) => context.progress.report(one)));
    return c.body(null, 204);
  });

  router.openapi(attempted, (c) => {
    deliveries.add({ outcome: recordDeliveryAttempt(context, c.req.valid('json')) ? 'delivered' : 'attempted' });
    return c.body(null, 204);
  });

  router.openapi(givenUp, async (c) => {
    const again = await requeueGivenUp(context, c.req.valid('json'));
    deliveries.add({ outcome: again ? 'returned' : 'failed' });
    return c.body(null, 204);
  });

  router.openapi(limits, async (c) => {
    const { user_id: userId, tier } = c.req.valid('json');
    const actor = { ...NO_CREDENTIALS, userId, tier };
    const { decision } = await context.requestLimits.consumeForActor(actor, { cost: 1, path: c.req.path, write: false });
    return c.json(toLimitDecision(decision), 200);
  });

  return router;
}

/** The worker has checked the credentials; only the user counts here. */
const NO_CREDENTIALS = { kind: 'user', username: '', scopes: [], sessionId: null, tokenId: null, keyId: null } as const;
