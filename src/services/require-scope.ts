/** Authorisation by scopes: throws `forbidden`, naming the scopes that the actor lacks. */
import { AppError } from '../kernel/core/errors.ts';
import type { Actor, Scope } from '../kernel/model/actor.ts';

export function requireScope({ scopes }: Pick<Actor, 'scopes'>, ...required: readonly Scope[]): void {
  const missing = required.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) throw new AppError('forbidden', `This operation needs the scope ${missing.join(' ')}`);
}
