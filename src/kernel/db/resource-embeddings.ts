/**
 * Which resource is embedded by which model. A row says that the resource's current chunks are done: their vectors are written,
 * or, with `error`, were given up. The transaction that writes vectors writes the row.
 */
import {
  and,
  asc,
  count,
  eq,
  exists,
  gt,
  inArray,
  isNotNull,
  isNull,
  max,
  min,
  ne,
  notExists,
  notInArray,
  or,
  sql,
} from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Stage, StageStatus } from '../model/stages.ts';
import { activeModelId } from './embedding-models.ts';
import {
  chunks,
  chunkVectors,
  edges,
  embeddingModels,
  resourceEmbeddings,
  resourceStages,
  resources,
  resourceVectors,
} from './schema.sqlite.ts';
import type { Database } from './types.ts';

export interface EmbeddedResource {
  readonly resourceId: string;
  readonly ownerId: string;
  readonly model: string;
  /** Why the resource has no vectors by this model; null if it is embedded. */
  readonly error: string | null;
  readonly now: number;
}

/** Records that the resource is done for the model. Its edges of similarity have to be written again. */
export async function putResourceEmbedding(
  tx: Database,
  { resourceId, ownerId, model, error, now }: EmbeddedResource,
): Promise<void> {
  const set = { error, relatedAt: null, updatedAt: now };
  await tx
    .insert(resourceEmbeddings)
    .values({ resourceId, model, ownerId, ...set })
    .onConflictDoUpdate({
      target: [resourceEmbeddings.resourceId, resourceEmbeddings.model],
      set,
      setWhere: eq(resourceEmbeddings.ownerId, ownerId),
    });
}

/** The row of a resource and a model; undefined if the model is not done with it. */
export async function findResourceEmbedding(
  db: Database,
  { resourceId, model }: { resourceId: string; model: string },
): Promise<typeof resourceEmbeddings.$inferSelect | undefined> {
  const [found] = await db
    .select()
    .from(resourceEmbeddings)
    .where(and(eq(resourceEmbeddings.resourceId, resourceId), eq(resourceEmbeddings.model, model)));
  return found;
}

/** Records that the resource's edges of similarity by the model are written. */
export async function markRelated(
  tx: Database,
  { resourceId, model, now }: { resourceId: string; model: string; now: number },
): Promise<void> {
  const own = and(eq(resourceEmbeddings.resourceId, resourceId), eq(resourceEmbeddings.model, model));
  await tx.update(resourceEmbeddings).set({ relatedAt: now }).where(own);
}

/** The models, retired ones excepted, that the resource is embedded by. */
export async function modelsOfResource(db: Database, resourceId: string): Promise<string[]> {
  const rows = await db
    .select({ model: resourceEmbeddings.model })
    .from(resourceEmbeddings)
    .leftJoin(embeddingModels, eq(embeddingModels.id, resourceEmbeddings.model))
    .where(
      and(
        eq(resourceEmbeddings.resourceId, resourceId),
        isNull(resourceEmbeddings.error),
        or(isNull(embeddingModels.state), ne(embeddingModels.state, 'retired')),
      ),
    )
    .orderBy(asc(resourceEmbeddings.model));
  return rows.map(({ model }) => model);
}

export interface DocumentRef {
  readonly id: string;
  readonly ownerId: string;
}

