/** The embedding stage: computes a vector per chunk and one for the resource. */
import { StageError } from '../../src/kernel/core/errors.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { listChunks } from '../../src/kernel/db/chunks.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import type { StageRunner } from '../pipeline/stage.ts';
import { type DocumentEmbedder, embedChunks, writeDocumentVectors } from './document-vectors.ts';

export interface EmbeddingStageDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly embedder: DocumentEmbedder;
}

export function createEmbeddingStage({ db, clock, embedder }: EmbeddingStageDependencies): StageRunner {
  return async function embedding({ resource, signal, report }) {
    const chunks = await listChunks(db, resource.id);
    if (chunks.length === 0) throw new StageError('permanent', 'The document has no text to embed');
    const vectors = await embedChunks(embedder, chunks, { signal, onProgress: (done) => report((100 * done) / chunks.length) });
    return async (tx) => {
      await writeDocumentVectors(tx, resource, vectors, clock.now());
    };
  };
}
