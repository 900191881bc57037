import { type DeliveryQuery, listDeliveries } from '../../kernel/db/callback-deliveries.ts';
import type { CallbackDelivery } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';

/** The actor's callback deliveries, newest first. */
export async function listCallbacks(
  { db }: Pick<AppContext, 'db'>,
  actor: Actor,
  query: Omit<DeliveryQuery, 'ownerId'>,
): Promise<CallbackDelivery[]> {
  requireScope(actor, 'resources:read');
  return listDeliveries(db, { ...query, ownerId: actor.userId });
}
