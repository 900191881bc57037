/** From a provider's identity to one of our users: the one it belongs to, one it may be linked to, or a new one. */

import type { OAuthIdentity } from '../../kernel/auth/oauth/provider.ts';
import type { Config } from '../../kernel/config/config.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { Clock, Ids } from '../../kernel/core/ports.ts';
import { isUniqueViolation } from '../../kernel/db/constraint-errors.ts';
import { findUserByOAuth, insertOAuthAccount } from '../../kernel/db/oauth-accounts.ts';
import type { Database, User } from '../../kernel/db/types.ts';
import { findTaken, findUser, findUsersByLogin, insertUser, nameKey } from '../../kernel/db/users.ts';

interface Dependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly config: Pick<Config, 'auth'>;
}

export interface OAuthLogin {
  readonly user: User;
  /** `login`: known already; `linked`: joined to an account that was there; `created`: a new account. */
  readonly outcome: 'login' | 'linked' | 'created';
}

/**
 * Throws `conflict` where the identity is somebody else's, or where its e-mail is an account's and one side has not
 * shown that the address is theirs; `forbidden` where registration is closed or the user inactive.
 */
export async function loginWithIdentity(deps: Dependencies, identity: OAuthIdentity, linkTo: string | null): Promise<OAuthLogin> {
  try {
    return await attempt(deps, identity, linkTo);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    // Two callbacks at once: the other one won, so now there is something to find.
    return attempt(deps, identity, linkTo);
  }
}

async function attempt(deps: Dependencies, identity: OAuthIdentity, linkTo: string | null): Promise<OAuthLogin> {
  const { db } = deps;
  const known = await findUserByOAuth(db, identity.provider, identity.subject);
  if (known && linkTo !== null && known.id !== linkTo) {
    throw new AppError('conflict', `This ${identity.provider} account is linked to another user`);
  }
  if (known) return { user: refuseInactive(known), outcome: 'login' };
  if (linkTo !== null) {
    const user = await findUser(db, linkTo);
    if (!user) throw new AppError('not_found', 'There is no such user any more');
    await link(deps, identity, refuseInactive(user));
    return { user, outcome: 'linked' };
  }
  const sameEmail = await userWithEmail(db, identity.email);
  if (!sameEmail) return { user: await create(deps, identity), outcome: 'created' };
  if (!identity.emailVerified || sameEmail.emailVerifiedAt === null) {
    throw new AppError('conflict', 'This e-mail belongs to an account; log in to it and link the provider there');
  }
  await link(deps, identity, refuseInactive(sameEmail));
  return { user: sameEmail, outcome: 'linked' };
}

function refuseInactive(user: User): User {
  if (!user.active) throw new AppError('forbidden', 'This account is deactivated');
  return user;
}

async function userWithEmail(db: Database, email: string | null): Promise<User | undefined> {
  if (email === null) return undefined;
  return (await findUsersByLogin(db, email)).find(({ emailKey }) => emailKey === nameKey(email));
}

async function link(
  { db, clock }: Pick<Dependencies, 'db' | 'clock'>,
  { provider, subject, email }: OAuthIdentity,
  user: User,
): Promise<void> {
  await insertOAuthAccount(db, { provider, subject, userId: user.id, email, createdAt: clock.now() });
}

async function create(deps: Dependencies, identity: OAuthIdentity): Promise<User> {
  const { db, clock, ids, config } = deps;
  if (config.auth.registration === 'closed') throw new AppError('forbidden', 'Registration is closed');
  const now = clock.now();
  const id = ids.next();
  // An account needs an address; this one can exist nowhere (RFC 2606), so it proves and collides with nothing.
  const email = identity.email ?? `${identity.provider}.${id}@pharos.invalid`;
  const username = await freeUsername(db, identity, id);
  const user: User = {
    id,
    username,
    usernameKey: nameKey(username),
    email,
    emailKey: nameKey(email),
    passwordHash: null,
    tier: 'free',
    active: true,
    emailVerifiedAt: identity.emailVerified ? now : null,
    createdAt: now,
    updatedAt: now,
  };
  await db.transaction(async (tx) => {
    await insertUser(tx, user);
    await link({ db: tx, clock }, identity, user);
  });
  return user;
}

/** The provider's name for them, made to our rules; where it is taken, with a part of the new id behind it. */
async function freeUsername(db: Database, { suggestedName, email, provider }: OAuthIdentity, id: string): Promise<string> {
  const wish = (suggestedName ?? email?.split('@')[0] ?? provider)
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 40);
  const base = wish.length >= 3 ? wish : `${provider}-user`;
  const taken = await findTaken(db, base, '');
  return taken.username ? `${base}-${id.slice(-12)}` : base;
}
