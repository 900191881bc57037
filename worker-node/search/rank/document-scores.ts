/** A resource is one hit: scores of chunks become scores of their documents. */
import type { LibraryIndex, WordScores } from '../index/library-index.ts';
import { createScoreBuffers, type ScoreBuffers } from './score-buffers.ts';

export interface DocumentScores {
  /** By document slot; 0 where no chunk has a score. */
  readonly scores: Float32Array;
  /** The highest score; 0 where none is above 0. */
  readonly highest: number;
}

export interface WordDocumentScores extends DocumentScores {
  /** By document slot: the chunk that scores highest, or -1. */
  readonly chunks: Int32Array;
}

/** Counts of chunks as idf: Robertson's, which is never negative. */
export const inverseFrequency = (frequency: number, chunks: number): number =>
  Math.log(1 + (chunks - frequency + 0.5) / (frequency + 0.5));

/**
 * How much a word counts that the best chunk lacks and another one of its document holds: words of one question that stand far
 * apart in a long text never meet in one chunk.
 */
const ELSEWHERE = 0.5;
/** `WordScores.matched` has a bit for each of so many words. */
export const MATCHED_WORDS = 32;

/** The best chunk's BM25, and a part of the weight of words that the document holds elsewhere. `weights`: how often each is asked for. */
export function documentsByWords(
  index: LibraryIndex,
  words: WordScores,
  weights: readonly number[],
  buffers: ScoreBuffers = createScoreBuffers(),
): WordDocumentScores {
  const { slots, scores: chunkScores, matched, frequencies } = words;
  const { documentColumn } = index;
  const scores = buffers.float32('words', index.documentSlots);
  const chunks = buffers.int32('words', index.documentSlots).fill(-1);
  const anywhere = buffers.uint32('words', index.documentSlots);
  const holding = buffers.uint32('documentsOfWords', index.documentSlots);
  let count = 0;
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] as number;
    const document = documentColumn[slot] as number;
    const score = chunkScores[slot] as number;
    anywhere[document] = (anywhere[document] as number) | (matched[slot] as number);
    const best = chunks[document] as number;
    if (best === -1) holding[count++] = document;
    const equal = score === scores[document];
    if (best === -1 || score > (scores[document] as number) || (equal && index.seqOf(slot) < index.seqOf(best))) {
      scores[document] = score;
      chunks[document] = slot;
    }
  }
  const rarity = weights.slice(0, MATCHED_WORDS).map((weight, i) => weight * inverseFrequency(frequencies[i] ?? 0, index.chunks));
  const best = { scores, chunks, highest: 0 };
  return { ...best, highest: addElsewhere(best, holding.subarray(0, count), { anywhere, matched, rarity }) };
}

interface WordsHeld {
  /** By document slot: bits of its words. */
  readonly anywhere: Uint32Array;
  /** By chunk slot. */
  readonly matched: Uint32Array;
  /** By word. */
  readonly rarity: readonly number[];
}

/** Adds what documents hold in other chunks than their best, and answers the highest score. */
function addElsewhere(
  { scores, chunks }: WordDocumentScores,
  documents: Uint32Array,
  { anywhere, matched, rarity }: WordsHeld,
): number {
  let highest = 0;
  for (let at = 0; at < documents.length; at++) {
    const document = documents[at] as number;
    const chunk = chunks[document] as number;
    const missing = (anywhere[document] as number) & ~(matched[chunk] as number);
    for (let rest = missing; rest !== 0; rest &= rest - 1) {
      scores[document] = (scores[document] as number) + ELSEWHERE * (rarity[31 - Math.clz32(rest & -rest)] ?? 0);
    }
    if ((scores[document] as number) > highest) highest = scores[document] as number;
  }
  return highest;
}

/**
 * By document slot: 1 where one of its chunks holds each of the question's `words`, or those whose bits are `needed`. None does
 * where they are too many to be told apart.
 */
export function documentsHoldingAll(
  index: LibraryIndex,
  { slots, matched }: WordScores,
  words: number,
  buffers: ScoreBuffers = createScoreBuffers(),
  needed = 0xffffffff,
): Uint8Array {
  const holds = buffers.uint8('holdsAll', index.documentSlots);
  if (words === 0 || words > MATCHED_WORDS) return holds;
  const all = ((0xffffffff >>> (MATCHED_WORDS - words)) & needed) >>> 0;
  const { documentColumn } = index;
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] as number;
    if (((matched[slot] as number) & all) >>> 0 === all) holds[documentColumn[slot] as number] = 1;
  }
  return holds;
}

/** The cosine of each document's nearest chunk. `cosines` are by chunk slot. */
export function documentsByMeaning(
  index: LibraryIndex,
  cosines: Float32Array,
  buffers: ScoreBuffers = createScoreBuffers(),
  name = 'meaning',
): DocumentScores {
  const { documentColumn, chunkSlots } = index;
  const scores = buffers.float32(name, index.documentSlots);
  let highest = 0;
  for (let slot = 0; slot < chunkSlots; ) {
    // Chunks of one document mostly follow one another.
    const document = documentColumn[slot] as number;
    let nearest = NO_COSINE;
    for (; slot < chunkSlots && documentColumn[slot] === document; slot++) {
      // A chunk without a vector, and one that was removed, has the cosine 0, which no real one has.
      const cosine = cosines[slot] === 0 ? NO_COSINE : (cosines[slot] as number);
      if (cosine > nearest) nearest = cosine;
    }
    const known = scores[document] as number;
    if (nearest === NO_COSINE || (known !== 0 && nearest <= known)) continue;
    scores[document] = nearest;
    if (nearest > highest) highest = nearest;
  }
  return { scores, highest };
}

/** Less than any cosine. */
const NO_COSINE = -2;

/** The document's chunk with the highest cosine, of equals the one with the lowest slot; undefined without a vector. */
export function nearestChunk(index: LibraryIndex, document: number, cosines: Float32Array): number | undefined {
  let nearest: number | undefined;
  for (const slot of index.chunksOf(document).sort((a, b) => a - b)) {
    const cosine = cosines[slot] as number;
    if (cosine !== 0 && (nearest === undefined || cosine > (cosines[nearest] as number))) nearest = slot;
  }
  return nearest;
}

/** Where no vector says anything of meaning. */
export const noScores = ({ documentSlots }: LibraryIndex, buffers: ScoreBuffers): DocumentScores => ({
  scores: buffers.float32('meaning', documentSlots),
  highest: 0,
});

/** The order of documents of one score. */
export const compareIds = (index: LibraryIndex, a: number, b: number): number => (index.idOf(a) < index.idOf(b) ? -1 : 1);
