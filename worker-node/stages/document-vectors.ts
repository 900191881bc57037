/** The vectors of a document by one model: computed outside of a transaction, written inside of one. */
import { insertChunkVectors, replaceChunkVectors } from '../../src/kernel/db/chunk-vectors.ts';
import { putResourceEmbedding } from '../../src/kernel/db/resource-embeddings.ts';
import { replaceResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import type { Chunk, Database } from '../../src/kernel/db/types.ts';
import type { Priority } from '../embedder/batcher.ts';
import type { Embedder } from '../embedder/embedder.ts';
import { embeddedText } from '../ingest/chunk-context.ts';
import { throwAsStageError } from './throw-as-stage-error.ts';

/** What embeds documents for one model. */
export type DocumentEmbedder = Pick<Embedder, 'embed' | 'model'>;

export interface DocumentVectors {
  readonly model: string;
  /** One for each chunk. */
  readonly vectors: readonly Float32Array[];
  /** Their normalised mean; null where the vectors are all zero or cancel out. */
  readonly mean: Float32Array | null;
}

/** Chunks embedded between two calls of `onProgress`. */
const BATCH_SIZE = 64;

export interface EmbedChunksOptions {
  readonly signal: AbortSignal;
  /** Default: that of new documents. */
  readonly priority?: Priority;
  /** Chunks in the model's queue at once. */
  readonly batchSize?: number;
  readonly onProgress?: (done: number) => void;
}

/** Embeds the chunks of a document. `onProgress` receives how many are done. Throws a transient StageError. */
export async function embedChunks(
  embedder: DocumentEmbedder,
  chunks: readonly Pick<Chunk, 'context' | 'text'>[],
  { signal, priority = 'bulk', batchSize = BATCH_SIZE, onProgress }: EmbedChunksOptions,
): Promise<DocumentVectors> {
  const vectors: Float32Array[] = [];
  for (let start = 0; start < chunks.length; start += batchSize) {
    const texts = chunks.slice(start, start + batchSize).map(embeddedText);
    vectors.push(...(await embedder.embed(texts, { priority, kind: 'document', signal }).catch(throwAsStageError)));
    onProgress?.(vectors.length);
  }
  return { model: embedder.model, vectors, mean: normalisedMean(vectors) };
}

export interface WrittenVectors extends DocumentVectors {
  /** Of the chunks, in their order. */
  readonly keys: readonly number[];
  /** Whether the chunks were inserted in this transaction, so that they have no vectors yet. */
  readonly areNew?: boolean;
  readonly now: number;
}

/** Replaces the document's vectors by the model, and records that the model is done with it. */
export async function writeDocumentVectors(
  tx: Database,
  { id, ownerId }: { readonly id: string; readonly ownerId: string },
  { model, keys, vectors, mean, areNew = false, now }: WrittenVectors,
): Promise<void> {
  const target = { resourceId: id, ownerId, model };
  const rows = nonZeroVectors(keys, vectors);
  await Promise.all([
    (areNew ? insertChunkVectors : replaceChunkVectors)(tx, { ...target, vectors: rows }),
    replaceResourceVector(tx, { ...target, embedding: mean }),
    putResourceEmbedding(tx, { ...target, error: null, now }),
  ]);
}

const isZero = (vector: Float32Array) => vector.every((value) => value === 0);

/** Pairs chunks with their vectors. Zero vectors (no word of the model's vocabulary) are left out: they have no direction. */
function nonZeroVectors(keys: readonly number[], vectors: readonly Float32Array[]) {
  return vectors.flatMap((embedding, index) => {
    const chunkSeq = keys[index];
    return chunkSeq === undefined || isZero(embedding) ? [] : [{ chunkSeq, embedding }];
  });
}

/** The L2-normalised mean; null where the vectors are all zero or cancel out. */
export function normalisedMean(vectors: readonly Float32Array[]): Float32Array | null {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (const [index, value] of vector.entries()) sum[index] = (sum[index] ?? 0) + value;
  const norm = Math.hypot(...sum);
  return norm < 1e-9 ? null : Float32Array.from(sum, (value) => value / norm);
}
