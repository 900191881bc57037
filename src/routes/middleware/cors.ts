/** CORS. Runs before authentication and rate limits, so that a page can read a 401 and a 429. */
import type { MiddlewareHandler } from 'hono';
import { cors as honoCors } from 'hono/cors';
import type { Config } from '../../kernel/config/config.ts';
import { allowsOrigin, namedOrigins } from '../../kernel/core/origins.ts';
import { MCP_PATH } from '../../kernel/model/protected-resources.ts';
import type { AppEnv } from '../env.ts';
import { setResponseHeader } from './response-headers.ts';

/** What apps of any origin use: assistants, tokens for apps, and what describes both. None of it reads a cookie. */
const isOpen = (path: string) =>
  path === MCP_PATH || path === '/oauth/token' || path === '/oauth/register' || path.startsWith('/.well-known/');

/** Browsers go there themselves, and no app reads what is there (RFC 9700 section 2.6). */
const CLOSED = '/oauth/authorize';

/** The exchange of a login's code, which is bound to a cookie of the browser. */
const WITH_COOKIES = '/auth/exchange';

const EXPOSED = [
  'X-Request-Id',
  'Content-Disposition',
  'Content-Range',
  'ETag',
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
 * Tokens travel in headers, so that no origin needs cookies, except at the one path whose cookie only proves which browser
 * began a login. Hono responds to preflights. Headers of other responses are set here, before the handler: Hono sets them
 * afterwards, and Node would build each response twice.
 */
export function cors({ origins }: Config['cors']): MiddlewareHandler<AppEnv> {
  const options = {
    origin: origins === '*' ? '*' : (origin: string) => (allowsOrigin(origins, origin) ? origin : null),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'Last-Event-ID',
      'Mcp-Protocol-Version',
      'X-API-Key',
      'X-Request-Id',
    ],
    exposeHeaders: EXPOSED,
    maxAge: 600,
  };
  const preflight = honoCors(options);
  const preflightFromAnywhere = honoCors({ ...options, origin: '*' });
  const preflightWithCookies = honoCors({ ...options, credentials: true });
  const exposed = EXPOSED.join(',');
  const named = namedOrigins(origins);
  return function cors(c, next) {
    const { path } = c.req;
    if (path === CLOSED) return next();
    const fromAnywhere = origins === '*' || isOpen(path);
    const origin = c.req.header('origin') ?? '';
    // A code is exchanged by pages that CORS_ORIGINS names: a login returns to no others.
    const withCookies = path === WITH_COOKIES && named.includes(origin);
    if (c.req.method === 'OPTIONS') {
      if (fromAnywhere) return preflightFromAnywhere(c, next);
      return withCookies ? preflightWithCookies(c, next) : preflight(c, next);
    }
    // With `*` the response is the same for every origin, so shared caches need no `Vary`.
    if (fromAnywhere) setResponseHeader(c, 'Access-Control-Allow-Origin', '*');
    else {
      c.header('Vary', 'Origin', { append: true });
      if (allowsOrigin(origins, origin)) {
        setResponseHeader(c, 'Access-Control-Allow-Origin', origin);
        if (withCookies) setResponseHeader(c, 'Access-Control-Allow-Credentials', 'true');
      }
    }
    setResponseHeader(c, 'Access-Control-Expose-Headers', exposed);
    return next();
  };
}
