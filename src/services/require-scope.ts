import { AppError } from '../kernel/core/errors.ts';
import type { Actor, Scope } from '../kernel/model/actor.ts';

/** Throws `forbidden` where the actor's credentials do not carry `scope`. */
export function requireScope(actor: Actor, scope: Scope): void {
  if (!actor.scopes.includes(scope)) throw new AppError('forbidden', `This needs the scope ${scope}`);
}
