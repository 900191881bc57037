/** One line and one measurement per request: the route's pattern instead of its path, and never a query string. */
import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { Log } from '../../kernel/core/log.ts';
import type { Metrics } from '../../kernel/core/metrics.ts';
import type { Clock } from '../../kernel/core/ports.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppEnv } from '../env.ts';

/** Asked for every few seconds by whoever watches over the server: not news. */
const QUIET = new Set(['/monitoring/health', '/jobs/progress', '/assets/*']);

/** Anybody can send any method: only these are told apart. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export function accessLog({ log, metrics, clock }: { log: Log; metrics: Metrics; clock: Clock }) {
  const duration = metrics.timer('pharos_http_request_duration_seconds', 'Requests until their headers were sent', [
    'method',
    'route',
    'status',
  ]);
  return createMiddleware<AppEnv>(async function accessLog(c, next) {
    const stop = duration.start();
    const started = clock.now();
    await next();
    const pattern = routePath(c, -1);
    const route = pattern === '*' || pattern === '/*' ? 'unmatched' : pattern;
    stop({ method: METHODS.has(c.req.method) ? c.req.method : 'other', route, status: String(c.res.status) });
    const actor: Actor | undefined = c.get('actor');
    const fields = {
      method: c.req.method,
      route,
      status: c.res.status,
      ms: clock.now() - started,
      requestId: c.get('requestId'),
      address: c.get('address'),
      ...(actor ? { userId: actor.userId } : {}),
    };
    if (QUIET.has(route) && c.res.status < 500) log.debug('request', fields);
    else log.info('request', fields);
  });
}
