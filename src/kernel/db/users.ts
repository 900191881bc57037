import { and, count, desc, eq, inArray, is, isNull, like, max, ne, notLike, or, sql } from 'drizzle-orm';
import { PgDatabase } from 'drizzle-orm/pg-core';
import { withAsciiLookalikes } from '../model/lookalikes.ts';
import { systemUserKey } from '../model/system-users.ts';
import type { Tier } from '../model/tiers.ts';
import { olderThan } from './pagination.ts';
import { apiKeys, resources, sessions, users } from './schema.sqlite.ts';
import type { Database, User } from './types.ts';

/** NFKC and lower case. Keys that earlier versions stored have this form. */
export const nameKey = (value: string): string => value.normalize('NFKC').toLowerCase();

/** The form of a username that uniqueness and login compare: names that look alike have one key. */
export const usernameKey = (username: string): string => withAsciiLookalikes(nameKey(username));

/**
 * The form of an e-mail that uniqueness compares. Only ASCII letters lose their case: a provider may have verified an address
 * that is another one in NFKC.
 */
export const emailKey = (email: string): string => email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Throws the driver's unique violation if the username or the e-mail is taken. */
export async function insertUser(db: Database, user: User): Promise<void> {
  await db.insert(users).values(user);
}

export async function insertUserIfAbsent(db: Database, user: User): Promise<void> {
  await db.insert(users).values(user).onConflictDoNothing();
}

export async function findUser(db: Database, id: string): Promise<User | undefined> {
  const [user] = await db.select().from(users).where(eq(users.id, id));
  return user;
}

/** Whether any account exists. System users are none. */
export async function hasAccounts(db: Database): Promise<boolean> {
  const found = await db
    .select({ id: users.id })
    .from(users)
    .where(notLike(users.usernameKey, `${systemUserKey('')}%`))
    .limit(1);
  return found.length > 0;
}

/** Whether there is an active admin besides the account. System users are none. */
export async function hasOtherAdmin(db: Database, id: string): Promise<boolean> {
  const found = await db
    .select({ id: users.id })
    .from(users)
    .where(
      and(eq(users.tier, 'admin'), eq(users.active, true), ne(users.id, id), notLike(users.usernameKey, `${systemUserKey('')}%`)),
    )
    .limit(1);
  return found.length > 0;
}

/** The users whose username or e-mail is `name`, the best match first: usernames before e-mails, exact keys before others. */
export async function findUsersByLogin(db: Database, name: string): Promise<User[]> {
  const key = nameKey(name);
  const rows = await db
    .select()
    .from(users)
    .where(or(inArray(users.usernameKey, [key, usernameKey(name)]), inArray(users.emailKey, [key, emailKey(name)])));
  const rank = (user: User) =>
    [user.usernameKey === key, user.usernameKey === usernameKey(name), user.emailKey === emailKey(name), true].indexOf(true);
  return rows.sort((a, b) => rank(a) - rank(b));
}

/** The user who holds the address `email`. */
export async function findUserByEmail(db: Database, email: string): Promise<User | undefined> {
  const [user] = await db
    .select()
    .from(users)
    .where(eq(users.emailKey, emailKey(email)));
  return user;
}

/** Whether the username and the e-mail are taken, by another account than `exceptId`. */
export async function findTaken(
  db: Database,
  username: string,
  email: string,
  exceptId = '',
): Promise<{ username: boolean; email: boolean }> {
  const names = [usernameKey(username), nameKey(username)];
  const rows = await db
    .select({ name: users.usernameKey, address: users.emailKey })
    .from(users)
    .where(and(or(inArray(users.usernameKey, names), eq(users.emailKey, emailKey(email))), ne(users.id, exceptId)));
  return {
    username: rows.some(({ name }) => names.includes(name)),
    email: rows.some(({ address }) => address === emailKey(email)),
  };
}

/**
 * The user, whose row no other transaction changes until this one ends. SQLite runs one writing transaction at a time anyway.
 * Every write that makes a credential takes this lock, so that it is before or after a change of the account, never between.
 */
export async function lockUser(tx: Database, id: string): Promise<User | undefined> {
  if (is(tx, PgDatabase)) await tx.execute(sql`select 1 from ${users} where ${users.id} = ${id} for no key update`);
  return findUser(tx, id);
}

/** What was verified of an account, to be compared with the account when something is written because of it. */
export interface Verified {
  readonly userId: string;
  readonly credentialsEpoch: number;
  /** The session of the request: it may have ended while the rest of a slow body was on its way. */
  readonly sessionId?: string | null;
}

