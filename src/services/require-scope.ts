import { AppError } from '../kernel/core/errors.ts';
import type { Actor, Scope } from '../kernel/model/actor.ts';

/** Throws `forbidden` unless the actor's credentials have `scope`. */
export function requireScope(actor: Actor, scope: Scope): void {
  if (!actor.scopes.includes(scope))
    throw new AppError('forbidden', `This needs the scope ${scope}, which your credentials lack`);
}
