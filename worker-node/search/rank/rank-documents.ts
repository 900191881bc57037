/** Orders the documents of a library by words, by meaning, or by both. */
import type { SearchMode } from '../../../src/kernel/search/search-request.ts';
import type { LibraryIndex } from '../index/library-index.ts';
import { compareIds, type DocumentScores, documentsByMeaning, nearestChunk, type WordDocumentScores } from './document-scores.ts';
import { towards } from './feedback.ts';
import { type Foreign, foreignnessOfQuestion, KNOWN, OTHER_LANGUAGE, OTHER_SCRIPT } from './foreign.ts';
import type { RankingSettings } from './ranking-settings.ts';
import { createScoreBuffers, type ScoreBuffers } from './score-buffers.ts';
import { selectHighest } from './select-highest.ts';
import { type Spread, spreadOfMeaning, spreadOfWords, standardised } from './spread.ts';

/** Of a hybrid ranking, the least part of words by how far the model is from a document or a question (`foreign.ts`). */
const FOREIGN_WORDS = [0, 0.7, 0.85] as const;
/** The least part of words for a question that is a name or a number: a model knows little of those. */
const NAME_WORDS = 0.6;

export interface Rankable {
  readonly mode: SearchMode;
  readonly settings: RankingSettings;
  /** The question's; null: words alone. */
  readonly vector: Float32Array | null;
  readonly foreign: Foreign;
  /** Slots of all of the library's. */
  readonly documents: Uint32Array;
  readonly words: WordDocumentScores;
  readonly meaning: DocumentScores;
  /** By chunk slot. */
  readonly wordScores: Float32Array;
  /** By chunk slot, of the question's vector; empty without one. Feedback overwrites them. */
  readonly cosines: Float32Array;
  /** Whether the question is a few words that stand together in some passage. */
  readonly isName: boolean;
}

export interface Ranked {
  /** By document slot; the highest is the best. */
  readonly order: Float64Array;
  readonly scoreOfChunk: (slot: number) => number;
  /** By chunk slot, those that chunks are ordered by; empty without a vector. */
  readonly cosines: Float32Array;
  /** Null without a vector. */
  readonly near: Near | null;
}

export interface Near {
  /** The question that the cosines are of, after feedback. */
  readonly vector: Float32Array;
  /** What the document is ordered by where its nearest chunk has the cosine. It stays valid when the index changes. */
  orderOf(document: number): (cosine: number) => number;
}

/** Orders by words, by meaning, or by both: after feedback, in deviations from what the library's documents have. */
export function rankDocuments(index: LibraryIndex, rankable: Rankable, buffers: ScoreBuffers = createScoreBuffers()): Ranked {
  const { mode, vector, words, meaning, wordScores, cosines } = rankable;
  const order = buffers.float64('order', index.documentSlots);
  if (mode === 'keyword' || vector === null) {
    const spread = spreadOfWords(words.scores);
    for (let slot = 0; slot < order.length; slot++) order[slot] = standardised(words.scores[slot] as number, spread);
    return { order, scoreOfChunk: (slot) => standardised(wordScores[slot] as number, spread), cosines: NONE, near: null };
  }
  if (mode === 'semantic') {
    order.set(meaning.scores);
    const near = { vector, orderOf: () => (cosine: number) => cosine };
    return { order, scoreOfChunk: (slot) => cosines[slot] as number, cosines, near };
  }
  return rankByBoth(index, { ...rankable, vector }, order, buffers);
}

function rankByBoth(
  index: LibraryIndex,
  {
    settings,
    vector,
    foreign,
    documents,
    words,
    meaning,
    wordScores,
    cosines: asTyped,
    isName,
  }: Rankable & { readonly vector: Float32Array },
  order: Float64Array,
  buffers: ScoreBuffers,
): Ranked {
  const wordSpread = spreadOfWords(words.scores);
  const least = isName ? Math.max(NAME_WORDS, settings.words) : settings.words;
  const parts = FOREIGN_WORDS.map((part) => Math.max(part, least));
  const asked = foreignnessOfQuestion(documents, words, foreign);
  const partOfForeign = (how: number) => parts[Math.max(asked, how)] as number;
  const fused = (word: number, document: number, spread: Spread): ((cosine: number) => number) => {
    const part = partOfForeign(foreign === null ? KNOWN : (foreign[document] as number));
    const byWords = part * standardised(word, wordSpread);
    return (cosine) => byWords + (1 - part) * standardised(cosine, spread);
  };
  const orderBy = (scores: Float32Array): Spread => {
    const spread = spreadOfMeaning(scores);
    const { mean, deviation } = spread;
    const { mean: wordMean, deviation: wordDeviation } = wordSpread;
    const wordScores = words.scores;
    const [known, otherLanguage, otherScript] = [KNOWN, OTHER_LANGUAGE, OTHER_SCRIPT].map(partOfForeign) as [
      number,
      number,
      number,
    ];
    for (let at = 0; at < documents.length; at++) {
      const slot = documents[at] as number;
      const how = foreign === null ? KNOWN : (foreign[slot] as number);
      const own = how === KNOWN ? known : how === OTHER_LANGUAGE ? otherLanguage : otherScript;
      const word = ((wordScores[slot] as number) - wordMean) / wordDeviation;
      const cosine = ((scores[slot] as number) - mean) / deviation;
      order[slot] = own * word + (1 - own) * cosine;
    }
    return spread;
  };

  const { by, documents: count, share } = settings.feedback;
  if (by === 'both') orderBy(meaning.scores);
  const [likely, keys] = by === 'words' ? [holding(documents, words.scores, buffers), words.scores] : [documents, order];
  const best = selectHighest(likely, count, keys, (a, b) => compareIds(index, a, b));
  const passages = best.flatMap((document) => {
    const chunk = by === 'words' ? (words.chunks[document] as number) : nearestChunk(index, document, asTyped);
    return chunk === undefined || chunk === -1 ? [] : (index.vectorOf(chunk) ?? []);
  });
  const moved = towards(vector, passages, share);
  const cosines = index.meaning(moved);
  const spread = orderBy(documentsByMeaning(index, cosines, buffers, 'moved').scores);
  return {
    order,
    scoreOfChunk: (slot) => fused(wordScores[slot] as number, index.documentOf(slot), spread)(cosines[slot] as number),
    cosines,
    near: { vector: moved, orderOf: (document) => fused(words.scores[document] as number, document, spread) },
  };
}

/** The documents with a score. */
function holding(documents: Uint32Array, scores: Float32Array, buffers: ScoreBuffers): Uint32Array {
  const slots = buffers.uint32('holding', documents.length);
  let count = 0;
  for (let at = 0; at < documents.length; at++) {
    const slot = documents[at] as number;
    if ((scores[slot] as number) > 0) slots[count++] = slot;
  }
  return slots.subarray(0, count);
}

const NONE = new Float32Array(0);
