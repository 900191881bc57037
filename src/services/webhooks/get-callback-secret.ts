import { ensureCallbackSecret } from '../../kernel/db/callback-secrets.ts';
import type { CallbackSecret } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { newCallbackSecret } from '../../kernel/webhooks/sign-callback.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';

/** The secret that signs the actor's callbacks; created on first use. */
export async function getCallbackSecret({ db, clock }: Pick<AppContext, 'db' | 'clock'>, actor: Actor): Promise<CallbackSecret> {
  requireScope(actor, 'resources:write');
  return ensureCallbackSecret(db, actor.userId, newCallbackSecret(), clock.now());
}
