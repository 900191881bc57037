/** GET /monitoring/health and GET /health: the status of the service and its parts. Texts of exceptions stay in the log. */
import { z } from '@hono/zod-openapi';
import { present } from '../../kernel/core/present.ts';
import type { AppContext } from '../../services/context.ts';
import { HEALTH_PATHS, type Health, type HealthCheck } from '../../services/system/health.ts';
import { createRouter, defineRoute, json } from '../router.ts';

const checkSchema = z.object({
  status: z.enum(['healthy', 'unhealthy']),
  latency_ms: z.int().describe('Duration of the check, at most its deadline of one second'),
});

const databaseSchema = checkSchema.extend({
  reason: z.string().optional().describe('Why the database is unhealthy, if it can be read but not written'),
});

const healthSchema = z
  .object({
    status: z
      .enum(['healthy', 'degraded', 'unhealthy'])
      .describe('unhealthy: the database is down or takes no writes; degraded: something else is down'),
    checks: z.object({ database: databaseSchema, kv: checkSchema, queue: checkSchema, worker: checkSchema }),
  })
  .openapi('Health');

const healthAt = (path: (typeof HEALTH_PATHS)[number]) =>
  defineRoute({
    method: 'get',
    path,
    description: 'Checked at most once a second. 503 only if the database is down, or takes no writes, as on a full disk.',
    responses: {
      200: json('Healthy, or degraded: requests are still served', healthSchema),
      503: json('The database is down or takes no writes', healthSchema),
    },
  });

export function createHealthRoutes({ checkHealth }: Pick<AppContext, 'checkHealth'>) {
  const router = createRouter();
  for (const path of HEALTH_PATHS) {
    router.openapi(healthAt(path), async (c) => {
      const report = await checkHealth();
      c.header('Cache-Control', 'no-store');
      return report.status === 'unhealthy' ? c.json(toWire(report), 503) : c.json(toWire(report), 200);
    });
  }
  return router;
}

function toWire({ status, checks }: Health) {
  const toCheck = (check: HealthCheck) => ({
    status: check.status,
    latency_ms: check.latencyMs,
    ...present({ reason: check.reason }),
  });
  return {
    status,
    checks: {
      database: toCheck(checks.database),
      kv: toCheck(checks.kv),
      queue: toCheck(checks.queue),
      worker: toCheck(checks.worker),
    },
  };
}
