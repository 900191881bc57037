/** Maps a provider's identity to a user: the linked one, one that it may be linked to, or a new one. */

import type { OAuthIdentity } from '../../kernel/auth/oauth/provider.ts';
import { isReservedUsername, usernameFault } from '../../kernel/auth/username-rules.ts';
import type { Config } from '../../kernel/config/config.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { Clock, Ids } from '../../kernel/core/ports.ts';
import { retry } from '../../kernel/core/retry.ts';
import { isUniqueViolation } from '../../kernel/db/constraint-errors.ts';
import { findUserByOAuth, insertOAuthAccount } from '../../kernel/db/oauth-accounts.ts';
import type { Database, User } from '../../kernel/db/types.ts';
import {
  emailKey,
  findTaken,
  findUser,
  findUserByEmail,
  insertUser,
  usernameKey,
  type Verified,
  writeIfCurrent,
} from '../../kernel/db/users.ts';

interface Dependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly config: Pick<Config, 'auth'>;
}

export interface OAuthLogin {
  readonly user: User;
  /** `login`: already linked; `linked`: linked now to an existing account; `created`: a new account. */
  readonly outcome: 'login' | 'linked' | 'created';
}

/**
 * `linkTo`: the account to link to, as it was when the link was begun, or null for a login. Throws `conflict` if the identity is linked to another
 * user, or its e-mail belongs to an account and either side has not verified it; `forbidden` if registration is closed or
 * the user is inactive; `not_found` if the user of `linkTo` is gone.
 */
export async function loginWithIdentity(
  deps: Dependencies,
  identity: OAuthIdentity,
  linkTo: Verified | null,
): Promise<OAuthLogin> {
  // Of two concurrent callbacks, the second insert fails, and its second attempt finds the rows of the first.
  return await retry(() => resolveIdentity(deps, identity, linkTo), { tries: 2, when: isUniqueViolation });
}

async function resolveIdentity(deps: Dependencies, identity: OAuthIdentity, linkTo: Verified | null): Promise<OAuthLogin> {
  const { db } = deps;
  requireSubject(identity);
  const known = await findUserByOAuth(db, identity.provider, identity.subject);
  if (known && linkTo !== null && known.id !== linkTo.userId) {
    throw new AppError('conflict', `This ${identity.provider} account is linked to another user`);
  }
  if (known) return { user: requireActive(known), outcome: 'login' };
  requireAddress(identity);
  if (linkTo !== null) {
    const user = await findUser(db, linkTo.userId);
    if (!user) throw new AppError('not_found', 'The user to link to no longer exists');
    await linkIfCurrent(deps, identity, requireActive(user), linkTo);
    return { user, outcome: 'linked' };
  }
  const { email } = identity;
  const sameEmail = email === null ? undefined : await findUserByEmail(db, email);
  if (email === null || !sameEmail) return { user: await create(deps, identity), outcome: 'created' };
  // Keys of earlier versions are NFKC: the holder of the key may have another address.
  const isSame = emailKey(sameEmail.email) === emailKey(email);
  if (!isSame || !identity.emailVerified || sameEmail.emailVerifiedAt === null) {
    throw new AppError(
      'conflict',
      'An account with this e-mail exists; log in to it and link the provider there, or reset its password by mail',
    );
  }
  const { id: userId, credentialsEpoch } = requireActive(sameEmail);
  await linkIfCurrent(deps, identity, sameEmail, { userId, credentialsEpoch });
  return { user: sameEmail, outcome: 'linked' };
}

function requireActive(user: User): User {
  if (!user.active) throw new AppError('forbidden', 'This account is deactivated');
  return user;
}

/** What a provider may call a user: 1 to 255 printable ASCII characters (OpenID Connect Core section 2). */
const SUBJECT = /^[\x20-\x7e]{1,255}$/;

/** Throws `upstream_failed` for a subject that no provider may send, before it becomes the key of an account. */
function requireSubject({ subject }: OAuthIdentity): void {
  if (SUBJECT.test(subject)) return;
  const fault = 'The login provider sent a subject (sub) that is not 1 to 255 ASCII characters long';
  throw new AppError('upstream_failed', fault);
}

/** One `@`, no blank, no control or invisible character. A mail server decides the rest. */
const ADDRESS = /^[^@\p{C}\p{Z}]+@[^@\p{C}\p{Z}]+$/u;

/** Throws `upstream_failed` for an address that is not one. */
function requireAddress({ email }: OAuthIdentity): void {
  if (email === null || (email.length <= 254 && ADDRESS.test(email))) return;
  throw new AppError('upstream_failed', 'The login provider sent an e-mail address that is not valid');
}

/** Throws `forbidden` if the account has changed, or the session that began the link has ended, since they were verified. */
async function linkIfCurrent(deps: Dependencies, identity: OAuthIdentity, user: User, verified: Verified): Promise<void> {
  if (await writeIfCurrent(deps.db, verified, (tx) => link({ ...deps, db: tx }, identity, user))) return;
  throw new AppError('forbidden', 'The account was changed during this login; log in again');
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
  if (config.auth.registration === 'closed') throw new AppError('forbidden', 'Registration is closed on this server');
  const now = clock.now();
  const id = ids.next();
  // An account needs an address. The domain .invalid is reserved (RFC 2606), so the address never exists or collides.
  const email = identity.email ?? `${identity.provider}.${id}@pharos.invalid`;
  const username = await freeUsername(db, identity, id);
  const user: User = {
    id,
    username,
    usernameKey: usernameKey(username),
    email,
    emailKey: emailKey(email),
    passwordHash: null,
    tier: 'free',
    active: true,
    emailVerifiedAt: identity.emailVerified ? now : null,
    credentialsEpoch: 0,
    createdAt: now,
    updatedAt: now,
  };
  await db.transaction(async (tx) => {
    await insertUser(tx, user);
    await link({ db: tx, clock }, identity, user);
  });
  return user;
}

/** The suggested name, adapted to the username rules; if it is taken, a part of the new id is appended. */
async function freeUsername(db: Database, { suggestedName, email, provider }: OAuthIdentity, id: string): Promise<string> {
  const suggestion = (suggestedName ?? email?.split('@')[0] ?? provider)
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 40);
  const isAllowed = usernameFault(suggestion) === undefined && !isReservedUsername(suggestion);
  const base = isAllowed ? suggestion : `${provider}-user`;
  const taken = await findTaken(db, base, '');
  return taken.username ? `${base}-${id.slice(-12)}` : base;
}
