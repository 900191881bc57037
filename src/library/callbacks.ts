/** What an actor may know and do about the callbacks of their own resources. */

import type { Actor } from '../kernel/auth/actor.ts';
import { newCallbackSecret } from '../kernel/callbacks/signature.ts';
import type { DeliveryState } from '../kernel/callbacks/values.ts';
import { type DeliveryQuery, findDelivery, listDeliveries, requeueDelivery } from '../kernel/db/callback-deliveries.ts';
import { ensureCallbackSecret, rotateCallbackSecret } from '../kernel/db/callback-secrets.ts';
import type { CallbackDelivery, CallbackSecret } from '../kernel/db/types.ts';
import { AppError } from '../kernel/errors.ts';
import type { Services } from '../kernel/services.ts';
import { requireScope } from './require-scope.ts';

/** How long the secret before signs along after a rotation. */
export const SECRET_OVERLAP_MS = 24 * 60 * 60 * 1000;

type Dependencies = Pick<Services, 'db' | 'clock'>;

/** The actor's callback deliveries, newest first. */
export async function listCallbacks(
  { db }: Dependencies,
  actor: Actor,
  query: Pick<DeliveryQuery, 'limit' | 'before'> & { resourceId?: string | undefined; state?: DeliveryState | undefined },
): Promise<CallbackDelivery[]> {
  requireScope(actor, 'resources:read');
  return listDeliveries(db, { ...query, ownerId: actor.userId });
}

/** Sends a settled delivery again, from its first attempt. Throws `not_found`, and `conflict` where it is still to be sent. */
export async function retryCallback(
  { db, clock }: Dependencies,
  actor: Actor,
  { id }: { id: string },
): Promise<CallbackDelivery> {
  requireScope(actor, 'resources:write');
  const key = { id, ownerId: actor.userId };
  const again = await requeueDelivery(db, { ...key, now: clock.now() });
  if (again) return again;
  if (await findDelivery(db, key)) throw new AppError('conflict', 'This callback is still to be sent');
  throw new AppError('not_found', 'There is no such callback');
}

/** What signs the actor's callbacks; made when first asked for. */
export async function getCallbackSecret({ db, clock }: Dependencies, actor: Actor): Promise<CallbackSecret> {
  requireScope(actor, 'resources:write');
  return ensureCallbackSecret(db, actor.userId, newCallbackSecret(), clock.now());
}

/** Replaces it; callbacks are signed with both for a day. */
export async function renewCallbackSecret({ db, clock }: Dependencies, actor: Actor): Promise<CallbackSecret> {
  requireScope(actor, 'resources:write');
  const now = clock.now();
  return rotateCallbackSecret(db, actor.userId, { fresh: newCallbackSecret(), now, previousExpiresAt: now + SECRET_OVERLAP_MS });
}
