/**
 * Paths that need no credentials: those of operations declared with `security: []`, and everything below a few prefixes.
 * Every other path needs credentials, whether it exists or not.
 */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv } from '../env.ts';

/** Static files, public keys, and the signed endpoints, which verify signatures themselves. */
const PUBLIC_PREFIXES = ['/assets/', '/.well-known/', '/webhooks/ingest/', '/jobs/'];
/** Public, and free of limits: signed endpoints count failed signatures only. */
const UNLIMITED_PREFIXES = ['/assets/', '/webhooks/ingest/', '/jobs/'];

export interface PublicPaths {
  /** `path`: as routed, so that authentication and the router decide on the same string. */
  isPublic(path: string): boolean;
  /** Whether a request without an identity counts against its address. */
  isLimited(path: string): boolean;
}

/** `app`: read at the first request, when all its routes are registered. */
export function publicPaths(app: OpenAPIHono<AppEnv>): PublicPaths {
  let declared: ReadonlySet<string> | undefined;
  const declaredPublic = () =>
    new Set(
      app.openAPIRegistry.definitions.flatMap((definition) =>
        definition.type === 'route' && definition.route.security?.length === 0 ? [definition.route.path] : [],
      ),
    );
  return {
    isPublic: (path) => {
      declared ??= declaredPublic();
      return declared.has(path) || PUBLIC_PREFIXES.some((prefix) => path.startsWith(prefix) && path.length > prefix.length);
    },
    isLimited: (path) => path !== '/monitoring/health' && !UNLIMITED_PREFIXES.some((prefix) => path.startsWith(prefix)),
  };
}
