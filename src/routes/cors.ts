/** CORS, before authentication and limits: a browser must be able to read a 401 and a 429. */
import { cors as honoCors } from 'hono/cors';
import type { Config } from '../kernel/config.ts';

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

/** Tokens travel in headers, never in cookies of ours, so no origin is ever allowed credentials. */
export function cors({ origins }: Config['cors']) {
  return honoCors({
    origin: origins === '*' ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID', 'X-API-Key', 'X-Request-Id'],
    exposeHeaders: EXPOSED,
    maxAge: 600,
  });
}
