/** Ingests the documents of a signed event from another system. A repeated event creates nothing again. */

import { AppError } from '../../kernel/core/errors.ts';
import type { User, WebhookEndpoint } from '../../kernel/db/types.ts';
import { findWebhookEndpoint } from '../../kernel/db/webhook-endpoints.ts';
import { findWebhookEvent, insertWebhookEvent } from '../../kernel/db/webhook-events.ts';
import { type Actor, entitledScopes } from '../../kernel/model/actor.ts';
import { isSystemUser } from '../../kernel/model/system-users.ts';
import type { IngestedDocument, WebhookKind } from '../../kernel/model/webhooks.ts';
import { requireSignatureHeaders, type SignedEvent, verifyEvent } from '../../kernel/webhooks/verify-event.ts';
import { type CreateResourceContext, type CreateResourceInput, createResource } from '../resources/create-resource.ts';

export interface IncomingEvent {
  readonly header: SignedEvent['header'];
  /** Reads the raw body, charged to the endpoint's owner. Not called for an unknown endpoint, nor without a signature. */
  readonly body: (ownerId: string) => Promise<Uint8Array>;
  /** The documents in the body; undefined for an event that Pharos ignores. Throws `invalid_input` for a malformed event. */
  readonly read: (kind: WebhookKind, body: Uint8Array) => readonly CreateResourceInput[] | undefined;
  /** Charges the endpoint's owner for a write of so many documents. Throws `rate_limited`. */
  readonly charge: (owner: Actor, documents: number) => Promise<void>;
}

export interface ReceivedEvent {
  readonly outcome: 'accepted' | 'duplicate' | 'ignored';
  readonly documents: readonly IngestedDocument[];
}

/**
 * Throws `unauthenticated` for a wrong signature and for an unknown endpoint alike. If the owner's limit is reached or a
 * document is refused temporarily (`backlog_full`), the event fails and may be sent again: documents that were accepted
 * before are not created twice.
 */
export async function receiveWebhookEvent(
  context: CreateResourceContext,
  endpointId: string,
  { header, body: readBody, read, charge }: IncomingEvent,
): Promise<ReceivedEvent> {
  const { db, clock } = context;
  const found = await findWebhookEndpoint(db, endpointId);
  // An endpoint of a system user was made in TEST_MODE by an earlier version.
  if (!found?.owner.active || isSystemUser(found.owner)) {
    throw new AppError('unauthenticated', 'The signature cannot be verified', { cause: new Error('no such endpoint') });
  }
  const { endpoint, owner } = found;
  requireSignatureHeaders(endpoint.kind, header, clock.now());
  const body = await readBody(owner.id);
  const messageId = await verifyEvent(endpoint.kind, endpoint.secret, { header, body }, clock.now());
  const received = await findWebhookEvent(db, endpoint.id, messageId);
  const actor = actorOf(owner);
  if (received) {
    await charge(actor, 0);
    return { outcome: 'duplicate', documents: received.documents };
  }
  const inputs = read(endpoint.kind, body);
  await charge(actor, inputs?.length ?? 0);
  if (inputs === undefined) return { outcome: 'ignored', documents: [] };
  const documents = await createAll(context, { endpoint, actor, messageId, inputs });
  await insertWebhookEvent(db, { endpointId: endpoint.id, messageId, documents, receivedAt: clock.now() });
  return { outcome: 'accepted', documents };
}

interface VerifiedEvent {
  readonly endpoint: WebhookEndpoint;
  readonly actor: Actor;
  readonly messageId: string;
  readonly inputs: readonly CreateResourceInput[];
}

async function createAll(
  context: CreateResourceContext,
  { endpoint, actor, messageId, inputs }: VerifiedEvent,
): Promise<IngestedDocument[]> {
  const documents: IngestedDocument[] = [];
  for (const [index, input] of inputs.entries()) {
    const { id, outcome } = await createResource(context, actor, {
      ...input,
      tags: [...new Set([...(input.tags ?? []), ...endpoint.tags])].slice(0, 50),
      // With a key per document, a repeated event continues after the documents already accepted.
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
  keyId: null,
});
