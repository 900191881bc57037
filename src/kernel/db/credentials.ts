import { eq } from 'drizzle-orm';
import { apiKeys, callbackSecrets, emailTokens, oauthAccounts, webhookEndpoints } from './schema.sqlite.ts';
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
