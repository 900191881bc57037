/** The embedding stage: computes a vector per chunk and one for the resource. */
import { StageError } from '../../src/kernel/core/errors.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { replaceChunkVectors } from '../../src/kernel/db/chunk-vectors.ts';
import { listChunks } from '../../src/kernel/db/chunks.ts';
import { putResourceEmbedding } from '../../src/kernel/db/resource-embeddings.ts';
import { replaceResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import type { Chunk, Database } from '../../src/kernel/db/types.ts';
import type { Embedder } from '../embedder/embedder.ts';
import { embeddedText } from '../ingest/chunk-context.ts';
import type { StageRunner } from '../pipeline/stage.ts';
import { throwAsStageError } from './throw-as-stage-error.ts';

/** Chunks embedded between two reports of progress. */
const BATCH_SIZE = 64;

export interface EmbeddingStageDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly embedder: Pick<Embedder, 'embed' | 'model'>;
}

export function createEmbeddingStage({ db, clock, embedder }: EmbeddingStageDependencies): StageRunner {
  return async function embedding({ resource, signal, report }) {
    const chunks = await listChunks(db, resource.id);
    if (chunks.length === 0) throw new StageError('permanent', 'The document has no text to embed');
    const vectors: Float32Array[] = [];
    for (let start = 0; start < chunks.length; start += BATCH_SIZE) {
      const texts = chunks.slice(start, start + BATCH_SIZE).map(embeddedText);
      vectors.push(...(await embedder.embed(texts, { priority: 'bulk', kind: 'document', signal }).catch(throwAsStageError)));
      report((100 * vectors.length) / chunks.length);
    }
    const target = { resourceId: resource.id, ownerId: resource.ownerId, model: embedder.model };
    return async (tx) => {
      await replaceChunkVectors(tx, { ...target, vectors: nonZeroVectors(chunks, vectors) });
      await replaceResourceVector(tx, { ...target, embedding: normalisedMean(vectors) });
      await putResourceEmbedding(tx, { ...target, error: null, now: clock.now() });
    };
  };
}

const isZero = (vector: Float32Array) => vector.every((value) => value === 0);

/** Pairs chunks with their vectors. Zero vectors (no word of the model's vocabulary) are left out: they have no direction. */
function nonZeroVectors(chunks: readonly Chunk[], vectors: readonly Float32Array[]) {
  return chunks.flatMap(({ seq }, index) => {
    const vector = vectors[index];
    return vector && !isZero(vector) ? [{ chunkSeq: seq, embedding: vector }] : [];
  });
}

/** The L2-normalised mean; null where the vectors are all zero or cancel out. */
function normalisedMean(vectors: readonly Float32Array[]): Float32Array | null {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (const [index, value] of vector.entries()) sum[index] = (sum[index] ?? 0) + value;
  const norm = Math.hypot(...sum);
  return norm < 1e-9 ? null : Float32Array.from(sum, (value) => value / norm);
}
