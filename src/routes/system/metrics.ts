/** GET /monitoring/metrics: counters and timers of this process, for Prometheus. */
import { z } from '@hono/zod-openapi';
import { AppError } from '../../kernel/core/errors.ts';
import { countJobs } from '../../kernel/db/jobs.ts';
import type { AppContext } from '../../services/context.ts';
import { createRouter, defineRoute, problems } from '../router.ts';

const route = defineRoute({
  method: 'get',
  path: '/monitoring/metrics',
  description: 'Metrics of the process that serves the request. 501 on a runtime that keeps none.',
  responses: {
    200: { description: 'Prometheus text format', content: { 'text/plain': { schema: z.string() } } },
    ...problems(501),
  },
});

export function createMetricsRoutes({ metrics, db }: Pick<AppContext, 'metrics' | 'db'>) {
  metrics.gauge('pharos_jobs', 'Jobs by state', async () => (await countJobs(db)).map(({ state, count }) => [{ state }, count]), [
    'state',
  ]);
  const router = createRouter();
  return router.openapi(route, async (c) => {
    const exposition = await metrics.expose();
    if (!exposition) throw new AppError('not_configured', 'This runtime keeps no metrics');
    c.header('Cache-Control', 'no-store');
    return c.text(exposition.text, 200, { 'Content-Type': exposition.contentType }) as never;
  });
}
