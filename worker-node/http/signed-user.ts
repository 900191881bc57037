/** The user behind a signed address: the signature names the user, the database says whether the user's login still holds. */

import type { AppError } from '../../src/kernel/core/errors.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { areCredentialsLive } from '../../src/kernel/db/credentials.ts';
import { anyRevoked } from '../../src/kernel/db/revocations.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { findUser } from '../../src/kernel/db/users.ts';
import type { Actor, Scope } from '../../src/kernel/model/actor.ts';
import type { SignedLogin } from '../../src/kernel/worker-client/presigner.ts';

export interface SignedUserOptions {
  /** What the address is for. */
  readonly scope: Scope;
  readonly refuse: (cause: unknown) => AppError;
}

/** Throws what `refuse` makes where the user is gone or inactive, or the login or key that requested the address has ended. */
export async function resolveSignedUser(
  { db, clock }: { db: Database; clock: Clock },
  login: SignedLogin,
  { scope, refuse }: SignedUserOptions,
): Promise<Actor> {
  const { userId, sessionId, tokenId, keyId } = login;
  const user = await findUser(db, userId);
  if (!user) throw refuse(new Error('the user is gone'));
  if (!user.active) throw refuse(new Error('the user is inactive'));
  if (await isLoginRevoked(db, login)) throw refuse(new Error('the login was revoked'));
  if (!(await areCredentialsLive(db, login, clock.now()))) throw refuse(new Error('the login or key has ended'));
  return { kind: 'user', userId, username: user.username, tier: user.tier, scopes: [scope], sessionId, tokenId, keyId };
}

/**
 * A ticket may outlive a revocation, which lasts as long as access tokens do: any revocation in force since the ticket was
 * issued counts.
 */
async function isLoginRevoked(db: Database, { sessionId, tokenId, issuedAt }: SignedLogin): Promise<boolean> {
  const keys = [sessionId && `sid:${sessionId}`, tokenId && `jti:${tokenId}`].filter((key) => key !== null);
  return keys.length > 0 && (await anyRevoked(db, keys, issuedAt));
}
