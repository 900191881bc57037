/** Accepts a document: the resource, its stages and its job are inserted in one transaction, so an accepted document is never lost. */

import { hasUnfinishedJob } from '../../kernel/db/jobs.ts';
import { putSource } from '../../kernel/db/resource-sources.ts';
import { insertStages } from '../../kernel/db/resource-stages.ts';
import { findDuplicate, insertResource, type NewResource } from '../../kernel/db/resources.ts';
import type { Database } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { newStages } from '../../kernel/model/stages.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';
import type { CreatedResource } from './accepted-response.ts';
import { type RequireRoom, withBacklogRoom } from './backlog.ts';
import { findStoredResponse, fingerprintOf, type IdempotentRequest, storeResponse } from './idempotency.ts';
import { notifyRunStarted, type RunNotifier, restartRun, type StartedRun, startRun } from './processing-runs.ts';
import type { QuotaConfig } from './quotas.ts';
import { type IdentifiedSource, identifySource, type SourceInput } from './source.ts';

export interface CreateResourceInput {
  readonly source: SourceInput;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly callbackUrl?: string | undefined;
  /** For 24 hours, the same key with the same request gets the same response, and with another request an error. */
  readonly idempotencyKey?: string | undefined;
}

export type CreateResourceContext = Pick<AppContext, 'db' | 'clock' | 'ids'> & RunNotifier & QuotaConfig;

/**
 * Creates a resource, or returns the one that the owner already has of the same document; a failed one is processed again.
 * Throws `backlog_full` and `quota_exceeded` before any row is written, `invalid_input` for an idempotency key of another request.
 */
export async function createResource(
  context: CreateResourceContext,
  actor: Actor,
  input: CreateResourceInput,
): Promise<CreatedResource> {
  requireScope(actor, 'resources:write');
  const identified = await identifySource(input.source);
  const request = await toIdempotentRequest(actor, input, identified);
  const work = async (tx: Database, requireRoom: RequireRoom): Promise<Outcome> => {
    const now = context.clock.now();
    const stored = request && (await findStoredResponse(tx, request, now));
    if (stored) return { created: stored };
    const row = toRow(context, actor, { input, identified, now });
    const outcome = await reuseOrInsert(tx, context, { row, source: input.source, requireRoom });
    if (request) await storeResponse(tx, request, outcome.created, now);
    return outcome;
  };
  const { created, run } = await withBacklogRoom(context.db, actor.userId, work, context.config.quotas[actor.tier]);
  if (run) await notifyRunStarted(context, run);
  return created;
}

interface Outcome {
  readonly created: CreatedResource;
  /** The run that was started; absent for a duplicate or a stored response. */
  readonly run?: StartedRun;
}

type NewRow = NewResource & IdentifiedSource & { metadata: Record<string, unknown> };

async function reuseOrInsert(
  tx: Database,
  context: CreateResourceContext,
  { row, source, requireRoom }: { row: NewRow; source: SourceInput; requireRoom: RequireRoom },
): Promise<Outcome> {
  const existing = await findDuplicate(tx, row);
  if (existing && (existing.status !== 'failed' || (await hasUnfinishedJob(tx, existing.id)))) {
    return { created: { id: existing.id, status: existing.status, outcome: 'duplicate' } };
  }
  // The bytes of a URL are not known yet: the ingestion stage counts them.
  const bytes = source.kind === 'content' ? source.body.byteLength : 0;
  await requireRoom(existing ? undefined : { documents: 1, bytes });
  const run = existing ? await restartRun(tx, context, existing) : await insertNew(tx, context, row, source);
  return { created: { id: run.resourceId, status: 'pending', outcome: 'accepted' }, run };
}

async function insertNew(tx: Database, context: CreateResourceContext, row: NewRow, source: SourceInput): Promise<StartedRun> {
  const { id: resourceId, createdAt } = row;
  const states = newStages(createdAt);
  await insertResource(tx, row);
  if (source.kind === 'content') {
    const { contentType, filename = null, body } = source;
    await putSource(tx, { resourceId, contentType, filename, body, fetchedUrl: null, createdAt });
  }
  await insertStages(tx, resourceId, states);
  return await startRun(tx, context, row, states);
}

function toRow(
  { ids }: Pick<AppContext, 'ids'>,
  actor: Actor,
  { input, identified, now }: { input: CreateResourceInput; identified: IdentifiedSource; now: number },
): NewRow {
  const { source } = input;
  return {
    id: ids.next(),
    ownerId: actor.userId,
    ...identified,
    url: source.kind === 'url' ? source.url : null,
    contentType: source.kind === 'content' ? source.contentType : null,
    filename: (source.kind === 'content' ? source.filename : undefined) ?? null,
    title: input.title ?? null,
    description: input.description ?? null,
    tags: [...new Set(input.tags)],
    metadata: { ...input.metadata },
    edited: (['title', 'description'] as const).filter((field) => input[field] !== undefined),
    callbackUrl: input.callbackUrl ?? null,
    status: 'pending',
    run: 1,
    authors: [],
    keywords: [],
    categories: [],
    createdAt: now,
    updatedAt: now,
  };
}

/** Undefined for an input without an idempotency key. */
async function toIdempotentRequest(
  actor: Actor,
  { idempotencyKey: key, source, ...rest }: CreateResourceInput,
  { sourceKey }: IdentifiedSource,
): Promise<IdempotentRequest | undefined> {
  if (key === undefined) return undefined;
  const contentType = source.kind === 'content' ? source.contentType : null;
  return { ownerId: actor.userId, key, fingerprint: await fingerprintOf({ sourceKey, contentType, ...rest }) };
}
