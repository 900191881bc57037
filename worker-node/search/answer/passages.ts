/** Which chunks of a hit are shown. */
import type { LibraryIndex } from '../index/library-index.ts';
import type { ScoredLibrary } from './score-library.ts';

export const MAX_PASSAGES = 3;

/** The keys of at most three chunks, best first: the best one, and others that would be hits themselves. */
export function passagesOf(index: LibraryIndex, scored: ScoredLibrary, document: number): number[] {
  const chunks = index.chunksOf(document);
  const order = new Map(chunks.map((slot) => [slot, scored.scoreOfChunk(slot)]));
  const best = chunks.sort((a, b) => (order.get(b) as number) - (order.get(a) as number) || index.seqOf(a) - index.seqOf(b));
  return best
    .slice(0, MAX_PASSAGES)
    .filter((slot, i) => i === 0 || scored.isHit(slot))
    .map((slot) => index.seqOf(slot));
}
