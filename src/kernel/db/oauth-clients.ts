import { and, eq, isNull, lt, notExists, or } from 'drizzle-orm';
import { oauthClients, sessions } from './schema.sqlite.ts';
import type { Database, OAuthClient } from './types.ts';

export async function insertOAuthClient(db: Database, client: OAuthClient): Promise<void> {
  await db.insert(oauthClients).values(client);
}

export async function findOAuthClient(db: Database, id: string): Promise<OAuthClient | undefined> {
  const [client] = await db.select().from(oauthClients).where(eq(oauthClients.id, id));
  return client;
}

/** Records that a user connects the client, which keeps it from being swept meanwhile. False if there is no such client. */
export async function markGranted(tx: Database, id: string, now: number): Promise<boolean> {
  const rows = await tx
    .update(oauthClients)
    .set({ grantedAt: now })
    .where(eq(oauthClients.id, id))
    .returning({ id: oauthClients.id });
  return rows.length > 0;
}

/**
 * Deletes clients without a grant: those that no user connected, registered before `unused`, and those that were last connected
 * before `left`. Returns their number.
 */
export async function deleteIdleClients(db: Database, { unused, left }: { unused: number; left: number }): Promise<number> {
  const grants = db.select({ id: sessions.id }).from(sessions).where(eq(sessions.clientId, oauthClients.id));
  const rows = await db
    .delete(oauthClients)
    .where(
      and(
        or(and(isNull(oauthClients.grantedAt), lt(oauthClients.createdAt, unused)), lt(oauthClients.grantedAt, left)),
        notExists(grants),
      ),
    )
    .returning({ id: oauthClients.id });
  return rows.length;
}
