/** One line per request: the route's pattern instead of its path, and never a query string. */
import { createMiddleware } from 'hono/factory';
import { routePath } from 'hono/route';
import type { Actor } from '../kernel/auth/actor.ts';
import type { Log } from '../kernel/log.ts';
import type { Clock } from '../kernel/ports.ts';
import type { AppEnv } from './env.ts';

/** Asked for every few seconds by whoever watches over the server: not news. */
const QUIET = new Set(['/monitoring/health', '/jobs/progress', '/assets/*']);

export function accessLog({ log, clock }: { log: Log; clock: Clock }) {
  return createMiddleware<AppEnv>(async function accessLog(c, next) {
    const started = clock.now();
    await next();
    const pattern = routePath(c, -1);
    const route = pattern === '*' || pattern === '/*' ? 'unmatched' : pattern;
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
