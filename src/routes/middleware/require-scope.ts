/** Authorisation: throws `forbidden`, naming the scopes that the actor lacks. */
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import type { Actor, Scope } from '../../kernel/model/actor.ts';
import type { AppEnv } from '../env.ts';

export function requireScope(...required: readonly Scope[]): MiddlewareHandler<AppEnv> {
  return async function requireScope(c, next) {
    const error = missingScopes(c.get('actor'), required);
    if (error) throw error;
    await next();
  };
}

/** The error that names the scopes which `actor` lacks; undefined where it lacks none. */
export function missingScopes({ scopes }: Pick<Actor, 'scopes'>, required: readonly Scope[]): AppError | undefined {
  const missing = required.filter((scope) => !scopes.includes(scope));
  return missing.length > 0 ? new AppError('forbidden', `This operation needs the scope ${missing.join(' ')}`) : undefined;
}
