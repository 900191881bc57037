/** CORS, before authentication and limits: a browser must be able to read a 401 and a 429. */
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
 * Tokens travel in headers, never in cookies of ours, so no origin is ever allowed credentials. Preflights are Hono's; the
 * headers of other answers are set before there is one, which Hono's are not: they would make Node build each twice.
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
    // For any origin the answer is one and the same, with an Origin or without: caches may hand it to anybody.
    if (origins === '*') setResponseHeader(c, 'Access-Control-Allow-Origin', '*');
    else {
      c.header('Vary', 'Origin', { append: true });
      if (origin !== undefined && origins.includes(origin)) setResponseHeader(c, 'Access-Control-Allow-Origin', origin);
    }
    setResponseHeader(c, 'Access-Control-Expose-Headers', exposed);
    return next();
  };
}
