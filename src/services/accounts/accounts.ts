/** Accounts: registration, the check of a password at login, and the two users that stand for no person. */

import { normalisePassword } from '../../kernel/auth/password-rules.ts';
import { normaliseUsername } from '../../kernel/auth/username-rules.ts';
import type { Config } from '../../kernel/config/config.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { Clock, Ids, PasswordHasher } from '../../kernel/core/ports.ts';
import { isUniqueViolation } from '../../kernel/db/constraint-errors.ts';
import type { Database, User } from '../../kernel/db/types.ts';
import { findTaken, findUsersByLogin, insertUser, insertUserIfAbsent, nameKey, setPasswordHash } from '../../kernel/db/users.ts';
import type { Tier } from '../../kernel/model/tiers.ts';

export interface AccountDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly passwords: PasswordHasher;
  readonly config: Pick<Config, 'auth'>;
}

export interface Registration {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

const blankUser = { passwordHash: null, tier: 'free' as Tier, active: true, emailVerifiedAt: null };

/** Throws `forbidden` where registration is closed, `conflict` naming what is taken. */
export async function register(deps: AccountDependencies, { username, email, password }: Registration): Promise<User> {
  const { db, clock, ids, passwords, config } = deps;
  if (config.auth.registration === 'closed') throw new AppError('forbidden', 'Registration is closed');
  await refuseTaken(db, username, email);
  const now = clock.now();
  const user: User = {
    ...blankUser,
    id: ids.next(),
    username: normaliseUsername(username),
    usernameKey: nameKey(username),
    email,
    emailKey: nameKey(email),
    passwordHash: await passwords.hash(normalisePassword(password)),
    createdAt: now,
    updatedAt: now,
  };
  try {
    await insertUser(db, user);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await refuseTaken(db, username, email);
    throw new AppError('conflict', 'This username or e-mail is already taken', { cause: error });
  }
  return user;
}

async function refuseTaken(db: Database, username: string, email: string): Promise<void> {
  const taken = await findTaken(db, username, email);
  if (taken.username)
    throw new AppError('conflict', 'This username is already taken', {
      errors: [{ path: 'username', message: 'is already taken' }],
    });
  if (taken.email)
    throw new AppError('conflict', 'This e-mail is already registered', {
      errors: [{ path: 'email', message: 'is already registered' }],
    });
}

export type LoginResult =
  | { readonly user: User }
  | { readonly user?: undefined; readonly reason: string; readonly userId?: string };

export interface Accounts {
  /** Costs the same whether the user is unknown, inactive, without a password, or the password wrong. */
  checkPassword(login: string, password: string): Promise<LoginResult>;
}

export function createAccounts({ db, clock, passwords }: AccountDependencies): Accounts {
  let dummy: Promise<string> | undefined;

  return {
    checkPassword: async (login, password) => {
      const candidates = await findUsersByLogin(db, login);
      // A username may look like somebody else's e-mail: the username wins.
      const user = candidates.find(({ usernameKey }) => usernameKey === nameKey(login)) ?? candidates[0];
      dummy ??= passwords.hash('nobody has this password');
      const stored = user?.passwordHash ?? (await dummy);
      const matches = await passwords.verify(normalisePassword(password), stored);
      if (!user) return { reason: 'unknown user' };
      if (!user.passwordHash) return { reason: 'account without a password', userId: user.id };
      if (!matches) return { reason: 'wrong password', userId: user.id };
      if (!user.active) return { reason: 'user inactive', userId: user.id };
      if (passwords.needsRehash(user.passwordHash)) {
        await setPasswordHash(db, user.id, await passwords.hash(normalisePassword(password)), clock.now());
      }
      return { user };
    },
  };
}

/** Users that stand for no person. The keys of their rows hold a colon, so nobody can register them first. */
const PRINCIPALS = {
  service: '00000000-0000-7000-8000-000000000001',
  test_user: '00000000-0000-7000-8000-000000000002',
} as const;

export type SystemUser = keyof typeof PRINCIPALS;

/** The row that a principal's resources belong to, made on first use. */
export async function ensureSystemUser(
  deps: Pick<AccountDependencies, 'db' | 'clock'>,
  principal: SystemUser,
): Promise<{ id: string; username: string }> {
  const now = deps.clock.now();
  const key = `pharos:${principal}`;
  await insertUserIfAbsent(deps.db, {
    ...blankUser,
    id: PRINCIPALS[principal],
    username: principal,
    usernameKey: key,
    email: `${principal}@pharos.invalid`,
    emailKey: key,
    tier: 'admin',
    createdAt: now,
    updatedAt: now,
  });
  return { id: PRINCIPALS[principal], username: principal };
}
