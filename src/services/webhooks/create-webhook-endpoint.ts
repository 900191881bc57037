import { AppError } from '../../kernel/core/errors.ts';
import type { WebhookEndpoint } from '../../kernel/db/types.ts';
import { writeIfCurrent } from '../../kernel/db/users.ts';
import { countWebhookEndpoints, insertWebhookEndpoint } from '../../kernel/db/webhook-endpoints.ts';
import type { WebhookKind } from '../../kernel/model/webhooks.ts';
import { newCallbackSecret } from '../../kernel/webhooks/sign-callback.ts';
import { type AccountSession, accountChanged } from '../accounts/account-session.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';

const MAX_ENDPOINTS = 50;

export interface NewWebhookEndpoint {
  readonly name: string;
  readonly kind: WebhookKind;
  readonly tags: readonly string[];
}

/** Creates an endpoint with its own secret of 32 random bytes. Throws `conflict` if the owner has 50 endpoints. */
export async function createWebhookEndpoint(
  { db, clock, ids }: Pick<AppContext, 'db' | 'clock' | 'ids'>,
  { actor, user, session }: AccountSession,
  { name, kind, tags }: NewWebhookEndpoint,
): Promise<WebhookEndpoint> {
  requireScope(actor, 'resources:write');
  const endpoint: WebhookEndpoint = {
    id: ids.next(),
    ownerId: user.id,
    name,
    kind,
    secret: newCallbackSecret(),
    tags: [...new Set(tags)],
    createdAt: clock.now(),
    lastUsedAt: null,
  };
  const verified = { userId: user.id, credentialsEpoch: user.credentialsEpoch, sessionId: session.id };
  const isWritten = await writeIfCurrent(db, verified, async (tx) => {
    if ((await countWebhookEndpoints(tx, user.id)) >= MAX_ENDPOINTS) {
      throw new AppError('conflict', `You have ${MAX_ENDPOINTS} webhook endpoints, which is the maximum; delete one first`);
    }
    await insertWebhookEndpoint(tx, endpoint);
  });
  if (!isWritten) throw accountChanged();
  return endpoint;
}
