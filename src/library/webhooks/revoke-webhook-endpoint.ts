import type { Actor } from '../../kernel/auth/actor.ts';
import { deleteWebhookEndpoint } from '../../kernel/db/webhook-endpoints.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Services } from '../../kernel/services.ts';
import { requireScope } from '../require-scope.ts';

/** Nothing that is signed with its secret is taken from then on. Throws `not_found`. */
export async function revokeWebhookEndpoint({ db }: Pick<Services, 'db'>, actor: Actor, { id }: { id: string }): Promise<void> {
  requireScope(actor, 'resources:write');
  const gone = await deleteWebhookEndpoint(db, { id, ownerId: actor.userId });
  if (!gone) throw new AppError('not_found', 'There is no such webhook endpoint');
}
