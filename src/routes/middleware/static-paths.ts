/**
 * A path without parameters, such as `/resources/batch`, is also an id to the other methods of `/resources/{id}`. Its other
 * methods are refused here, before that route and its scope are looked for.
 */
import type { Hono, MiddlewareHandler } from 'hono';
import type { AppEnv } from '../env.ts';
import { methodNotAllowedProblem } from '../problem.ts';

/** `app`: read at the first request, when all its routes are registered. */
export function refuseOtherMethods(app: Pick<Hono<AppEnv>, 'routes'>): MiddlewareHandler<AppEnv> {
  let methodsOf: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  return async function refuseOtherMethods(c, next) {
    methodsOf ??= staticPaths(app);
    const methods = methodsOf.get(c.req.path);
    if (methods && !methods.has(c.req.method)) return methodNotAllowedProblem(c, [...methods]);
    return await next();
  };
}

function staticPaths({ routes }: Pick<Hono<AppEnv>, 'routes'>): ReadonlyMap<string, ReadonlySet<string>> {
  const paths = new Map<string, Set<string>>();
  for (const { path, method } of routes) {
    if (method === 'ALL' || /[:*]/.test(path)) continue;
    const methods = paths.get(path) ?? new Set();
    paths.set(path, methods.add(method));
    if (method === 'GET') methods.add('HEAD');
  }
  return paths;
}
