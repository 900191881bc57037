/** Mends typing errors of a question by the library's own words. */
import { analyseQuestion, type QuestionToken } from '../analysis/analyse.ts';
import { joinsWords, partsOfCompound } from '../analysis/compound-words.ts';
import type { LibraryIndex } from '../index/library-index.ts';
import { isCommonWord, joinedWords } from './joined-words.ts';

/** A shorter word that the library lacks is rather a name than an error. */
const SHORTEST = 4;
/** A shorter one lacks a letter or has two swapped: for each other error there are too many words near it. */
const SHORTEST_OF_ALL_ERRORS = 5;

/** In a large library a comparison of a word with those near it takes up to a millisecond. */
const LEAST_CORRECTED = 24;
const MOST_CORRECTED = 400;
/** The more strings a vocabulary has, the fewer words are compared: their product. */
const MAX_COMPARED = 6_000_000;
/** Words that are taken apart, of those that the library lacks. */
export const MAX_TAKEN_APART = 8;

/**
 * A word that stands nowhere in the library may share its stem with one that does, as `methos` has that of `metho`. It is an
 * error where a word near it is more frequent by so much. Long words are near to others by chance only seldom.
 */
const MORE_FREQUENT = 50;
const MORE_FREQUENT_LONG = 10;
const LONG = 8;

export const termsOf = ({ term, alternatives }: QuestionToken): string[] => [term, ...alternatives];

export const frequencyOf = ({ vocabulary }: LibraryIndex, terms: readonly string[]): number =>
  Math.max(0, ...terms.map((term) => vocabulary.frequency(term)));

export const occurs = (index: LibraryIndex, token: QuestionToken): boolean => frequencyOf(index, termsOf(token)) > 0;

export interface CorrectedText {
  readonly text: string;
  /** Of `text`. */
  readonly tokens: readonly QuestionToken[];
  /** By a word that stands in place of a typed one: the terms of the typed one that the library has all the same. */
  readonly typed: ReadonlyMap<string, readonly string[]>;
}

/**
 * Each word that the library lacks is replaced by its own word that is nearest by edits, where there is one. With
 * `prefix` the last may be the beginning of one. A word of which the library has another form stays what is looked for, too.
 */
export function correctedText(index: LibraryIndex, text: string, prefix: boolean): CorrectedText {
  const { vocabulary } = index;
  const tokens = analyseQuestion(text, index.languages);
  let left = Math.min(MOST_CORRECTED, Math.max(LEAST_CORRECTED, Math.floor(MAX_COMPARED / vocabulary.size)));
  let takenApart = 0;
  let corrected = text;
  const typed = new Map<string, readonly string[]>();
  let from = Number.POSITIVE_INFINITY;
  // From the end, so that what stands before keeps its place.
  for (const [i, token] of [...tokens.entries()].toReversed()) {
    if (token.end > from || !isMended(text, token, tokens[i + 1])) continue;
    if (token.folded.length < SHORTEST || isCommonWord(token.folded)) continue;
    const frequency = frequencyOf(index, termsOf(token));
    if (frequency * leastFactor(token) > index.chunks) continue;
    if (prefix && token.end === text.length && vocabulary.complete(token.folded, 1).length > 0) continue;
    if (left-- === 0) break;
    const correction = vocabulary.correct(token.folded);
    if (correction === undefined || !isPlausible(index, token, correction, frequency)) continue;
    if (takenApart++ < MAX_TAKEN_APART && isTakenApart(index, token.folded)) continue;
    if (frequency > 0) typed.set(correction, termsOf(token));
    corrected = corrected.slice(0, token.start) + correction + corrected.slice(token.end);
    from = token.start;
  }
  return { text: corrected, tokens: corrected === text ? tokens : analyseQuestion(corrected, index.languages), typed };
}

/** Whether the word is two or more of the library's, rather than an error. Short ones are part of many words. */
function isTakenApart(index: LibraryIndex, word: string): boolean {
  if (joinsWords(index.mainLanguages) && partsOfCompound(word, index.mainLanguages, index.vocabulary)) return true;
  return joinedWords(index, word)?.every((part) => part.length >= SHORTEST) ?? false;
}

/** Of `boundary-layer` the parts are mended, of `getUserById` the whole. */
function isMended(text: string, token: QuestionToken, next: QuestionToken | undefined): boolean {
  const { start, end, part } = token;
  if (part) return text[start - 1] === '-' || text[end] === '-';
  return !(next?.part === true && text.slice(start, end).includes('-'));
}

const leastFactor = ({ folded }: QuestionToken) => (folded.length < LONG ? MORE_FREQUENT : MORE_FREQUENT_LONG);

function isPlausible(index: LibraryIndex, token: QuestionToken, correction: string, frequency: number): boolean {
  const { folded } = token;
  if (folded.length < SHORTEST_OF_ALL_ERRORS && correction.length <= folded.length && !hasSameLetters(folded, correction)) {
    return false;
  }
  if (PREFIXES.some((prefix) => folded === prefix + correction || correction === prefix + folded)) return false;
  if (frequency === 0) return true;
  const terms = analyseQuestion(correction, index.languages).flatMap(termsOf);
  return frequencyOf(index, terms) >= frequency * leastFactor(token);
}

/** `uncontrolled` is no error for `controlled`. */
const PREFIXES = ['co', 'de', 'dis', 'en', 'im', 'in', 'mis', 'non', 'pre', 're', 'un'];

const hasSameLetters = (a: string, b: string) => [...a].sort().join('') === [...b].sort().join('');
