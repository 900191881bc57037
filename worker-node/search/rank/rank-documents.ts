/** Orders the documents of a library by words, by meaning, or by both. */
import type { SearchMode } from '../../../src/kernel/search/search-request.ts';
import type { LibraryIndex } from '../index/library-index.ts';
import { compareIds, type DocumentScores, documentsByMeaning } from './document-scores.ts';
import { towards } from './feedback.ts';
import { type Foreign, isForeignQuestion } from './foreign.ts';
import type { RankingSettings } from './ranking-settings.ts';
import { selectBest } from './select-best.ts';
import { spreadOfMeaning, spreadOfWords, standardised } from './spread.ts';

/** Of a hybrid ranking, the least part of words for a document or a question in a language that the model does not know. */
const FOREIGN_WORDS = 0.7;
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
  readonly words: DocumentScores;
  readonly meaning: DocumentScores;
  /** By chunk slot. */
  readonly wordScores: Float32Array;
  /** Whether the question is a few words that stand together in some passage. */
  readonly isName: boolean;
}

export interface Ranked {
  /** By document slot; the highest is the best. */
  readonly order: Float64Array;
  readonly scoreOfChunk: (slot: number) => number;
  /** By chunk slot, those that chunks are ordered by; empty without a vector. */
  readonly cosines: Float32Array;
}

/** Orders by words, by meaning, or by both: after feedback, in deviations from what the library's documents have. */
export function rankDocuments(index: LibraryIndex, rankable: Rankable): Ranked {
  const { mode, settings, vector, foreign, documents, words, meaning, wordScores, isName } = rankable;
  const wordSpread = spreadOfWords(words.scores);
  if (mode === 'keyword' || vector === null) {
    const score = (value: number) => standardised(value, wordSpread);
    // `Float64Array.from` with a function takes ten times as long.
    const order = new Float64Array(words.scores.length);
    for (let slot = 0; slot < order.length; slot++) order[slot] = score(words.scores[slot] as number);
    return {
      order,
      scoreOfChunk: (slot) => score(wordScores[slot] as number),
      cosines: NONE,
    };
  }
  if (mode === 'semantic') {
    const cosines = index.meaning(vector);
    return { order: Float64Array.from(meaning.scores), scoreOfChunk: (slot) => cosines[slot] as number, cosines };
  }
  const isForeign = isForeignQuestion(documents, words, foreign);
  const least = isName ? Math.max(NAME_WORDS, settings.words) : settings.words;
  const fuseWith = (scores: Float32Array) => {
    const spread = spreadOfMeaning(scores);
    return (word: number, cosine: number, document: number) => {
      const part = isForeign || foreign?.[document] === 1 ? Math.max(FOREIGN_WORDS, least) : least;
      return part * standardised(word, wordSpread) + (1 - part) * standardised(cosine, spread);
    };
  };
  const { by, documents: most, share } = settings.feedback;
  const first = fuseWith(meaning.scores);
  const [likely, score, chunks] =
    by === 'words'
      ? [
          documents.filter((slot) => (words.scores[slot] as number) > 0),
          (slot: number) => words.scores[slot] as number,
          words.chunks,
        ]
      : [documents, (slot: number) => first(words.scores[slot] as number, meaning.scores[slot] as number, slot), meaning.chunks];
  const best = selectBest(likely, most, (a, b) => score(b) - score(a) || compareIds(index, a, b));
  const passages = best.flatMap((slot) => (chunks[slot] === -1 ? [] : (index.vectorOf(chunks[slot] as number) ?? [])));
  const cosines = index.meaning(towards(vector, passages, share));
  const moved = documentsByMeaning(index, cosines);
  const fuse = fuseWith(moved.scores);
  const order = new Float64Array(index.documentSlots);
  for (const slot of documents) order[slot] = fuse(words.scores[slot] as number, moved.scores[slot] as number, slot);
  return {
    order,
    scoreOfChunk: (slot) => fuse(wordScores[slot] as number, cosines[slot] as number, index.documentOf(slot)),
    cosines,
  };
}

const NONE = new Float32Array(0);
