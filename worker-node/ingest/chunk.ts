/** Splits a text for search into chunks of whole sentences, about 200 words each, that overlap by one sentence. */
import { sentenceRanges, type TextRange, trimRange } from '../analysis/text/sentences.ts';
import { countWords, wordRanges } from '../analysis/text/words.ts';
import type { SectionRange } from './document.ts';

export const TARGET_WORDS = 200;
/** A longer sentence is not repeated in the next chunk: the overlap would be a third of it. */
const MAX_OVERLAP_WORDS = 60;
/** A remainder this short is added to the chunk before it. */
const MIN_REMAINDER_WORDS = 40;
/** Longer sentences are split, at the end of a word where possible. */
const MAX_SENTENCE_WORDS = TARGET_WORDS;
const MAX_SENTENCE_CHARACTERS = 3_000;

export interface TextChunk extends TextRange {
  readonly headingPath: readonly string[];
  readonly wordCount: number;
}

/** A sentence, or a piece of a long one. */
interface Unit extends TextRange {
  readonly words: number;
}

/** Chunks in the order of `text`. No chunk spans two sections. `text.slice(start, end)` is the text of a chunk. */
export function chunkText(text: string, sections: readonly SectionRange[], language: string | null): TextChunk[] {
  return sections.flatMap(({ headingPath, start, end }) => {
    const units = splitIntoUnits(text.slice(start, end), language).map((unit) => ({
      ...unit,
      start: unit.start + start,
      end: unit.end + start,
    }));
    return packUnits(units).map(([first, last]) => {
      const range = { start: units[first]?.start ?? start, end: units[last]?.end ?? end };
      return { ...range, headingPath, wordCount: countWords(text.slice(range.start, range.end)) };
    });
  });
}

function splitIntoUnits(text: string, language: string | null): Unit[] {
  return sentenceRanges(text, language).flatMap((range) => {
    const sentence = text.slice(range.start, range.end);
    const words = wordRanges(sentence);
    if (words.length <= MAX_SENTENCE_WORDS && sentence.length <= MAX_SENTENCE_CHARACTERS)
      return [{ ...range, words: words.length }];
    return splitSentence(sentence, words).map(({ start, end }) => ({
      start: range.start + start,
      end: range.start + end,
      words: countWords(sentence.slice(start, end)),
    }));
  });
}

/** Splits a sentence into pieces of at most 200 words and 3,000 characters, without loss. */
function splitSentence(sentence: string, words: readonly TextRange[]): TextRange[] {
  const pieces: TextRange[] = [];
  let start = 0;
  let cut = 0;
  let wordsInPiece = 0;
  const close = (end: number) => {
    const piece = trimRange(sentence, start, end);
    if (piece.end > piece.start) pieces.push(piece);
    start = end;
    cut = end;
    wordsInPiece = 0;
  };
  for (const word of words) {
    if (cut > start && (wordsInPiece === MAX_SENTENCE_WORDS || word.end - start > MAX_SENTENCE_CHARACTERS)) close(cut);
    while (word.end - start > MAX_SENTENCE_CHARACTERS) close(codePointBoundary(sentence, start + MAX_SENTENCE_CHARACTERS));
    wordsInPiece++;
    cut = word.end;
  }
  while (sentence.length - start > MAX_SENTENCE_CHARACTERS) close(codePointBoundary(sentence, start + MAX_SENTENCE_CHARACTERS));
  close(sentence.length);
  return pieces;
}

/** The offset `at`, or the one before it where `at` would split a surrogate pair. */
function codePointBoundary(text: string, at: number): number {
  const code = text.charCodeAt(at - 1);
  return code >= 0xd800 && code <= 0xdbff ? at - 1 : at;
}

/** Groups units into chunks; returns the indexes of each chunk's first and last unit. */
function packUnits(units: readonly Unit[]): [number, number][] {
  const chunks: [number, number][] = [];
  let remaining = units.reduce((sum, { words }) => sum + words, 0);
  let first = 0;
  let words = 0;
  for (const [index, unit] of units.entries()) {
    const previous = units[index - 1];
    if (previous && words > 0 && words + unit.words > TARGET_WORDS && remaining > MIN_REMAINDER_WORDS) {
      chunks.push([first, index - 1]);
      const overlaps = previous.words <= MAX_OVERLAP_WORDS && index - 1 > first;
      first = overlaps ? index - 1 : index;
      words = overlaps ? previous.words : 0;
    }
    words += unit.words;
    remaining -= unit.words;
  }
  if (units.length > 0) chunks.push([first, units.length - 1]);
  return chunks;
}
