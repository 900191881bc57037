/** Access log: one line and one measurement per request, with the route's pattern as its path and without a query string. */
import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { Log } from '../../kernel/core/log.ts';
import type { Metrics } from '../../kernel/core/metrics.ts';
import type { Clock } from '../../kernel/core/ports.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { HEALTH_PATHS } from '../../services/system/health.ts';
import type { Statistics } from '../../services/system/statistics.ts';
import type { AppEnv } from '../env.ts';

/** Requested every few seconds by monitoring, workers and pages: logged at debug level unless they fail. */
const QUIET = new Set<string>([...HEALTH_PATHS, '/jobs/progress', '/jobs/limits', '/assets/*']);

/** Other methods share one label: clients could otherwise create labels without limit. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export interface AccessLogDependencies {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly statistics: Pick<Statistics, 'count'>;
}

export function accessLog({ log, metrics, clock, statistics }: AccessLogDependencies) {
  const duration = metrics.timer(
    'pharos_http_request_duration_seconds',
    'Time from receiving a request to sending its response headers',
    ['method', 'route', 'status'],
  );
  return createMiddleware<AppEnv>(async function accessLog(c, next) {
    const stopTimer = duration.start();
    const started = clock.monotonic();
    await next();
    const pattern = routePath(c, -1);
    const route = pattern === '*' || pattern === '/*' ? 'unmatched' : pattern;
    stopTimer({ method: METHODS.has(c.req.method) ? c.req.method : 'other', route, status: String(c.res.status) });
    const ms = Math.round(clock.monotonic() - started);
    statistics.count({ route, status: c.res.status, ms });
    const actor: Actor | undefined = c.get('actor');
    const fields = {
      method: c.req.method,
      route,
      status: c.res.status,
      ms,
      requestId: c.get('requestId'),
      address: c.get('address'),
      ...(actor ? { userId: actor.userId } : {}),
    };
    if (QUIET.has(route) && c.res.status < 500) log.debug('request', fields);
    else log.info('request', fields);
  });
}
