/** Refuses requests whose actor lacks one of the scopes. */
import type { MiddlewareHandler } from 'hono';
import type { Scope } from '../../kernel/model/actor.ts';
import { requireScope as requireScopeOf } from '../../services/require-scope.ts';
import type { AppEnv } from '../env.ts';

export function requireScope(...required: readonly Scope[]): MiddlewareHandler<AppEnv> {
  return async function requireScope(c, next) {
    requireScopeOf(c.get('actor'), ...required);
    await next();
  };
}
