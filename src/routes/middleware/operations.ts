/**
 * What the operation of a request declares in the OpenAPI document, known before any of its own middleware runs. So what is
 * described and what is checked cannot differ.
 */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { SCOPES, type Scope } from '../../kernel/model/actor.ts';
import { requireScope } from '../../services/require-scope.ts';
import type { AppEnv } from '../env.ts';

export interface Operations {
  /** The scopes that the operation of this request needs; empty for an unknown path. */
  scopesOf(c: Context<AppEnv>): readonly Scope[];
}

/** `app`: read at the first request, when all its routes are registered. */
export function declaredOperations(app: OpenAPIHono<AppEnv>): Operations {
  let scopes: ReadonlyMap<string, readonly Scope[]> | undefined;
  return {
    scopesOf: (c) => {
      scopes ??= scopesByOperation(app);
      return scopes.get(operationName(c.req.method, routePath(c, -1))) ?? NONE;
    },
  };
}

/** Refuses a caller without the scopes of the operation, before anything of the body is read. */
export function requireDeclaredScopes({ scopesOf }: Operations): MiddlewareHandler<AppEnv> {
  return async function requireDeclaredScopes(c, next) {
    const required = scopesOf(c);
    if (required.length > 0) requireScope(c.get('actor'), ...required);
    await next();
  };
}

const NONE: readonly Scope[] = [];

/** HEAD is served by GET. */
const operationName = (method: string, path: string) => `${method === 'HEAD' ? 'GET' : method} ${path}`;

function scopesByOperation(app: OpenAPIHono<AppEnv>): ReadonlyMap<string, readonly Scope[]> {
  return new Map(
    app.openAPIRegistry.definitions.flatMap((definition) => {
      if (definition.type !== 'route') return [];
      const { method, path, security = [] } = definition.route;
      const [alternative = {}] = security;
      const needed = new Set(Object.values(alternative).flat());
      return [
        [
          operationName(method.toUpperCase(), path.replaceAll(/\{([^{}]+)\}/g, ':$1')),
          SCOPES.filter((scope) => needed.has(scope)),
        ],
      ] as const;
    }),
  );
}
