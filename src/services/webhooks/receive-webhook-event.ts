/** Takes what another system sends: the owner's documents, once per event however often it comes. */

import { AppError } from '../../kernel/core/errors.ts';
import type { User, WebhookEndpoint } from '../../kernel/db/types.ts';
import { findWebhookEndpoint } from '../../kernel/db/webhook-endpoints.ts';
import { findWebhookEvent, insertWebhookEvent } from '../../kernel/db/webhook-events.ts';
import { type Actor, entitledScopes } from '../../kernel/model/actor.ts';
import type { IngestedDocument, WebhookKind } from '../../kernel/model/webhooks.ts';
import { type SignedEvent, verifyEvent } from '../../kernel/webhooks/verify-event.ts';
import { type CreateResourceContext, type CreateResourceInput, createResource } from '../resources/create-resource.ts';

/** What an event asks for; `undefined`: nothing that concerns us. Throws `invalid_input` where it cannot be read. */
export type ReadEvent = (kind: WebhookKind) => readonly CreateResourceInput[] | undefined;

export interface ReceivedEvent {
  readonly outcome: 'accepted' | 'duplicate' | 'ignored';
  readonly documents: readonly IngestedDocument[];
}

/**
 * Throws `unauthenticated` for a wrong signature as for an endpoint that is not there. Where a document is refused for the
 * moment (`backlog_full`) the whole event is, and may come again: what was taken of it by then is not taken twice.
 */
export async function receiveWebhookEvent(
  services: CreateResourceContext,
  endpointId: string,
  event: SignedEvent,
  read: ReadEvent,
): Promise<ReceivedEvent> {
  const { db, clock } = services;
  const found = await findWebhookEndpoint(db, endpointId);
  if (!found?.owner.active) {
    throw new AppError('unauthenticated', 'The signature cannot be verified', { cause: new Error('no such endpoint') });
  }
  const { endpoint, owner } = found;
  const messageId = await verifyEvent(endpoint.kind, endpoint.secret, event, clock.now());
  const known = await findWebhookEvent(db, endpoint.id, messageId);
  if (known) return { outcome: 'duplicate', documents: known.documents };
  const inputs = read(endpoint.kind);
  if (inputs === undefined) return { outcome: 'ignored', documents: [] };
  const documents = await takeAll(services, { endpoint, owner, messageId, inputs });
  await insertWebhookEvent(db, { endpointId: endpoint.id, messageId, documents, receivedAt: clock.now() });
  return { outcome: 'accepted', documents };
}

interface Taken {
  readonly endpoint: WebhookEndpoint;
  readonly owner: User;
  readonly messageId: string;
  readonly inputs: readonly CreateResourceInput[];
}

async function takeAll(
  services: CreateResourceContext,
  { endpoint, owner, messageId, inputs }: Taken,
): Promise<IngestedDocument[]> {
  const documents: IngestedDocument[] = [];
  for (const [index, input] of inputs.entries()) {
    const { id, outcome } = await createResource(services, actorOf(owner), {
      ...input,
      tags: [...(input.tags ?? []), ...endpoint.tags].slice(0, 50),
      // An event that was cut off half-way begins where it stopped.
      idempotencyKey: `webhook:${endpoint.id}:${messageId}:${index}`,
    });
    documents.push({ resource_id: id, outcome });
  }
  return documents;
}

const actorOf = ({ id, username, tier }: User): Actor => ({
  kind: 'user',
  userId: id,
  username,
  tier,
  scopes: entitledScopes(tier).filter((scope) => scope === 'resources:write'),
  sessionId: null,
  tokenId: null,
});
