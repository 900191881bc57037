import type { WebhookEndpoint } from '../../kernel/db/types.ts';
import { listWebhookEndpoints as list } from '../../kernel/db/webhook-endpoints.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';

/** The actor's webhook endpoints, newest first. */
export async function listWebhookEndpoints({ db }: Pick<AppContext, 'db'>, actor: Actor): Promise<WebhookEndpoint[]> {
  requireScope(actor, 'resources:read');
  return list(db, actor.userId);
}
