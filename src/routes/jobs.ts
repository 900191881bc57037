/** POST /jobs/progress: the worker's reports. No credentials but a signature over the raw body. */
import { createRoute } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../kernel/errors.ts';
import { progressReportSchema } from '../kernel/jobs/schemas.ts';
import { createSignatureVerifier, SIGNATURE_HEADER } from '../kernel/jobs/signatures.ts';
import type { Services } from '../kernel/services.ts';
import type { AppEnv } from './env.ts';
import { createRouter, problems } from './router.ts';

const PROGRESS = '/jobs/progress';

const report = createRoute({
  method: 'post',
  path: PROGRESS,
  tags: ['Jobs'],
  summary: 'Report what a worker has done',
  description: `For workers only: signed in \`${SIGNATURE_HEADER}\` as QStash signs, with the key both sides share. Late and repeated reports change nothing.`,
  security: [],
  request: { body: { required: true, content: { 'application/json': { schema: progressReportSchema } } } },
  responses: { 204: { description: 'Taken' }, ...problems(400, 401, 422, 503) },
});

type Dependencies = Pick<Services, 'config' | 'clock' | 'log' | 'progress'>;

export function createJobRoutes(services: Dependencies) {
  const router = createRouter();
  router.use(PROGRESS, signed(services, `${services.config.publicUrl}${PROGRESS}`));
  return router.openapi(report, async (c) => {
    await services.progress.report(c.req.valid('json'));
    return c.body(null, 204);
  });
}

/** Checks the signature before anything reads the body as something else. `url` is the endpoint's configured address. */
function signed({ config, clock, log }: Dependencies, url: string): MiddlewareHandler<AppEnv> {
  const verify = createSignatureVerifier({ keys: config.worker.signingKeys, clock });
  return async function signed(c, next) {
    try {
      await verify({ signature: c.req.header(SIGNATURE_HEADER), body: await c.req.text(), url });
    } catch (error) {
      const reason = error instanceof AppError && error.cause instanceof Error ? error.cause.message : 'unknown';
      log.warning('signature refused', { path: c.req.path, address: c.get('address'), reason });
      throw error;
    }
    await next();
  };
}
