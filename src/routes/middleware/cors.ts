/** CORS. Runs before authentication and rate limits, so that a page can read a 401 and a 429. */
import type { MiddlewareHandler } from 'hono';
import { cors as honoCors } from 'hono/cors';
import type { Config } from '../../kernel/config/config.ts';
import type { AppEnv } from '../env.ts';
import { setResponseHeader } from './response-headers.ts';

const EXPOSED = [
  'X-Request-Id',
  'Location',
  'Retry-After',
  'WWW-Authenticate',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'RateLimit',
  'RateLimit-Policy',
];

/**
 * No origin is allowed credentials, because tokens travel in headers and never in cookies. Hono answers preflights. Headers of
 * other responses are set here, before the handler: Hono sets them afterwards, and Node would build each response twice.
 */
export function cors({ origins }: Config['cors']): MiddlewareHandler<AppEnv> {
  const preflight = honoCors({
    origin: origins === '*' ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID', 'X-API-Key', 'X-Request-Id'],
    exposeHeaders: EXPOSED,
    maxAge: 600,
  });
  const exposed = EXPOSED.join(',');
  return function cors(c, next) {
    if (c.req.method === 'OPTIONS') return preflight(c, next);
    const origin = c.req.header('origin');
    // With `*` the response is the same for every origin, so shared caches need no `Vary`.
    if (origins === '*') setResponseHeader(c, 'Access-Control-Allow-Origin', '*');
    else {
      c.header('Vary', 'Origin', { append: true });
      if (origin !== undefined && origins.includes(origin)) setResponseHeader(c, 'Access-Control-Allow-Origin', origin);
    }
    setResponseHeader(c, 'Access-Control-Expose-Headers', exposed);
    return next();
  };
}