/**
 * Runs `write` in a transaction, unless the account was deactivated, its credentials have changed or its session has ended since
 * they were verified.
 * Returns whether it ran.
 */
export async function writeIfCurrent(
  db: Database,
  { userId, credentialsEpoch, sessionId }: Verified,
  write: (tx: Database) => Promise<unknown>,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const user = await lockUser(tx, userId);
    if (!user?.active || user.credentialsEpoch !== credentialsEpoch) return false;
    if (sessionId && !(await isSessionLive(tx, sessionId))) return false;
    await write(tx);
    return true;
  });
}

/** Whether the session exists and was not ended. Its expiry is checked with the request's token. */
export async function isSessionLive(tx: Database, id: string): Promise<boolean> {
  const rows = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.id, id), isNull(sessions.revokedAt)));
  return rows.length > 0;
}

/** Replaces the hash `from` of the same password; does nothing if the user has another hash by now. */
export async function replacePasswordHash(
  db: Database,
  id: string,
  { from, to }: { readonly from: string; readonly to: string },
  now: number,
): Promise<void> {
  await db
    .update(users)
    .set({ passwordHash: to, updatedAt: now })
    .where(and(eq(users.id, id), eq(users.passwordHash, from)));
}

/** Returns false if the user's e-mail is no longer `email`. */
export async function setEmailVerified(db: Database, id: string, email: string, now: number): Promise<boolean> {
  const rows = await db
    .update(users)
    .set({ emailVerifiedAt: now, updatedAt: now })
    .where(and(eq(users.id, id), eq(users.email, email)))
    .returning({ id: users.id });
  return rows.length > 0;
}

export interface UserChange {
  readonly tier?: Tier;
  readonly active?: boolean;
  readonly passwordHash?: string;
  /** With its key. */
  readonly username?: string;
  readonly usernameKey?: string;
  /** With its key. */
  readonly email?: string;
  readonly emailKey?: string;
  readonly emailVerifiedAt?: number;
  readonly credentialsEpoch?: number;
}

/** Returns the user after the change; undefined if there is no such user. Throws the driver's unique violation if a key is taken. */
export async function updateUser(db: Database, id: string, change: UserChange, now: number): Promise<User | undefined> {
  const [user] = await db
    .update(users)
    .set({ ...change, updatedAt: now })
    .where(eq(users.id, id))
    .returning();
  return user;
}

export interface UserPage {
  readonly limit: number;
  /** A substring of a username or e-mail. */
  readonly text?: string;
  readonly after?: Pick<User, 'createdAt' | 'id'>;
}

export interface ListedUser extends User {
  readonly documents: number;
  /** The last login, renewal of a session or use of an API key of those that are kept; null without one. */
  readonly lastSeenAt: number | null;
}

/** A page of users below the position `after`, newest first. Their documents are counted in an index alone. */
export async function listUsers(db: Database, { limit, text, after }: UserPage): Promise<ListedUser[]> {
  const containing = (key: string) => `%${key.replace(/[\\%_]/g, '')}%`;
  // Of a query on one table, drizzle writes columns in the selection without their table, but for those of queries in it.
  const documents = db.select({ count: count() }).from(resources).where(eq(resources.ownerId, users.id));
  const session = db
    .select({ at: max(sessions.rotatedAt) })
    .from(sessions)
    .where(eq(sessions.userId, users.id));
  const key = db
    .select({ at: max(apiKeys.lastUsedAt) })
    .from(apiKeys)
    .where(eq(apiKeys.userId, users.id));
  const rows = await db
    .select({
      user: users,
      documents: sql<number | string>`(${documents})`,
      session: sql<number | string | null>`(${session})`,
      key: sql<number | string | null>`(${key})`,
    })
    .from(users)
    .where(
      and(
        text === undefined
          ? undefined
          : or(
              ...[nameKey(text), usernameKey(text)].map((key) => like(users.usernameKey, containing(key))),
              ...[nameKey(text), emailKey(text)].map((key) => like(users.emailKey, containing(key))),
            ),
        olderThan(users, after),
      ),
    )
    .orderBy(desc(users.createdAt), desc(users.id))
    .limit(limit);
  return rows.map((row) => {
    const lastSeenAt = Math.max(Number(row.session ?? 0), Number(row.key ?? 0));
    return { ...row.user, documents: Number(row.documents), lastSeenAt: lastSeenAt === 0 ? null : lastSeenAt };
  });
}
