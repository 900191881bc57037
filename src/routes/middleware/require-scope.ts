/** Authorisation: throws `forbidden`, naming the scopes that the actor lacks. */
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import type { Scope } from '../../kernel/model/actor.ts';
import type { AppEnv } from '../env.ts';

export function requireScope(...required: readonly Scope[]): MiddlewareHandler<AppEnv> {
  return async function requireScope(c, next) {
    const { scopes } = c.get('actor');
    const missing = required.filter((scope) => !scopes.includes(scope));
    if (missing.length > 0) throw new AppError('forbidden', `This operation needs the scope ${missing.join(' ')}`);
    await next();
  };
}