interface Slice {
  readonly model: string;
  /** The id after which the slice begins. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/**
 * The documents that have to be embedded for the model, by id. A document whose embedding stage is still to run is not among
 * them unless the active model is done with it: the stage embeds it for every model, and a steady stream of such documents
 * must not hold up a switch. For the active model only those count whose stage has completed: a failed one is tried again by an
 * admin, and one without the stage was not to be embedded.
 */
export async function documentsLacking(db: Database, { model, after, limit }: Slice): Promise<DocumentRef[]> {
  const done = alias(resourceEmbeddings, 'done');
  const active = alias(resourceEmbeddings, 'done_by_active');
  const one = { one: sql`1` };
  const ofActive = and(eq(active.resourceId, resources.id), inArray(active.model, activeModelId(db)));
  return await db
    .select({ id: resources.id, ownerId: resources.ownerId })
    .from(resources)
    .where(
      and(
        after === undefined ? undefined : gt(resources.id, after),
        hasChunks(db),
        notExists(
          db
            .select(one)
            .from(done)
            .where(and(eq(done.resourceId, resources.id), eq(done.model, model))),
        ),
        or(exists(db.select(one).from(active).where(ofActive)), notExists(stageIs(db, 'embedding', AHEAD))),
        or(notInArray(sql`${model}`, activeModelId(db)), exists(stageIs(db, 'embedding', ['completed']))),
      ),
    )
    .orderBy(asc(resources.id))
    .limit(limit);
}

/** The documents whose edges of similarity by the model have to be written, by id; without those whose graph stage will. */
export async function documentsUnrelated(db: Database, { model, after, limit }: Slice): Promise<DocumentRef[]> {
  return await db
    .select({ id: resources.id, ownerId: resources.ownerId })
    .from(resourceEmbeddings)
    .innerJoin(resources, eq(resources.id, resourceEmbeddings.resourceId))
    .where(
      and(
        eq(resourceEmbeddings.model, model),
        isNull(resourceEmbeddings.error),
        isNull(resourceEmbeddings.relatedAt),
        after === undefined ? undefined : gt(resourceEmbeddings.resourceId, after),
        notExists(stageIs(db, 'graph', AHEAD)),
      ),
    )
    .orderBy(asc(resourceEmbeddings.resourceId))
    .limit(limit);
}

const hasChunks = (db: Database) => exists(db.select({ one: sql`1` }).from(chunks).where(eq(chunks.resourceId, resources.id)));

/** States of a stage that is yet to complete. */
const AHEAD = ['pending', 'processing'] as const;

/** The row of a stage of `resources`, if it is in one of the states. */
const stageIs = (db: Database, stage: Stage, states: readonly StageStatus[]) =>
  db
    .select({ one: sql`1` })
    .from(resourceStages)
    .where(
      and(
        eq(resourceStages.resourceId, resources.id),
        eq(resourceStages.stage, stage),
        inArray(resourceStages.status, [...states]),
      ),
    );

export interface ModelCoverage {
  readonly embedded: number;
  readonly failed: number;
}

export interface ModelPace extends ModelCoverage {
  /** Between the first of these documents and the last. */
  readonly spentMs: number;
}

/** The number of documents that have chunks. */
export async function countEmbeddable(db: Database): Promise<number> {
  const [row] = await db.select({ count: count() }).from(resources).where(hasChunks(db));
  return row?.count ?? 0;
}

/** How many documents that have chunks are in each language; null counts those whose language is not known. */
export async function countLanguages(db: Database): Promise<{ language: string | null; count: number }[]> {
  return await db
    .select({ language: resources.language, count: count() })
    .from(resources)
    .where(hasChunks(db))
    .groupBy(resources.language);
}

/** Of the documents that the active model could embed and `model` is done with: how many it embedded, and how many it gave up. */
export async function comparedWithActive(db: Database, model: string): Promise<ModelCoverage> {
  const active = alias(resourceEmbeddings, 'done_by_active');
  const embeddedByActive = db
    .select({ one: sql`1` })
    .from(active)
    .where(
      and(eq(active.resourceId, resourceEmbeddings.resourceId), inArray(active.model, activeModelId(db)), isNull(active.error)),
    );
  const [row] = await db
    .select({ all: count(), failed: count(resourceEmbeddings.error) })
    .from(resourceEmbeddings)
    .where(and(eq(resourceEmbeddings.model, model), exists(embeddedByActive)));
  const { all, failed } = row ?? { all: 0, failed: 0 };
  return { embedded: all - failed, failed };
}

/** Makes the model try the documents again that it gave up. */
export async function forgetFailures(tx: Database, model: string): Promise<void> {
  await tx.delete(resourceEmbeddings).where(and(eq(resourceEmbeddings.model, model), isNotNull(resourceEmbeddings.error)));
}

/** How many documents each model is done with. */
export async function coverageByModel(db: Database): Promise<Map<string, ModelPace>> {
  const rows = await db
    .select({
      model: resourceEmbeddings.model,
      all: count(),
      failed: count(resourceEmbeddings.error),
      first: min(resourceEmbeddings.updatedAt),
      last: max(resourceEmbeddings.updatedAt),
    })
    .from(resourceEmbeddings)
    .groupBy(resourceEmbeddings.model);
  return new Map(
    rows.map(({ model, all, failed, first, last }) => [
      model,
      { embedded: all - failed, failed, spentMs: Number(last ?? 0) - Number(first ?? 0) },
    ]),
  );
}

/** The documents whose embedding stage has failed for good, and that the active model is not done with: the first, by id. */
export async function listUnembedded(db: Database, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: resources.id })
    .from(resources)
    .where(isUnembedded(db))
    .orderBy(asc(resources.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** How many documents `listUnembedded` has without a limit. */
export async function countUnembedded(db: Database): Promise<number> {
  const [row] = await db.select({ count: count() }).from(resources).where(isUnembedded(db));
  return row?.count ?? 0;
}

const isUnembedded = (db: Database) =>
  and(
    exists(stageIs(db, 'embedding', ['failed'])),
    hasChunks(db),
    notExists(
      db
        .select({ one: sql`1` })
        .from(resourceEmbeddings)
        .where(and(eq(resourceEmbeddings.resourceId, resources.id), inArray(resourceEmbeddings.model, activeModelId(db)))),
    ),
  );

/** The first documents, by id, that the model could not embed. */
export async function listFailedDocuments(db: Database, model: string, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: resourceEmbeddings.resourceId })
    .from(resourceEmbeddings)
    .where(and(eq(resourceEmbeddings.model, model), isNotNull(resourceEmbeddings.error)))
    .orderBy(asc(resourceEmbeddings.resourceId))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/**
 * Deletes what a model wrote for up to `limit` documents, all of it together with the row that vouches for it, and then what no
 * row vouches for, as versions write it that run beside this one. Returns how many rows went; 0 when nothing is left.
 */
export async function deleteModelRows(tx: Database, model: string, limit: number): Promise<number> {
  const page = await tx
    .select({ id: resourceEmbeddings.resourceId })
    .from(resourceEmbeddings)
    .where(eq(resourceEmbeddings.model, model))
    .limit(limit);
  const ids = page.map(({ id }) => id);
  const vouched = ids.length > 0;
  const seqs = vouched
    ? tx.select({ seq: chunks.seq }).from(chunks).where(inArray(chunks.resourceId, ids))
    : tx.select({ seq: chunkVectors.chunkSeq }).from(chunkVectors).where(eq(chunkVectors.model, model)).limit(limit);
  const vectorIds = tx
    .select({ id: resourceVectors.resourceId })
    .from(resourceVectors)
    .where(eq(resourceVectors.model, model))
    .limit(limit);
  const sources = tx.select({ id: edges.sourceId }).from(edges).where(eq(edges.model, model)).limit(limit);
  const one = { one: sql`1` };
  const removed = [
    await tx
      .delete(chunkVectors)
      .where(and(eq(chunkVectors.model, model), inArray(chunkVectors.chunkSeq, seqs)))
      .returning(one),
    await tx
      .delete(resourceVectors)
      .where(and(eq(resourceVectors.model, model), inArray(resourceVectors.resourceId, vouched ? ids : vectorIds)))
      .returning(one),
    await tx
      .delete(edges)
      .where(and(eq(edges.model, model), inArray(edges.sourceId, vouched ? ids : sources)))
      .returning(one),
    await tx
      .delete(resourceEmbeddings)
      .where(and(eq(resourceEmbeddings.model, model), inArray(resourceEmbeddings.resourceId, ids)))
      .returning(one),
  ];
  return removed.reduce((sum, rows) => sum + rows.length, 0);
}
