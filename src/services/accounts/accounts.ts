/** Accounts: registration, the password check at login, and the two system users. */

import { normalisePassword } from '../../kernel/auth/password-rules.ts';
import { normaliseUsername } from '../../kernel/auth/username-rules.ts';
import type { Config } from '../../kernel/config/config.ts';
import { AppError } from '../../kernel/core/errors.ts';
import type { Clock, Ids, PasswordHasher } from '../../kernel/core/ports.ts';
import { isUniqueViolation } from '../../kernel/db/constraint-errors.ts';
import { lockFirstAccount } from '../../kernel/db/settings.ts';
import type { Database, User } from '../../kernel/db/types.ts';
import {
  emailKey,
  findTaken,
  findUsersByLogin,
  hasAccounts,
  insertUser,
  insertUserIfAbsent,
  replacePasswordHash,
  usernameKey,
} from '../../kernel/db/users.ts';
import { systemUserKey } from '../../kernel/model/system-users.ts';
import type { Tier } from '../../kernel/model/tiers.ts';

export interface AccountDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly passwords: PasswordHasher;
  readonly config: Pick<Config, 'auth' | 'env'>;
}

export interface Registration {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

const blankUser = { passwordHash: null, tier: 'free' as Tier, active: true, emailVerifiedAt: null, credentialsEpoch: 0 };

export interface RegisterOptions {
  /** See PasswordHasher. */
  readonly turn?: string;
  /** Whether a person at this machine registers, who becomes admin with the first account of a development database. */
  readonly isLocal?: boolean;
}

/** Creates an account. Throws `forbidden` if registration is closed, `conflict` with the field that is taken. */
export async function register(
  deps: AccountDependencies,
  { username, email, password }: Registration,
  { turn, isLocal = false }: RegisterOptions = {},
): Promise<User> {
  const { db, clock, ids, passwords, config } = deps;
  if (config.auth.registration === 'closed') throw new AppError('forbidden', 'Registration is closed on this server');
  await requireFree(db, username, email);
  const now = clock.now();
  const user: User = {
    ...blankUser,
    id: ids.next(),
    username: normaliseUsername(username),
    usernameKey: usernameKey(username),
    email,
    emailKey: emailKey(email),
    passwordHash: await passwords.hash(normalisePassword(password), turn),
    createdAt: now,
    updatedAt: now,
  };
  try {
    if (isLocal && config.env === 'dev' && !(await hasAccounts(db))) return await insertFirst(db, user);
    await insertUser(db, user);
    return user;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await requireFree(db, username, email);
    throw new AppError('conflict', 'This username or e-mail is already taken', { cause: error });
  }
}

/** As an admin, unless another account came first. */
async function insertFirst(db: Database, user: User): Promise<User> {
  return await db.transaction(async (tx) => {
    await lockFirstAccount(tx, user.createdAt);
    const made: User = (await hasAccounts(tx)) ? user : { ...user, tier: 'admin' };
    await insertUser(tx, made);
    return made;
  });
}

/** Throws `conflict` with the field that another account than `exceptId` has; an empty one is not compared. */
export async function requireFree(db: Database, username: string, email: string, exceptId?: string): Promise<void> {
  const taken = await findTaken(db, username, email, exceptId);
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
  /** The account that `login` names by its username, or else by its e-mail. */
  find(login: string): Promise<User | undefined>;
  /**
   * Takes the same time for an unknown user, an inactive one, one without a password and a wrong password. Counts nothing:
   * callers that a client can repeat use check-password.ts. `turn`: see PasswordHasher.
   */
  checkPassword(user: User | undefined, password: string, turn?: string): Promise<LoginResult>;
}

export function createAccounts({ db, clock, passwords }: AccountDependencies): Accounts {
  let dummy: string | undefined;

  /** Does nothing if too many hashes are waiting, or if the password was changed meanwhile. */
  async function rehash(id: string, from: string, password: string, turn: string | undefined): Promise<void> {
    const hash = await passwords.hash(normalisePassword(password), turn).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'unavailable') return undefined;
      throw error;
    });
    if (hash !== undefined) await replacePasswordHash(db, id, { from, to: hash }, clock.now());
  }

  return {
    // A username may look like another account's e-mail; the username takes precedence.
    find: async (login) => (await findUsersByLogin(db, login))[0],

    checkPassword: async (user, password, turn) => {
      // The value and not its promise: a hash that was refused its turn is computed by the next attempt.
      dummy ??= await passwords.hash('a placeholder for unknown users', turn);
      const stored = user?.passwordHash ?? dummy;
      const matches = await passwords.verify(normalisePassword(password), stored, turn);
      if (!user) return { reason: 'unknown user' };
      if (!user.passwordHash) return { reason: 'account without a password', userId: user.id };
      if (!matches) return { reason: 'wrong password', userId: user.id };
      if (!user.active) return { reason: 'user inactive', userId: user.id };
      if (passwords.needsRehash(user.passwordHash)) await rehash(user.id, user.passwordHash, password, turn);
      return { user };
    },
  };
}

/** Ids of the system users. Their keys contain a colon, so that no account can be registered under them. */
export const SYSTEM_USERS = {
  service: '00000000-0000-7000-8000-000000000001',
  test_user: '00000000-0000-7000-8000-000000000002',
} as const;

export type SystemUser = keyof typeof SYSTEM_USERS;

/** The id and name of a system user, whose row is inserted on first use. */
export async function ensureSystemUser(
  deps: Pick<AccountDependencies, 'db' | 'clock'>,
  systemUser: SystemUser,
): Promise<{ id: string; username: string }> {
  const now = deps.clock.now();
  const key = systemUserKey(systemUser);
  await insertUserIfAbsent(deps.db, {
    ...blankUser,
    id: SYSTEM_USERS[systemUser],
    username: systemUser,
    usernameKey: key,
    email: `${systemUser}@pharos.invalid`,
    emailKey: key,
    tier: 'admin',
    createdAt: now,
    updatedAt: now,
  });
  return { id: SYSTEM_USERS[systemUser], username: systemUser };
}
