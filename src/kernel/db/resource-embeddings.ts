/**
 * Which resource is embedded by which model. A row says that the resource's current chunks are done: their vectors are written,
 * or, with `error`, were given up. The transaction that writes vectors writes the row.
 */
import { and, asc, count, eq, exists, gt, inArray, isNotNull, isNull, ne, notExists, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Stage } from '../model/stages.ts';
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
 * must not hold up a switch.
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
        or(exists(db.select(one).from(active).where(ofActive)), notExists(stageAhead(db, 'embedding'))),
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
        notExists(stageAhead(db, 'graph')),
      ),
    )
    .orderBy(asc(resourceEmbeddings.resourceId))
    .limit(limit);
}

const hasChunks = (db: Database) => exists(db.select({ one: sql`1` }).from(chunks).where(eq(chunks.resourceId, resources.id)));

/** The row of a stage of `resources` that is yet to complete. */
const stageAhead = (db: Database, stage: Stage) =>
  db
    .select({ one: sql`1` })
    .from(resourceStages)
    .where(
      and(
        eq(resourceStages.resourceId, resources.id),
        eq(resourceStages.stage, stage),
        inArray(resourceStages.status, ['pending', 'processing']),
      ),
    );

export interface ModelCoverage {
  readonly embedded: number;
  readonly failed: number;
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

/** How many documents each model is done with. */
export async function coverageByModel(db: Database): Promise<Map<string, ModelCoverage>> {
  const rows = await db
    .select({ model: resourceEmbeddings.model, all: count(), failed: count(resourceEmbeddings.error) })
    .from(resourceEmbeddings)
    .groupBy(resourceEmbeddings.model);
  return new Map(rows.map(({ model, all, failed }) => [model, { embedded: all - failed, failed }]));
}

/** The documents whose embedding stage has failed for good, and that the active model is not done with, by id. */
export async function listUnembedded(db: Database): Promise<string[]> {
  const rows = await db
    .select({ id: resourceStages.resourceId })
    .from(resourceStages)
    .innerJoin(resources, eq(resources.id, resourceStages.resourceId))
    .where(
      and(
        eq(resourceStages.stage, 'embedding'),
        eq(resourceStages.status, 'failed'),
        hasChunks(db),
        notExists(
          db
            .select({ one: sql`1` })
            .from(resourceEmbeddings)
            .where(and(eq(resourceEmbeddings.resourceId, resources.id), inArray(resourceEmbeddings.model, activeModelId(db)))),
        ),
      ),
    )
    .orderBy(asc(resourceStages.resourceId));
  return rows.map(({ id }) => id);
}

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
 * Deletes what a model wrote for up to `limit` rows of each kind, vectors together with the row that vouches for them.
 * Returns how many rows went; 0 when nothing is left.
 */
export async function deleteModelRows(tx: Database, model: string, limit: number): Promise<number> {
  const page = await tx
    .select({ id: resourceEmbeddings.resourceId })
    .from(resourceEmbeddings)
    .where(eq(resourceEmbeddings.model, model))
    .limit(limit);
  const ids = page.map(({ id }) => id);
  const ofPage = tx.select({ seq: chunks.seq }).from(chunks).where(inArray(chunks.resourceId, ids));
  const removed = [
    await tx
      .delete(chunkVectors)
      .where(
        and(eq(chunkVectors.model, model), inArray(chunkVectors.chunkSeq, ids.length > 0 ? ofPage : leftover(tx, model, limit))),
      )
      .returning({ one: sql`1` }),
    await tx
      .delete(resourceEmbeddings)
      .where(and(eq(resourceEmbeddings.model, model), inArray(resourceEmbeddings.resourceId, ids)))
      .returning({ one: sql`1` }),
    await tx
      .delete(resourceVectors)
      .where(
        and(
          eq(resourceVectors.model, model),
          inArray(
            resourceVectors.resourceId,
            tx
              .select({ id: resourceVectors.resourceId })
              .from(resourceVectors)
              .where(eq(resourceVectors.model, model))
              .limit(limit),
          ),
        ),
      )
      .returning({ one: sql`1` }),
    await tx
      .delete(edges)
      .where(
        and(
          eq(edges.model, model),
          inArray(edges.sourceId, tx.select({ id: edges.sourceId }).from(edges).where(eq(edges.model, model)).limit(limit)),
        ),
      )
      .returning({ one: sql`1` }),
  ];
  return removed.reduce((sum, rows) => sum + rows.length, 0);
}

/** Vectors without a row in `resource_embeddings`, as older versions beside this one write them. */
const leftover = (tx: Database, model: string, limit: number) =>
  tx.select({ seq: chunkVectors.chunkSeq }).from(chunkVectors).where(eq(chunkVectors.model, model)).limit(limit);
