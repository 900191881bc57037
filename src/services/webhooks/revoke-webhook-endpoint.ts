import { deleteWebhookEndpoint } from '../../kernel/db/webhook-endpoints.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { requireScope } from '../require-scope.ts';

/** Deletes an endpoint; its signed events are refused from then on. Throws `not_found`. */
export async function revokeWebhookEndpoint({ db }: Pick<AppContext, 'db'>, actor: Actor, { id }: { id: string }): Promise<void> {
  requireScope(actor, 'resources:write');
  const deleted = await deleteWebhookEndpoint(db, { id, ownerId: actor.userId });
  if (!deleted) throw notFound('webhook endpoint');
}
