/** Scores every document of a library for a question, and keeps those that are hits. */
import type { SearchMode } from '../../../src/kernel/search/search-request.ts';
import type { PhraseForm } from '../analysis/analyse.ts';
import type { LibraryIndex, WordScores } from '../index/library-index.ts';
import {
  type DocumentScores,
  documentsByMeaning,
  documentsByWords,
  documentsHoldingAll,
  inverseFrequency,
  nearestChunk,
  noScores,
} from '../rank/document-scores.ts';
import { foreignDocuments, KNOWN } from '../rank/foreign.ts';
import { rankDocuments } from '../rank/rank-documents.ts';
import type { RankingSettings } from '../rank/ranking-settings.ts';
import { relevanceBy } from '../rank/relevance.ts';
import type { ScoreBuffers } from '../rank/score-buffers.ts';
import type { Question } from './question.ts';
import { isTitle } from './title-match.ts';

export interface ScoreOptions {
  /** What hits are ordered by. */
  readonly mode: SearchMode;
  readonly settings: RankingSettings;
  /** The question's; null where meaning is not known. */
  readonly vector: Float32Array | null;
  /** ISO 639-1 codes of the languages that the model knows; null: any. */
  readonly modelLanguages: readonly string[] | null;
  readonly monotonic: () => number;
  readonly buffers: ScoreBuffers;
}

/** Slots and arrays in it are valid until the index changes or is asked again: it is used up before anything is awaited. */
export interface ScoredLibrary {
  /** The documents above the floor of relevance that hold the phrases, and nothing that is excluded. */
  readonly found: Uint32Array;
  /** By document slot; the highest is the best. */
  readonly order: Float64Array;
  readonly words: DocumentScores;
  readonly meaning: DocumentScores;
  /** By document slot: 1 where one passage holds every word of the question that counts. */
  readonly holdsAll: Uint8Array;
  /** By chunk slot: bits of the question's words. */
  readonly matched: Uint32Array;
  /** The question's, after feedback; null where hits are ordered by words alone. */
  readonly vector: Float32Array | null;
  /** How well a chunk answers: a phrase of the question says more than anything else. */
  scoreOfChunk(slot: number): number;
  /** Whether the chunk alone would be a hit. */
  isHit(slot: number): boolean;
  /** How likely a document is to be relevant, 0 to 1. */
  probability(document: number): number;
  /** How a document is ranked again by full vectors; undefined where its meaning does not count. */
  byFullVector(document: number): ByFullVector | undefined;
  readonly milliseconds: { readonly words: number; readonly meaning: number };
}

/** It stays valid when the index changes. */
export interface ByFullVector {
  /** The key of the document's nearest chunk. */
  readonly seq: number;
  /** What the document is ordered by, and how likely it is to be relevant, if that chunk has the cosine. */
  rank(cosine: number): { readonly order: number; readonly score: number };
}

export function scoreLibrary(index: LibraryIndex, question: Question, options: ScoreOptions): ScoredLibrary {
  const { mode, settings, vector, modelLanguages, monotonic, buffers } = options;
  const started = monotonic();
  const wordScores = index.words(question.groups, { b: settings.lengths });
  addPairs(index, question, wordScores);
  const words = documentsByWords(
    index,
    wordScores,
    question.groups.map(({ weight = 1 }) => weight),
    buffers,
  );
  const { lacking = 0, needed } = question;
  const holdsAll = documentsHoldingAll(index, wordScores, lacking > 0 ? 0 : question.groups.length, buffers, needed);
  const phrases = question.phrases.map((forms) => chunksWithPhrase(index, forms));
  const excluded = question.excluded.map((forms) => documentsOf(index, chunksWithPhrase(index, forms)));
  const afterWords = monotonic();

  const documents = index.liveDocuments;
  const cosines = vector === null ? NONE : index.meaning(vector);
  const meaning = vector === null ? noScores(index, buffers) : documentsByMeaning(index, cosines, buffers);
  const foreign = vector === null ? null : foreignDocuments(index, modelLanguages);
  const ranked = rankDocuments(
    index,
    {
      ...{ mode, settings, vector, documents, words, meaning, foreign, cosines },
      wordScores: wordScores.scores,
      isName: isName(question, holdsAll),
    },
    buffers,
  );
  const afterMeaning = monotonic();

  const except = question.except === undefined ? undefined : index.slotOf(question.except);
  const withPhrases = phrases.map((chunks) => documentsOf(index, chunks));
  const isFilterOnly = question.text === '' && question.except === undefined;
  const floor = floorFor(settings.floor, wordScores.frequencies, lacking);
  // The cosine of a text in a language that the model does not know is not enough alone.
  const reaches = (word: number, cosine: number, document: number) =>
    (mode !== 'semantic' && word > 0) ||
    (mode !== 'keyword' && cosine >= floor && (mode === 'semantic' || foreign === null || foreign[document] === KNOWN));
  const isAsked = !isFilterOnly && withPhrases.length === 0;
  const isBound = except !== undefined || withPhrases.length > 0 || excluded.length > 0;
  const isKept = (slot: number) =>
    slot !== except && withPhrases.every((holds) => holds[slot] === 1) && !excluded.some((holds) => holds[slot] === 1);
  const { order } = ranked;
  const found = buffers.uint32('found', documents.length);
  let count = 0;
  let best = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < documents.length; at++) {
    const slot = documents[at] as number;
    if (isAsked && !reaches(words.scores[slot] as number, meaning.scores[slot] as number, slot)) continue;
    if (isBound && !isKept(slot)) continue;
    found[count++] = slot;
    if ((order[slot] as number) > best) best = order[slot] as number;
  }
  const probability = relevanceBy(
    mode,
    evidenceOf(index, question, { words, meaning, frequencies: wordScores.frequencies }),
    settings,
  );
  // The best hit's probability is asked for more than once.
  const named = new Map<number, boolean>();
  const likely = (order: number, cosine: number) => (isFilterOnly ? 1 : probability({ behind: order - best, cosine }));
  const isNamed = (document: number): boolean => {
    const is = named.get(document) ?? isTitle(index, question.groups, document);
    named.set(document, is);
    return is;
  };
  const isByTitle = (document: number): boolean => {
    const order = ranked.order[document] as number;
    return order === best && likely(order, meaning.scores[document] as number) < BY_TITLE && lacking === 0 && isNamed(document);
  };
  return {
    found: found.subarray(0, count),
    order: ranked.order,
    words,
    meaning,
    holdsAll,
    matched: wordScores.matched,
    scoreOfChunk: (slot) => ranked.scoreOfChunk(slot) + PHRASE_BONUS * phrases.filter((chunks) => chunks[slot] === 1).length,
    isHit: (slot) => reaches(wordScores.scores[slot] as number, ranked.cosines[slot] ?? 0, index.documentOf(slot)),
    vector: ranked.near?.vector ?? null,
    byFullVector: (document) => {
      const chunk = nearestChunk(index, document, ranked.cosines);
      const orderOf = ranked.near?.orderOf(document);
      if (chunk === undefined || orderOf === undefined) return undefined;
      const least = isByTitle(document) ? BY_TITLE : 0;
      const rank = (cosine: number) => {
        const order = orderOf(cosine);
        return { order, score: Math.max(least, likely(order, cosine)) };
      };
      return { seq: index.seqOf(chunk), rank };
    },
    probability: (document) =>
      !isFilterOnly && isByTitle(document)
        ? BY_TITLE
        : likely(ranked.order[document] as number, meaning.scores[document] as number),
    milliseconds: { words: afterWords - started, meaning: afterMeaning - afterWords },
  };
}

