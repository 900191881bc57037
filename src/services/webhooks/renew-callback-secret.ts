import { DAY_MS } from '../../kernel/core/time.ts';
import { rotateCallbackSecret } from '../../kernel/db/callback-secrets.ts';
import type { CallbackSecret } from '../../kernel/db/types.ts';
import { writeIfCurrent } from '../../kernel/db/users.ts';
import { newCallbackSecret } from '../../kernel/webhooks/sign-callback.ts';
import { type AccountSession, accountChanged } from '../accounts/account-session.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';

/** How long the previous secret keeps signing as well. */
const OVERLAP_MS = DAY_MS;

/** Replaces the secret that signs the actor's callbacks. For 24 hours callbacks are signed with both secrets. */
export async function renewCallbackSecret(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  { actor, user, session }: AccountSession,
): Promise<CallbackSecret> {
  requireScope(actor, 'resources:write');
  const now = clock.now();
  const change = { fresh: newCallbackSecret(), now, previousExpiresAt: now + OVERLAP_MS };
  let renewed: CallbackSecret | undefined;
  await writeIfCurrent(db, { userId: user.id, credentialsEpoch: user.credentialsEpoch, sessionId: session.id }, async (tx) => {
    renewed = await rotateCallbackSecret(tx, user.id, change);
  });
  if (!renewed) throw accountChanged();
  return renewed;
}
