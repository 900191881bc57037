/** The right to operations on an account itself: a live interactive session with full scopes, with a recent login for most. */
import { AppError } from '../../kernel/core/errors.ts';
import { findLiveSession } from '../../kernel/db/sessions.ts';
import type { Session, User } from '../../kernel/db/types.ts';
import { type Actor, entitledScopes } from '../../kernel/model/actor.ts';
import { FRESH_SECONDS, isFresh } from '../../kernel/model/sessions.ts';
import type { AppContext } from '../context.ts';

/** `fresh`: the user logged in or confirmed the password within FRESH_SECONDS. */
export type AccountLevel = 'interactive' | 'fresh';

export interface AccountSession {
  readonly actor: Actor;
  readonly session: Session;
  readonly user: User;
}

/**
 * Throws `forbidden` for credentials that may never do account operations, `unauthenticated` if the session is over, and
 * `insufficient_user_authentication` if it is not fresh enough.
 */
export async function requireAccountSession(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  actor: Actor,
  level: AccountLevel,
): Promise<AccountSession> {
  if (actor.sessionId === null) {
    throw new AppError('forbidden', 'Account operations need a login of the user; an API key or a ticket cannot do them');
  }
  const now = clock.now();
  const found = await findLiveSession(db, actor.sessionId, now);
  if (found?.user.id !== actor.userId) throw new AppError('unauthenticated', 'The session is over; log in again');
  const { session, user } = found;
  const full = entitledScopes(actor.tier).filter((scope) => session.scopes.includes(scope));
  if (session.kind !== 'interactive' || full.some((scope) => !actor.scopes.includes(scope))) {
    throw new AppError('forbidden', 'Account operations need a login with full scopes');
  }
  if (level === 'fresh' && !isFresh(session.authenticatedAt, now)) {
    throw new AppError(
      'insufficient_user_authentication',
      'This needs a recent login: confirm your password with POST /auth/confirm, or log in again',
      { maxAge: FRESH_SECONDS },
    );
  }
  return { actor, session, user };
}

/** For a write that `writeIfCurrent` refused. */
export const accountChanged = () => new AppError('unauthenticated', 'Your account was changed at the same time; log in again');
