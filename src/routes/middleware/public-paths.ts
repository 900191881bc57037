/**
 * Requests that need no credentials: those of operations declared with `security: []`, and everything below a few prefixes.
 * Every other one needs credentials, whether its path exists or not.
 */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { HEALTH_PATHS } from '../../services/system/health.ts';
import type { AppEnv } from '../env.ts';

/** Pages and static files, public keys, and the signed endpoints, which verify signatures themselves. */
const PUBLIC_PATHS: ReadonlySet<string> = new Set(['/app', '/app/', '/account/reset', '/account/verify']);
const PUBLIC_PREFIXES = ['/app/', '/assets/', '/.well-known/', '/webhooks/ingest/', '/jobs/'];
/** Public, and free of limits: signed endpoints count failed signatures only. */
const UNLIMITED_PREFIXES = ['/assets/', '/webhooks/ingest/', '/jobs/'];

const isHealthPath = (path: string) => HEALTH_PATHS.some((health) => path === health);

export interface PublicPaths {
  /** `path`: as routed, so that authentication and the router decide on the same string. HEAD is served by GET. */
  isPublic(path: string, method?: string): boolean;
  /** Whether a request without an identity counts against its address. */
  isLimited(path: string): boolean;
}

/** `app`: read at the first request, when all its routes are registered. */
export function publicPaths(app: OpenAPIHono<AppEnv>): PublicPaths {
  let declared: ReadonlyMap<string, ReadonlyMap<string, boolean>> | undefined;

  /** By path and method, whether the operation is public. */
  function declaredOperations() {
    const paths = new Map<string, Map<string, boolean>>();
    for (const definition of app.openAPIRegistry.definitions) {
      if (definition.type !== 'route') continue;
      const { path, method, security } = definition.route;
      const methods = paths.get(path) ?? new Map<string, boolean>();
      paths.set(path, methods.set(method.toUpperCase(), security?.length === 0));
    }
    return paths;
  }

  /** A path that only public operations share is open to every method: 405 needs no credentials. */
  function isDeclaredPublic(path: string, method: string): boolean {
    declared ??= declaredOperations();
    const methods = declared.get(path);
    if (!methods) return false;
    return methods.get(method === 'HEAD' ? 'GET' : method) ?? ![...methods.values()].includes(false);
  }

  return {
    isPublic: (path, method = 'GET') =>
      isDeclaredPublic(path, method) ||
      PUBLIC_PATHS.has(path) ||
      PUBLIC_PREFIXES.some((prefix) => path.startsWith(prefix) && path.length > prefix.length),
    isLimited: (path) => !isHealthPath(path) && !UNLIMITED_PREFIXES.some((prefix) => path.startsWith(prefix)),
  };
}
