/** What an index still holds of documents that were removed: slots until they are given out again, strings and labels for good. */
import type { Attributes } from './attributes.ts';
import type { Bm25 } from './bm25.ts';
import type { ChunkTable } from './chunk-table.ts';
import type { IndexVectors } from './library-index.ts';
import type { PostingBlocks } from './posting-blocks.ts';
import type { Words } from './words.ts';

export interface IndexColumns {
  readonly attributes: Attributes;
  readonly chunks: ChunkTable;
  readonly blocks: PostingBlocks;
  readonly bm25: Bm25;
  readonly words: Words;
  readonly vectors: IndexVectors | null;
}

/** Bytes that an index built of the same documents would not hold, about, by steps between which it must not change. */
export function* countingDeadBytes(columns: IndexColumns): Generator<void, number> {
  const { attributes, chunks, blocks, bm25, words, vectors } = columns;
  const held = new Uint8Array(words.size);
  yield* blocks.markingTerms(held);
  const ofSlots = chunks.bytes + bm25.bytes + (vectors?.bytes ?? 0);
  const ofRemovedChunks = ofSlots * (1 - chunks.count / Math.max(1, blocks.slots));
  return Math.round(ofRemovedChunks + words.bytesWithout(held) + attributes.deadBytes());
}
