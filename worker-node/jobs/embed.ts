/** Jobs of the kind `embed`: make and write the vectors of documents that a model lacks. */
import { AppError, type StageError } from '../../src/kernel/core/errors.ts';
import { listChunks } from '../../src/kernel/db/chunks.ts';
import { replaceSimilarEdges } from '../../src/kernel/db/edges.ts';
import { documentsLacking, findResourceEmbedding, putResourceEmbedding } from '../../src/kernel/db/resource-embeddings.ts';
import { replaceResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import { DIED_TWICE } from '../embedder/inference.ts';
import type { JobRunner } from '../pipeline/job-runner.ts';
import { NotForThisWorker } from '../pipeline/not-for-this-worker.ts';
import { type DocumentEmbedder, embedChunks, writeDocumentVectors } from '../stages/document-vectors.ts';
import { ensureCalibration } from '../stages/model-calibration.ts';
import { throwAsStageError } from '../stages/throw-as-stage-error.ts';
import { createSliceJob, type SliceDependencies, sliceKind } from './slices.ts';

export interface EmbedDependencies extends SliceDependencies {
  /** One for each model in use whose folder this worker has. */
  readonly documentEmbedders: () => readonly DocumentEmbedder[];
}

export const EMBED = sliceKind('embed');

/** Chunks in the model's queue at once. Those of a document that is posted meanwhile go first, by their priority. */
const BATCH_SIZE = 8;
/** Seconds until a job is due again whose model this worker does not have: another one may take it. */
const NOT_HERE_PAUSE_S = 5;
/** Seconds until a job is due again whose model does not work at present. */
const OUTAGE_PAUSE_S = 10;

export function createEmbedJob(dependencies: EmbedDependencies): JobRunner {
  const { db, clock, documentEmbedders } = dependencies;

  return createSliceJob(dependencies, EMBED, {
    list: documentsLacking,
    isOpen: async (tx, { id }, model) => (await findResourceEmbedding(tx, { resourceId: id, model })) === undefined,
    open: (model) => {
      const embedder = documentEmbedders().find((one) => one.model === model);
      if (!embedder) throw new NotForThisWorker(`This worker has no folder of ${model}`, NOT_HERE_PAUSE_S);
      return async (document, signal) => {
        const chunks = await listChunks(db, document.id);
        await ensureCalibration(dependencies, embedder, signal).catch(throwAsStageError).catch(throwIfOutage);
        const vectors = await embedChunks(embedder, chunks, { signal, priority: 'background', batchSize: BATCH_SIZE }).catch(
          throwIfOutage,
        );
        const keys = chunks.map(({ seq }) => seq);
        return (tx) => writeDocumentVectors(tx, document, { ...vectors, keys, now: clock.now() });
      };
    },
    giveUp: async (tx, { id, ownerId }, model, error) => {
      // What is left of an earlier text would stand for this one.
      await replaceResourceVector(tx, { resourceId: id, ownerId, model, embedding: null });
      await replaceSimilarEdges(tx, id, model, []);
      await putResourceEmbedding(tx, { resourceId: id, ownerId, model, error, now: clock.now() });
    },
  });
}

/** A model that is loading, broken or busy fails for every document, and is no reason to give one up: the job waits for it. */
function throwIfOutage(error: StageError): never {
  const { cause, retryAfter, message } = error;
  if (cause instanceof AppError && (cause.code === 'rate_limited' || cause.code === 'unavailable') && cause.detail !== DIED_TWICE)
    throw new NotForThisWorker(message, retryAfter ?? OUTAGE_PAUSE_S);
  throw error;
}
