/** The documents that are most like one: by meaning, and by the words that tell it from others. */
import type { NeighboursAnswer, NeighboursRequest } from '../../../src/kernel/search/search-request.ts';
import type { LibraryIndex } from '../index/library-index.ts';
import { compareIds, documentsByWords, MATCHED_WORDS } from '../rank/document-scores.ts';
import { normalised } from '../rank/feedback.ts';
import { selectBest } from '../rank/select-best.ts';
import { spreadOfMeaning, spreadOfWords, standardised } from '../rank/spread.ts';
import type { ReadHits } from './hit-rows.ts';
import { distinctiveWords, dotOf, readDocument, vectorOfDocument } from './similar-question.ts';

/** The part of words; the rest is meaning's. */
const WORDS = 0.5;
/** Shared words that are named. */
const MAX_SHARED = 10;

/** None for a document that the index does not hold. */
export async function neighbours(
  index: LibraryIndex,
  readHits: ReadHits,
  { resource_id: id, limit }: Pick<NeighboursRequest, 'resource_id' | 'limit'>,
): Promise<NeighboursAnswer> {
  const text = await readDocument(index, readHits, id);
  const own = index.slotOf(id);
  if (text === undefined || own === undefined) return { neighbours: [] };
  const { groups, words } = distinctiveWords(index, text);
  const wordScores = index.words(groups);
  const byWords = documentsByWords(
    index,
    wordScores,
    groups.map(() => 1),
  );
  const vector = vectorOfDocument(index, own);
  const cosines = vector === null ? new Float32Array(index.documentSlots) : documentCosines(index, vector);

  const wordSpread = spreadOfWords(byWords.scores);
  const meaningSpread = spreadOfMeaning(cosines);
  const order = (slot: number) =>
    WORDS * standardised(byWords.scores[slot] as number, wordSpread) +
    (1 - WORDS) * standardised(cosines[slot] as number, meaningSpread);
  const related: number[] = [];
  for (const [slot, cosine] of cosines.entries()) {
    if (slot !== own && (cosine > 0 || (byWords.scores[slot] as number) > 0)) related.push(slot);
  }
  // The document itself holds each of its words as often as no other does.
  const most = (byWords.scores[own] as number) || 1;
  const best = selectBest(related, limit, (a, b) => order(b) - order(a) || compareIds(index, a, b));
  return {
    neighbours: best.map((slot) => {
      const cosine = Math.min(1, Math.max(0, cosineOf(vector, vectorOfDocument(index, slot))));
      const shared = index.chunksOf(slot).reduce((bits, chunk) => bits | (wordScores.matched[chunk] as number), 0);
      return {
        resource_id: index.idOf(slot),
        score: WORDS * Math.min(1, (byWords.scores[slot] as number) / most) + (1 - WORDS) * cosine,
        cosine,
        words: words.filter((_, bit) => bit < MATCHED_WORDS && ((shared >>> bit) & 1) === 1).slice(0, MAX_SHARED),
      };
    }),
  };
}

/** Of vectors of length 1. */
function cosineOf(a: Float32Array | null, b: Float32Array | null): number {
  if (a === null || b === null) return 0;
  return dotOf(a, b);
}

/** By document slot: the mean cosine of the vector with the document's; 0 where it has none. */
function documentCosines(index: LibraryIndex, vector: Float32Array): Float32Array {
  const sums = new Float32Array(index.documentSlots);
  const cosines = index.meaning(normalised(vector));
  const counts = new Uint32Array(index.documentSlots);
  for (let slot = 0; slot < index.chunkSlots; slot++) {
    const cosine = cosines[slot] as number;
    if (cosine === 0 || !index.isLive(slot)) continue;
    const document = index.documentOf(slot);
    sums[document] = (sums[document] as number) + cosine;
    counts[document] = (counts[document] as number) + 1;
  }
  return sums.map((sum, document) => sum / (counts[document] || 1));
}
