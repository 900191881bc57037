/** /jobs/*: what the worker and the queue report. No credentials but a signature over the raw body. */
import { createRoute } from '@hono/zod-openapi';
import { deliveryReportSchema, progressReportSchema } from '../../kernel/model/job-messages.ts';
import { SIGNATURE_HEADER } from '../../kernel/worker-client/signatures.ts';
import type { AppContext } from '../../services/context.ts';
import { recordDeliveryAttempt, requeueGivenUp } from '../../services/jobs/delivery-reports.ts';
import { type SignatureDependencies, verifySignature } from '../middleware/verify-signature.ts';
import { createRouter, problems } from '../router.ts';

const PROGRESS = '/jobs/progress';
const ATTEMPTED = '/jobs/callback';
const GIVEN_UP = '/jobs/failure';

const tags = ['Jobs'];
const refusals = problems(400, 401, 422, 429, 503);

const report = createRoute({
  method: 'post',
  path: PROGRESS,
  tags,
  summary: 'Report what a worker has done',
  description: `For workers only: signed in \`${SIGNATURE_HEADER}\` as QStash signs, with the key both sides share. Late and repeated reports change nothing.`,
  security: [],
  request: { body: { required: true, content: { 'application/json': { schema: progressReportSchema } } } },
  responses: { 204: { description: 'Taken' }, ...refusals },
});

const fromQueue = { body: { required: true, content: { 'application/json': { schema: deliveryReportSchema } } } };

const attempted = createRoute({
  method: 'post',
  path: ATTEMPTED,
  tags,
  summary: 'QStash delivered a job, or tried to',
  description: `QStash's callback, signed in \`${SIGNATURE_HEADER}\`.`,
  security: [],
  request: fromQueue,
  responses: { 204: { description: 'Noted' }, ...refusals },
});

const givenUp = createRoute({
  method: 'post',
  path: GIVEN_UP,
  tags,
  summary: 'QStash gave a job up',
  description: `QStash's failure callback, signed in \`${SIGNATURE_HEADER}\`. A job that nobody took is published again.`,
  security: [],
  request: fromQueue,
  responses: { 204: { description: 'Noted' }, ...refusals },
});

export function createJobRoutes(services: SignatureDependencies & Pick<AppContext, 'db' | 'metrics' | 'progress'>) {
  const deliveries = services.metrics.counter('pharos_queue_deliveries_total', 'Messages by what the queue says became of them', [
    'outcome',
  ]);
  const router = createRouter();
  for (const path of [PROGRESS, ATTEMPTED, GIVEN_UP])
    router.use(path, verifySignature(services, `${services.config.publicUrl}${path}`));

  router.openapi(report, async (c) => {
    await services.progress.report(c.req.valid('json'));
    return c.body(null, 204);
  });

  router.openapi(attempted, (c) => {
    deliveries.add({ outcome: recordDeliveryAttempt(services, c.req.valid('json')) ? 'delivered' : 'attempted' });
    return c.body(null, 204);
  });

  router.openapi(givenUp, async (c) => {
    const again = await requeueGivenUp(services, c.req.valid('json'));
    deliveries.add({ outcome: again ? 'returned' : 'failed' });
    return c.body(null, 204);
  });

  return router;
}
