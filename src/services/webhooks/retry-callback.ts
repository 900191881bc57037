import { AppError } from '../../kernel/core/errors.ts';
import { findDelivery, requeueDelivery } from '../../kernel/db/callback-deliveries.ts';
import type { CallbackDelivery } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { requireScope } from '../require-scope.ts';

/** Sends a settled delivery again, from its first attempt. Throws `not_found`, and `conflict` where it is still to be sent. */
export async function retryCallback(
  { db, clock }: Pick<AppContext, 'db' | 'clock'>,
  actor: Actor,
  { id }: { id: string },
): Promise<CallbackDelivery> {
  requireScope(actor, 'resources:write');
  const key = { id, ownerId: actor.userId };
  const again = await requeueDelivery(db, { ...key, now: clock.now() });
  if (again) return again;
  if (await findDelivery(db, key)) throw new AppError('conflict', 'This callback is still to be sent');
  throw notFound('callback delivery');
}
