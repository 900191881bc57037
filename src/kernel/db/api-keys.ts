import { and, desc, eq, isNull, lt, or } from 'drizzle-orm';
import { apiKeys, users } from './schema.sqlite.ts';
import type { ApiKey, Database, User } from './types.ts';

export async function insertApiKey(db: Database, key: ApiKey): Promise<void> {
  await db.insert(apiKeys).values(key);
}

/** The key with its current user. */
export async function findApiKey(db: Database, hash: string): Promise<{ key: ApiKey; user: User } | undefined> {
  const [row] = await db
    .select({ key: apiKeys, user: users })
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.userId))
    .where(eq(apiKeys.hash, hash));
  return row;
}

/** Newest first. */
export async function listApiKeys(db: Database, userId: string): Promise<ApiKey[]> {
  return db.select().from(apiKeys).where(eq(apiKeys.userId, userId)).orderBy(desc(apiKeys.createdAt), desc(apiKeys.id));
}

/** Returns false if the user has no such key. */
export async function deleteApiKey(db: Database, userId: string, id: string): Promise<boolean> {
  const gone = await db
    .delete(apiKeys)
    .where(and(eq(apiKeys.id, id), eq(apiKeys.userId, userId)))
    .returning({ id: apiKeys.id });
  return gone.length > 0;
}

/** Sets the time of last use, unless it was set at or after `before`. */
export async function touchApiKey(db: Database, id: string, now: number, before: number): Promise<void> {
  await db
    .update(apiKeys)
    .set({ lastUsedAt: now })
    .where(and(eq(apiKeys.id, id), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, before))));
}
