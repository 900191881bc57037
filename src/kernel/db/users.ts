import { and, desc, eq, is, like, or, sql } from 'drizzle-orm';
import { PgDatabase } from 'drizzle-orm/pg-core';
import type { Tier } from '../model/tiers.ts';
import { olderThan } from './pagination.ts';
import { users } from './schema.sqlite.ts';
import type { Database, User } from './types.ts';

/** The form of a username or e-mail that uniqueness and login compare: NFKC and lower case. */
export const nameKey = (value: string): string => value.normalize('NFKC').toLowerCase();

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

/** The users whose username or e-mail is `name`; at most two. */
export async function findUsersByLogin(db: Database, name: string): Promise<User[]> {
  const key = nameKey(name);
  return db
    .select()
    .from(users)
    .where(or(eq(users.usernameKey, key), eq(users.emailKey, key)));
}

/** Whether the username and the e-mail are taken. */
export async function findTaken(db: Database, username: string, email: string): Promise<{ username: boolean; email: boolean }> {
  const rows = await db
    .select({ usernameKey: users.usernameKey, emailKey: users.emailKey })
    .from(users)
    .where(or(eq(users.usernameKey, nameKey(username)), eq(users.emailKey, nameKey(email))));
  return {
    username: rows.some(({ usernameKey }) => usernameKey === nameKey(username)),
    email: rows.some(({ emailKey }) => emailKey === nameKey(email)),
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
}

/**
 * Runs `write` in a transaction, unless the account was deactivated or its credentials have changed since they were verified.
 * Returns whether it ran.
 */
export async function writeIfCurrent(
  db: Database,
  { userId, credentialsEpoch }: Verified,
  write: (tx: Database) => Promise<unknown>,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const user = await lockUser(tx, userId);
    if (!user?.active || user.credentialsEpoch !== credentialsEpoch) return false;
    await write(tx);
    return true;
  });
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
    .where(and(eq(users.id, id), eq(users.emailKey, nameKey(email))))
    .returning({ id: users.id });
  return rows.length > 0;
}

export interface UserChange {
  readonly tier?: Tier;
  readonly active?: boolean;
  readonly passwordHash?: string;
  readonly emailVerifiedAt?: number;
  readonly credentialsEpoch?: number;
}

/** Returns the user after the change; undefined if there is no such user. */
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

/** A page of users below the position `after`, newest first. */
export async function listUsers(db: Database, { limit, text, after }: UserPage): Promise<User[]> {
  const pattern = text === undefined ? undefined : `%${nameKey(text).replace(/[\\%_]/g, '')}%`;
  return db
    .select()
    .from(users)
    .where(
      and(
        pattern === undefined ? undefined : or(like(users.usernameKey, pattern), like(users.emailKey, pattern)),
        olderThan(users, after),
      ),
    )
    .orderBy(desc(users.createdAt), desc(users.id))
    .limit(limit);
}
