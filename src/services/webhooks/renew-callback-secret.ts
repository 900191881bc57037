import { rotateCallbackSecret } from '../../kernel/db/callback-secrets.ts';
import type { CallbackSecret } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { newCallbackSecret } from '../../kernel/webhooks/sign-callback.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';

/** How long the secret before signs along. */
const OVERLAP_MS = 24 * 60 * 60 * 1000;

/** Replaces what signs the actor's callbacks; they are signed with both for a day. */
export async function renewCallbackSecret(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  actor: Actor,
): Promise<CallbackSecret> {
  requireScope(actor, 'resources:write');
  const now = clock.now();
  return rotateCallbackSecret(db, actor.userId, { fresh: newCallbackSecret(), now, previousExpiresAt: now + OVERLAP_MS });
}
