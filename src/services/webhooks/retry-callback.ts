import { AppError } from '../../kernel/core/errors.ts';
import { findDelivery, requeueDelivery } from '../../kernel/db/callback-deliveries.ts';
import type { CallbackDelivery } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { requireScope } from '../require-scope.ts';

/** Sends a delivered or failed callback again, from its first attempt. Throws `not_found`, and `conflict` if it is pending. */
export async function retryCallback(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  actor: Actor,
  { id }: { id: string },
): Promise<CallbackDelivery> {
  requireScope(actor, 'resources:write');
  const key = { id, ownerId: actor.userId };
  const requeued = await requeueDelivery(db, { ...key, now: clock.now() });
  if (requeued) return requeued;
  if (await findDelivery(db, key)) throw new AppError('conflict', 'This callback is still pending; it is sent without a retry');
  throw notFound('callback delivery');
}
