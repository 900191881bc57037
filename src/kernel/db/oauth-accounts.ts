import { and, eq } from 'drizzle-orm';
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
