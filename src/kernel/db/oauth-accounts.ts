import { and, asc, eq } from 'drizzle-orm';
import { oauthAccounts, users } from './schema.sqlite.ts';
import type { Database, OAuthAccount, User } from './types.ts';

export async function insertOAuthAccount(db: Database, account: OAuthAccount): Promise<void> {
  await db.insert(oauthAccounts).values(account);
}

/** The user linked to the provider's account `subject`. */
export async function findUserByOAuth(db: Database, provider: string, subject: string): Promise<User | undefined> {
  const [row] = await db
    .select({ user: users })
    .from(oauthAccounts)
    .innerJoin(users, eq(users.id, oauthAccounts.userId))
    .where(and(eq(oauthAccounts.provider, provider), eq(oauthAccounts.subject, subject)));
  return row?.user;
}

/** The accounts at providers that are linked to the user, oldest first. */
export async function listOAuthAccounts(db: Database, userId: string): Promise<OAuthAccount[]> {
  return db.select().from(oauthAccounts).where(eq(oauthAccounts.userId, userId)).orderBy(asc(oauthAccounts.createdAt));
}

/** Unlinks every account that the user has at the provider. */
export async function deleteOAuthAccounts(tx: Database, userId: string, provider: string): Promise<void> {
  await tx.delete(oauthAccounts).where(and(eq(oauthAccounts.userId, userId), eq(oauthAccounts.provider, provider)));
}