const NONE = new Float32Array(0);

/** How likely the best hit is at least where the question is its title. */
const BY_TITLE = 0.95;

/** Who types so few words mostly looks for a name, a number or a title. */
const WORDS_OF_NAME = 3;

/** Whether the question is a few words that stand together in some passage. */
const isName = ({ wordCount = 0 }: Question, holdsAll: Uint8Array): boolean =>
  wordCount > 0 && wordCount <= WORDS_OF_NAME && holdsAll.includes(1);

/** What two words in a row count, as a share of one that is as rare as the more frequent of them. */
const IN_A_ROW = 0.2;
/** A question of two words is mostly a name. */
const NAME = 0.7;

function addPairs(index: LibraryIndex, { pairs = [], groups }: Question, { slots, scores }: WordScores): void {
  for (const { terms, frequency } of pairs) {
    const holds = index.phrase(terms);
    const gain = (groups.length === 2 ? NAME : IN_A_ROW) * inverseFrequency(frequency, index.chunks);
    for (const slot of slots) if (holds[slot] === 1) scores[slot] = (scores[slot] as number) + gain;
  }
}

/** Part of the way from the floor to 1. */
const RAISED = 0.15;

/** Where the library holds no word of the question, the question may be none: a vector of nonsense lies near to something, too. */
function floorFor(floor: number, frequencies: Uint32Array, lacking: number): number {
  const isKnown = (frequencies.length === 0 && lacking === 0) || frequencies.some((frequency) => frequency > 0);
  return isKnown ? floor : floor + RAISED * (1 - floor);
}

/** More deviations than a chunk without the phrase ever has. */
const PHRASE_BONUS = 1_000;

interface Scores {
  readonly words: DocumentScores;
  readonly meaning: DocumentScores;
  readonly frequencies: Uint32Array;
}

function evidenceOf(index: LibraryIndex, { groups }: Question, { words, meaning, frequencies }: Scores) {
  let asked = 0;
  for (const [i, { weight = 1 }] of groups.entries()) asked += weight * inverseFrequency(frequencies[i] ?? 0, index.chunks);
  return { nearest: meaning.highest, coverage: asked === 0 ? 0 : words.highest / asked };
}

/** By chunk slot: 1 where the chunk holds one of the forms. */
function chunksWithPhrase(index: LibraryIndex, forms: readonly PhraseForm[]): Uint8Array {
  const chunks = new Uint8Array(index.chunkSlots);
  for (const form of forms) {
    const found = index.phrase(form.map((terms, offset) => ({ terms, offset })));
    for (let slot = 0; slot < chunks.length; slot++) if (found[slot] === 1) chunks[slot] = 1;
  }
  return chunks;
}

/** By document slot: 1 where one of its chunks is marked. */
function documentsOf(index: LibraryIndex, chunks: Uint8Array): Uint8Array {
  const documents = new Uint8Array(index.documentSlots);
  for (let slot = 0; slot < chunks.length; slot++)
    if (chunks[slot] === 1 && index.isLive(slot)) documents[index.documentOf(slot)] = 1;
  return documents;
}
