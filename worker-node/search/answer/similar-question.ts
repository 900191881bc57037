/** A document or a text as a question: the words that tell it from others, and the mean of a document's vectors. */
import { analyseQuestion, type QuestionToken } from '../analysis/analyse.ts';
import type { LibraryIndex, TermGroup } from '../index/library-index.ts';
import { inverseFrequency } from '../rank/document-scores.ts';
import { normalised } from '../rank/feedback.ts';
import type { ReadHits } from './hit-rows.ts';
import { type Question, takenApart } from './question.ts';
import { correctedText } from './spelling.ts';

/** The words of a text that tell it from others; more of them find no more. */
const MAX_WORDS = 25;
/** Text that is read for them, in UTF-16 units. */
const MAX_TEXT_UNITS = 40_000;

export interface DocumentWords {
  readonly groups: readonly TermGroup[];
  /** As they stand in the text, one for each group. */
  readonly words: readonly string[];
  /** How many words of the text the library lacks. */
  readonly lacking: number;
}

/** The terms with the highest product of frequency in the text and rarity in the library, which has to hold them. */
export const distinctiveWords = (index: LibraryIndex, text: string): DocumentWords => {
  const read = text.slice(0, MAX_TEXT_UNITS);
  return mostDistinctive(index, read, analyseQuestion(read, index.languages));
};

/** A text to find what is like it: typing errors are mended and compounds taken apart, as of a question; it has no operators. */
export function similarText(index: LibraryIndex, typed: string): DocumentWords & Pick<Question, 'text' | 'corrected'> {
  const { text, tokens: said, typed: alsoMeant } = correctedText(index, typed, false);
  const tokens = takenApart(index, said).map((token) => ({
    ...token,
    alternatives: [...token.alternatives, ...(alsoMeant.get(token.folded) ?? [])],
  }));
  const corrected = text === typed ? {} : { corrected: { from: typed, to: text } };
  return { text, ...mostDistinctive(index, text, tokens), ...corrected };
}

/** Function words count only where there are no others. */
function mostDistinctive(index: LibraryIndex, text: string, tokens: readonly QuestionToken[]): DocumentWords {
  const counts = new Map<string, { count: number; word: string; terms: string[] }>();
  const wholes = tokens.filter(({ part }) => !part);
  const meant = wholes.filter(({ stop }) => !stop);
  for (const { term, alternatives, start, end } of meant.length > 0 ? meant : wholes) {
    const known = counts.get(term);
    if (known) known.count++;
    else counts.set(term, { count: 1, word: text.slice(start, end), terms: [term, ...alternatives] });
  }
  const weighed: { terms: string[]; word: string; weight: number }[] = [];
  let lacking = 0;
  for (const { count, word, terms } of counts.values()) {
    const frequency = Math.max(...terms.map((term) => index.vocabulary.frequency(term)));
    if (frequency === 0) lacking++;
    else weighed.push({ terms, word, weight: count * inverseFrequency(frequency, index.chunks) });
  }
  const chosen = weighed.sort((a, b) => b.weight - a.weight || (a.word < b.word ? -1 : 1)).slice(0, MAX_WORDS);
  return {
    groups: chosen.map(({ terms }) => ({ terms: terms.map((term) => ({ term })) })),
    words: chosen.map(({ word }) => word),
    lacking,
  };
}

/** The mean of the document's vectors, of length 1; null without any. */
export function vectorOfDocument(index: LibraryIndex, documentSlot: number): Float32Array | null {
  let sum: Float32Array | null = null;
  for (const slot of index.chunksOf(documentSlot)) {
    const vector = index.vectorOf(slot);
    if (vector === null) continue;
    if (sum === null) sum = vector;
    else for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (vector[i] as number);
  }
  return sum === null || sum.every((value) => value === 0) ? null : normalised(sum);
}

/** The product of two vectors of one length: their cosine where both have the length 1. */
export function dotOf(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Chunks of a document of which words are read. */
const MAX_CHUNKS = 40;

/** The beginning of the document's text; undefined where the index or the database does not hold it. */
export async function readDocument(index: LibraryIndex, readHits: ReadHits, id: string): Promise<string | undefined> {
  const slot = index.slotOf(id);
  if (slot === undefined) return undefined;
  const seqs = index
    .chunksOf(slot)
    .slice(0, MAX_CHUNKS)
    .map((chunk) => index.seqOf(chunk));
  const { resources, chunks } = await readHits(seqs);
  const resource = resources.get(id);
  if (!resource) return undefined;
  const texts = seqs.map((seq) => chunks.get(seq)?.text ?? '');
  return [resource.title ?? '', ...texts].join('\n');
}
