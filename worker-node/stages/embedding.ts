/**
 * The embedding stage: computes a vector per chunk and one for the resource, by every model that is not retired. The `embed` jobs
 * of other workers make those of models that this one lacks, but search needs the active one: without it the stage waits.
 */
import { StageError } from '../../src/kernel/core/errors.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { listChunks } from '../../src/kernel/db/chunks.ts';
import { findActiveModel } from '../../src/kernel/db/embedding-models.ts';
import { shareModels } from '../../src/kernel/db/settings.ts';
import type { Chunk, Database } from '../../src/kernel/db/types.ts';
import type { StageRunner } from '../pipeline/stage.ts';
import { activeEmbedder } from './active-embedder.ts';
import { type DocumentEmbedder, type DocumentVectors, embedChunks, writeDocumentVectors } from './document-vectors.ts';
import { ensureCalibration } from './model-calibration.ts';
import { throwAsStageError } from './throw-as-stage-error.ts';

export interface EmbeddingStageDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly models: {
    /** Throws AppError `unavailable` where this worker does not have the active model. */
    active(): DocumentEmbedder;
    /** By every model that is not retired and that this worker has. */
    documents(): readonly DocumentEmbedder[];
  };
}

export function createEmbeddingStage({ db, clock, models }: EmbeddingStageDependencies): StageRunner {
  return async function embedding({ resource, made: { document }, signal, report }) {
    const stored = document ? [] : await listChunks(db, resource.id);
    const chunks = document?.chunks ?? stored;
    if (chunks.length === 0) throw new StageError('permanent', 'The document has no text to embed');
    const active = activeEmbedder(models).model;
    const embedders = models.documents();
    const all: DocumentVectors[] = [];
    for (const [index, embedder] of embedders.entries()) {
      const onProgress = (done: number) => report((100 * (index + done / chunks.length)) / embedders.length);
      const vectors = await embedIfPossible(embedder, chunks, { signal, onProgress });
      if (vectors) all.push(vectors);
    }
    return {
      made: { embedding: { active, vectors: new Map(all.map(({ model, mean }) => [model, mean])) } },
      // A job that embeds the same document waits for its row until this commit, and then finds it done.
      write: async (tx) => {
        const keys = document ? await document.keys(tx) : stored.map(({ seq }) => seq);
        const written = { keys, areNew: document?.isNewIn(tx) ?? false, now: clock.now() };
        await Promise.all(all.map((vectors) => writeDocumentVectors(tx, resource, { ...vectors, ...written })));
      },
      verify: (tx) => requireActive(tx, all),
    };
  };

  /**
   * A switch does not wait for documents whose stage is still to run, so it may have happened since the models were chosen. It
   * comes before this check or after the commit, and then waits for the document.
   */
  async function requireActive(tx: Database, all: readonly DocumentVectors[]): Promise<void> {
    // In this order, also where a connection has both at once: the second sees what the holder of the lock has committed.
    const [, active] = await Promise.all([shareModels(tx), findActiveModel(tx)]);
    if (active && !all.some(({ model }) => model === active.id))
      throw new StageError('transient', 'The embedding model was switched meanwhile');
  }

  /**
   * Undefined where a model that is not active fails, or was retired meanwhile: search does not need its vectors yet, and the
   * `embed` job of its activation makes those that lack.
   */
  async function embedIfPossible(
    embedder: DocumentEmbedder,
    chunks: readonly Pick<Chunk, 'context' | 'text'>[],
    options: Parameters<typeof embedChunks>[2],
  ): Promise<DocumentVectors | undefined> {
    try {
      await ensureCalibration({ db, clock }, embedder, options.signal).catch(throwAsStageError);
      return await embedChunks(embedder, chunks, options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (activeEmbedder(models).model === embedder.model) throw error;
      return undefined;
    }
  }
}
