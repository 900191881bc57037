import { and, eq } from 'drizzle-orm';
import { apiKeys, callbackSecrets, emailTokens, oauthAccounts, sessions, users, webhookEndpoints } from './schema.sqlite.ts';
import type { Database } from './types.ts';

/**
 * Deletes what opens the account besides its password and sessions: API keys, linked providers, links in mails, webhook
 * endpoints with their secrets, and the secret of callbacks, of which a new one is made when it is needed.
 */
export async function deleteCredentials(tx: Database, userId: string): Promise<void> {
  await tx.delete(apiKeys).where(eq(apiKeys.userId, userId));
  await tx.delete(oauthAccounts).where(eq(oauthAccounts.userId, userId));
  await tx.delete(emailTokens).where(eq(emailTokens.userId, userId));
  await tx.delete(webhookEndpoints).where(eq(webhookEndpoints.ownerId, userId));
  await tx.delete(callbackSecrets).where(eq(callbackSecrets.ownerId, userId));
}

export interface CredentialIds {
  readonly userId: string;
  /** Null where no session or key is behind the credentials. */
  readonly sessionId: string | null;
  readonly keyId: string | null;
}

/** Whether the user is active, and the session and the key exist, are the user's and have not ended. */
export async function areCredentialsLive(
  db: Database,
  { userId, sessionId, keyId }: CredentialIds,
  now: number,
): Promise<boolean> {
  const [row] = await db
    .select({
      active: users.active,
      sessionEnds: sessions.expiresAt,
      sessionRevokedAt: sessions.revokedAt,
      keyId: apiKeys.id,
      keyEnds: apiKeys.expiresAt,
    })
    .from(users)
    .leftJoin(sessions, and(eq(sessions.userId, users.id), eq(sessions.id, sessionId ?? '')))
    .leftJoin(apiKeys, and(eq(apiKeys.userId, users.id), eq(apiKeys.id, keyId ?? '')))
    .where(eq(users.id, userId));
  if (!row?.active) return false;
  const isSessionLive = row.sessionEnds !== null && row.sessionEnds > now && row.sessionRevokedAt === null;
  const isKeyLive = row.keyId !== null && (row.keyEnds === null || row.keyEnds > now);
  return (sessionId === null || isSessionLive) && (keyId === null || isKeyLive);
}
