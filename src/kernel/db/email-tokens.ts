import { and, eq } from 'drizzle-orm';
import { emailTokens } from './schema.sqlite.ts';
import type { Database, EmailToken } from './types.ts';

/** Stores a token and deletes the user's older ones for the same purpose. */
export async function replaceEmailToken(db: Database, token: EmailToken): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.delete(emailTokens).where(and(eq(emailTokens.userId, token.userId), eq(emailTokens.purpose, token.purpose)));
    await tx.insert(emailTokens).values(token);
  });
}

export async function findEmailToken(
  db: Database,
  hash: string,
  purpose: EmailToken['purpose'],
): Promise<EmailToken | undefined> {
  const [token] = await db
    .select()
    .from(emailTokens)
    .where(and(eq(emailTokens.hash, hash), eq(emailTokens.purpose, purpose)));
  return token;
}

/** Deletes the token and returns it, so that concurrent uses of one link succeed once. */
export async function takeEmailToken(
  db: Database,
  hash: string,
  purpose: EmailToken['purpose'],
): Promise<EmailToken | undefined> {
  const [token] = await db
    .delete(emailTokens)
    .where(and(eq(emailTokens.hash, hash), eq(emailTokens.purpose, purpose)))
    .returning();
  return token;
}
