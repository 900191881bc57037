import { eq, or } from 'drizzle-orm';
import { users } from './schema.sqlite.ts';
import type { Database, User } from './types.ts';

/** What uniqueness and login compare: compatibility-normalised and lower case. */
export const nameKey = (value: string): string => value.normalize('NFKC').toLowerCase();

/** Throws the driver's unique violation where the username or the e-mail is taken. */
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

/** Every user whose username or e-mail `name` could mean; at most two. */
export async function findUsersByLogin(db: Database, name: string): Promise<User[]> {
  const key = nameKey(name);
  return db
    .select()
    .from(users)
    .where(or(eq(users.usernameKey, key), eq(users.emailKey, key)));
}

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

export async function setPasswordHash(db: Database, id: string, passwordHash: string, now: number): Promise<void> {
  await db.update(users).set({ passwordHash, updatedAt: now }).where(eq(users.id, id));
}
