import { deleteWebhookEndpoint } from '../../kernel/db/webhook-endpoints.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { notFound } from '../errors.ts';
import { requireScope } from '../require-scope.ts';

/** Nothing that is signed with its secret is taken from then on. Throws `not_found`. */
export async function revokeWebhookEndpoint({ db }: Pick<AppContext, 'db'>, actor: Actor, { id }: { id: string }): Promise<void> {
  requireScope(actor, 'resources:write');
  const gone = await deleteWebhookEndpoint(db, { id, ownerId: actor.userId });
  if (!gone) throw notFound('webhook endpoint');
}
