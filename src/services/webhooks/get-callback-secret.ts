import { ensureCallbackSecret, findCallbackSecret } from '../../kernel/db/callback-secrets.ts';
import type { CallbackSecret } from '../../kernel/db/types.ts';
import { writeIfCurrent } from '../../kernel/db/users.ts';
import { newCallbackSecret } from '../../kernel/webhooks/sign-callback.ts';
import { type AccountSession, accountChanged } from '../accounts/account-session.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';

/**
 * The secret that signs the actor's callbacks; created on first use. Throws `unauthenticated` instead of creating one if the
 * account has changed since the session was verified.
 */
export async function getCallbackSecret(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  { actor, user, session }: AccountSession,
): Promise<CallbackSecret> {
  requireScope(actor, 'resources:write');
  let secret = await findCallbackSecret(db, user.id);
  if (secret) return secret;
  const verified = { userId: user.id, credentialsEpoch: user.credentialsEpoch, sessionId: session.id };
  await writeIfCurrent(db, verified, async (tx) => {
    secret = await ensureCallbackSecret(tx, user.id, newCallbackSecret(), clock.now());
  });
  if (!secret) throw accountChanged();
  return secret;
}
