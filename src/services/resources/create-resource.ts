/** Takes a document: one transaction for the resource, its stages and its job, so that nothing accepted is lost. */

import { isUniqueViolation } from '../../kernel/db/constraint-errors.ts';
import { hasUnfinishedJob } from '../../kernel/db/jobs.ts';
import { putSource } from '../../kernel/db/resource-sources.ts';
import { insertStages } from '../../kernel/db/resource-stages.ts';
import { findDuplicate, insertResource, type NewResource, type ResourceSummary } from '../../kernel/db/resources.ts';
import type { Database } from '../../kernel/db/types.ts';
import type { Actor } from '../../kernel/model/actor.ts';
import { newStages } from '../../kernel/model/stages.ts';
import type { AppContext } from '../context.ts';
import { requireScope } from '../require-scope.ts';
import type { CreatedResource } from './accepted-response.ts';
import { type RequireRoom, withBacklogRoom } from './backlog.ts';
import { findStoredResponse, fingerprintOf, type IdempotentRequest, storeResponse } from './idempotency.ts';
import { notifyRunStarted, type RunNotifier, type StartedRun, startRun } from './processing-runs.ts';
import { rerun } from './reprocess-resource.ts';
import { type IdentifiedSource, identifySource, type SourceInput } from './source.ts';

export interface CreateResourceInput {
  readonly source: SourceInput;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly callbackUrl?: string | undefined;
  /** The same key with the same request gets the same answer for a day; with another request it is refused. */
  readonly idempotencyKey?: string | undefined;
}

export type CreateResourceContext = Pick<AppContext, 'db' | 'clock' | 'ids'> & RunNotifier;

/**
 * Throws `backlog_full` before any row is written, `invalid_input` for an idempotency key used for another request.
 * The document the owner sent before is answered with its id; if it had failed, it is processed again.
 */
export async function createResource(
  services: CreateResourceContext,
  actor: Actor,
  input: CreateResourceInput,
): Promise<CreatedResource> {
  requireScope(actor, 'resources:write');
  const identified = await identifySource(input.source);
  const attempt =
    input.idempotencyKey === undefined ? undefined : await attemptOf(actor, input.idempotencyKey, input, identified);
  const { created, run } = await orAgain(() =>
    withBacklogRoom(services.db, actor.userId, (tx, requireRoom) =>
      place(tx, services, actor, { input, identified, attempt, requireRoom }),
    ),
  );
  if (run) await notifyRunStarted(services, run);
  return created;
}

interface Placement {
  readonly input: CreateResourceInput;
  readonly identified: IdentifiedSource;
  readonly attempt: IdempotentRequest | undefined;
  readonly requireRoom: RequireRoom;
}

interface Placed {
  readonly created: CreatedResource;
  readonly run?: StartedRun;
}

async function place(tx: Database, services: CreateResourceContext, actor: Actor, placement: Placement): Promise<Placed> {
  const { identified, attempt, requireRoom } = placement;
  const now = services.clock.now();
  const answered = attempt && (await findStoredResponse(tx, attempt, now));
  if (answered) return { created: answered };
  const known = await findDuplicate(tx, { ownerId: actor.userId, ...identified });
  const placed = known ? await placeAgain(tx, services, known, requireRoom) : await placeNew(tx, services, actor, placement, now);
  if (attempt) await storeResponse(tx, attempt, placed.created, now);
  return placed;
}

async function placeAgain(
  tx: Database,
  services: CreateResourceContext,
  known: ResourceSummary,
  requireRoom: RequireRoom,
): Promise<Placed> {
  const isOver = known.status === 'failed' && !(await hasUnfinishedJob(tx, known.id));
  if (!isOver) return { created: { id: known.id, status: known.status, outcome: 'duplicate' } };
  await requireRoom();
  const run = await rerun(tx, services, known);
  return { created: { id: known.id, status: 'pending', outcome: 'accepted' }, run };
}

async function placeNew(
  tx: Database,
  services: CreateResourceContext,
  actor: Actor,
  placement: Placement,
  now: number,
): Promise<Placed> {
  await placement.requireRoom();
  const row = newResource(services, actor, placement, now);
  const { source } = placement.input;
  const states = newStages(row.createdAt);
  await insertResource(tx, row);
  if (source.kind === 'content') {
    await putSource(tx, {
      resourceId: row.id,
      contentType: source.contentType,
      filename: source.filename ?? null,
      body: source.body,
      fetchedUrl: null,
      createdAt: row.createdAt,
    });
  }
  await insertStages(tx, row.id, states);
  const run = await startRun(tx, services, row, states);
  return { created: { id: row.id, status: 'pending', outcome: 'accepted' }, run };
}

function newResource(
  { ids }: Pick<AppContext, 'ids'>,
  actor: Actor,
  { input, identified }: Placement,
  now: number,
): NewResource & { metadata: Record<string, unknown> } {
  const { source } = input;
  const edited = (['title', 'description'] as const).filter((field) => input[field] !== undefined);
  return {
    id: ids.next(),
    ownerId: actor.userId,
    ...identified,
    url: source.kind === 'url' ? source.url : null,
    contentType: source.kind === 'content' ? source.contentType : null,
    title: input.title ?? null,
    description: input.description ?? null,
    tags: [...new Set(input.tags)],
    metadata: { ...input.metadata },
    edited,
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

async function attemptOf(
  actor: Actor,
  key: string,
  { idempotencyKey: _key, source, ...rest }: CreateResourceInput,
  { sourceKey }: IdentifiedSource,
): Promise<IdempotentRequest> {
  const contentType = source.kind === 'content' ? source.contentType : null;
  return { ownerId: actor.userId, key, fingerprint: await fingerprintOf({ sourceKey, contentType, ...rest }) };
}

/** Two posts of one document at once: the second to commit is refused by the unique index and then finds the first. */
async function orAgain<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return await work();
  }
}
