import type { Actor } from '../../kernel/auth/actor.ts';
import { type DeliveryQuery, listDeliveries } from '../../kernel/db/callback-deliveries.ts';
import type { CallbackDelivery } from '../../kernel/db/types.ts';
import type { Services } from '../../kernel/services.ts';
import { requireScope } from '../require-scope.ts';

/** The actor's callback deliveries, newest first. */
export async function listCallbacks(
  { db }: Pick<Services, 'db'>,
  actor: Actor,
  query: Omit<DeliveryQuery, 'ownerId'>,
): Promise<CallbackDelivery[]> {
  requireScope(actor, 'resources:read');
  return listDeliveries(db, { ...query, ownerId: actor.userId });
}
