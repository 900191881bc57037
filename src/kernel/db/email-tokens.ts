import { and, eq } from 'drizzle-orm';
import { emailTokens } from './schema.sqlite.ts';
import type { Database, EmailToken } from './types.ts';

/** Stores a token beside the user's other ones, so that a stranger who asks for a mail ends no link of the user's. */
export async function insertEmailToken(db: Database, token: EmailToken): Promise<void> {
  await db.insert(emailTokens).values(token);
}

/** Deletes the user's links for `purpose`. */
export async function deleteEmailTokens(db: Database, userId: string, purpose: EmailToken['purpose']): Promise<void> {
  await db.delete(emailTokens).where(and(eq(emailTokens.userId, userId), eq(emailTokens.purpose, purpose)));
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
