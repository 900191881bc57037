/** Models of embeddings and their states. A change of one calls `lockModels` first, in the same transaction. */
import { and, asc, eq, isNotNull, isNull, lte } from 'drizzle-orm';
import { inTransaction, noteRebuilds } from './library-notes.ts';
import { embeddingModels, resourceEmbeddings } from './schema.sqlite.ts';
import type { Database, EmbeddingModel } from './types.ts';

/** Every model, oldest first. */
export async function listEmbeddingModels(db: Database): Promise<EmbeddingModel[]> {
  return await db.select().from(embeddingModels).orderBy(asc(embeddingModels.createdAt), asc(embeddingModels.id));
}

export async function findEmbeddingModel(db: Database, id: string): Promise<EmbeddingModel | undefined> {
  const [found] = await db.select().from(embeddingModels).where(eq(embeddingModels.id, id));
  return found;
}

/** The model that searches use; undefined in a database that no worker has used yet. */
export async function findActiveModel(db: Database): Promise<EmbeddingModel | undefined> {
  const [found] = await db.select().from(embeddingModels).where(eq(embeddingModels.state, 'active'));
  return found;
}

/** The model that becomes active once every document is embedded for it. */
export async function findRequestedModel(db: Database): Promise<EmbeddingModel | undefined> {
  const [found] = await db
    .select()
    .from(embeddingModels)
    .where(and(eq(embeddingModels.state, 'building'), isNotNull(embeddingModels.activationRequestedAt)));
  return found;
}

/** Models that were retired at `before` or earlier. */
export async function listRetiredModels(db: Database, before: number): Promise<EmbeddingModel[]> {
  return await db
    .select()
    .from(embeddingModels)
    .where(and(eq(embeddingModels.state, 'retired'), lte(embeddingModels.retiredAt, before)))
    .orderBy(asc(embeddingModels.id));
}

/** The id of the active model, as a subquery. */
export const activeModelId = (db: Database) =>
  db.select({ id: embeddingModels.id }).from(embeddingModels).where(eq(embeddingModels.state, 'active'));

export async function insertEmbeddingModel(db: Database, row: EmbeddingModel): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx.insert(embeddingModels).values(row);
    if (row.state === 'active') noteRebuilds(tx);
  });
}

export async function updateEmbeddingModel(db: Database, id: string, set: Partial<Omit<EmbeddingModel, 'id'>>): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx.update(embeddingModels).set(set).where(eq(embeddingModels.id, id));
    // Searches compare vectors of the active model.
    if (set.state === 'active') noteRebuilds(tx);
  });
}

export async function isActiveModel(db: Database, id: string): Promise<boolean> {
  const found = await db
    .select({ id: embeddingModels.id })
    .from(embeddingModels)
    .where(and(eq(embeddingModels.id, id), eq(embeddingModels.state, 'active')));
  return found.length > 0;
}

/** Withdraws requests to activate a model. Returns the models for which one was open. */
export async function withdrawActivation(tx: Database): Promise<string[]> {
  const rows = await tx
    .update(embeddingModels)
    .set({ activationRequestedAt: null })
    .where(isNotNull(embeddingModels.activationRequestedAt))
    .returning({ id: embeddingModels.id });
  return rows.map(({ id }) => id);
}

export async function deleteEmbeddingModel(tx: Database, id: string): Promise<void> {
  await tx.delete(embeddingModels).where(eq(embeddingModels.id, id));
}

/** Whether any document has vectors of the model. */
export async function hasEmbeddings(db: Database, id: string): Promise<boolean> {
  const found = await db
    .select({ model: resourceEmbeddings.model })
    .from(resourceEmbeddings)
    .where(and(eq(resourceEmbeddings.model, id), isNull(resourceEmbeddings.error)))
    .limit(1);
  return found.length > 0;
}
