/** Makes terms of text. A question and the texts that it searches go through the same rules. */

import { forEachPiece } from './blanks.ts';
import type { Item } from './compounds.ts';
import { clean, foldWord } from './fold.ts';
import { dateAround, monthOf } from './months.ts';
import { MAX_REMEMBERED, MAX_REMEMBERED_TOKENS, PieceCache } from './piece-cache.ts';
import { readPiece } from './pieces.ts';
import { isPlainWord, isPlainWordAt } from './plain-words.ts';
import { markStopWords } from './question-stop-words.ts';
import { ENGLISH, stemmerOf } from './stem.ts';
import { NO_LETTER, termStarts } from './term-starts.ts';
import { termOfPlainWord, termsOfWord } from './word-terms.ts';

/**
 * One occurrence of a term. Offsets are UTF-16 units into the text given. Tokens that share a `position` are alternatives (an
 * identifier whole and its parts' first; other ways to write a word). A text is as long as its last position.
 */
export interface Token {
  readonly term: string;
  readonly start: number;
  readonly end: number;
  readonly position: number;
}

export interface QuestionToken extends Token {
  /** A function word, which counts only where there are no others. */
  readonly stop: boolean;
  /** Further terms that mean the same: other stems and spellings. */
  readonly alternatives: readonly string[];
  /** A piece of an identifier that stands before it as a token of its own. */
  readonly part: boolean;
  /** The word without its case and marks, not stemmed: what a prefix or a correction begins from. */
  readonly folded: string;
}

/** What an index is made with. */
export const textAnalysis = {
  forEachPiece,
  readPiece: makePiece,
  dateAround: (text: string, start: number, end: number, month: number) => {
    const date = dateAround(text, start, end, month);
    return date && { ...date, terms: [...date.terms, ...date.broader] };
  },
};

/** The terms of a text. Those of a question are made by the same rules, so that the same words have the same terms. */
export function analyse(text: string, language: string | null = null): Token[] {
  const tokens: Token[] = [];
  const cache = cacheFor(language);
  let position = 0;
  forEachPiece(text, (start, end) => {
    const piece = readTokens(text.slice(start, end), language, cache);
    for (const token of piece.tokens) {
      tokens.push({ term: token.term, start: token.start + start, end: token.end + start, position: token.position + position });
    }
    position += piece.positions;
    const date = piece.month === undefined ? undefined : textAnalysis.dateAround(text, start, end, piece.month);
    if (date === undefined) return;
    insert(tokens, date.start, (at) => date.terms.map((term) => ({ term, ...at(date.end) })));
  });
  return tokens;
}

/**
 * Where the text has one of the terms, in the order of the analysis. Plain English words that begin as none of the terms are not
 * analysed, which are most of them.
 */
export function findTerms(text: string, language: string | null, terms: ReadonlySet<string>): Pick<Token, 'start' | 'end'>[] {
  const found: Pick<Token, 'start' | 'end'>[] = [];
  const cache = cacheFor(language);
  const starts = stemmerOf('latin', language) === ENGLISH ? termStarts(terms) : null;
  // A date has digits, and begins or ends with a month's name.
  const hasDates = [...terms].some((term) => /[0-9]/.test(term));
  forEachPiece(text, (start, end) => {
    const isMonthOfDate = hasDates && monthOf(text.slice(start, end).toLowerCase()) !== undefined;
    if (starts !== null && !isMonthOfDate && isPlainWordAt(text, start, end)) {
      const second = end - start > 1 ? text.charCodeAt(start + 1) : NO_LETTER;
      if (!starts.has(text.charCodeAt(start), second)) return;
    }
    const piece = readTokens(text.slice(start, end), language, cache);
    for (const token of piece.tokens) {
      if (terms.has(token.term)) found.push({ start: token.start + start, end: token.end + start });
    }
    const date = !hasDates || piece.month === undefined ? undefined : textAnalysis.dateAround(text, start, end, piece.month);
    if (date?.terms.some((term) => terms.has(term))) found.push({ start: date.start, end: date.end });
  });
  return found;
}

/** `languages` are those of the library's texts: a word gets the stem of each. */
export function analyseQuestion(text: string, languages: readonly string[]): QuestionToken[] {
  const items = readItems(text, languages).filter(({ character }) => !character);
  const stops = markStopWords(items, languages);
  return items.map(({ terms: [term = '', ...alternatives], start, end, position, part, folded }, i) => {
    return { term, start, end, position, stop: stops[i] ?? false, alternatives, part, folded };
  });
}

/** A way to say a phrase: for each position in a row, the terms that may stand there. */
export type PhraseForm = readonly (readonly string[])[];

/** `e-mail list` is said in parts and in wholes, as in `email list`. No form for a phrase without a word. */
export function analysePhrase(text: string, languages: readonly string[]): PhraseForm[] {
  const inParts: string[][] = [];
  const inWholes: string[][] = [];
  let covered = -1;
  for (const { terms, position, part, character, end } of readItems(text, languages)) {
    // The pair that begins with a character says more; the last of a run has none.
    if (character && inParts[position] !== undefined) continue;
    inParts[position] = [...(inParts[position] ?? []), ...terms];
    if (!part && (end > covered || character)) inWholes.push([...terms]);
    covered = Math.max(covered, end);
  }
  const parts = inParts.filter((terms) => terms.length > 0);
  if (parts.length === 0) return [];
  return inWholes.length < parts.length ? [parts, inWholes] : [parts];
}

/** What was made of a piece of text; offsets and positions are relative to its own. */
export interface AnalysedPiece {
  readonly tokens: readonly Token[];
  readonly positions: number;
  /** The piece is the name of a month. */
  readonly month: number | undefined;
}

const caches = new Map<string | null, PieceCache<AnalysedPiece>>();
/** Libraries of ever other languages leave no caches behind. */
const MAX_CACHES = 40;

function cacheFor(language: string | null): PieceCache<AnalysedPiece> {
  const known = caches.get(language);
  if (known !== undefined) return known;
  if (caches.size >= MAX_CACHES) caches.clear();
  const cache = new PieceCache<AnalysedPiece>();
  caches.set(language, cache);
  return cache;
}

function readTokens(raw: string, language: string | null, cache: PieceCache<AnalysedPiece>): AnalysedPiece {
  const isShort = raw.length <= MAX_REMEMBERED;
  const known = isShort ? cache.get(raw) : undefined;
  if (known !== undefined) return known;
  const piece = makePiece(raw, language);
  if (isShort && piece.tokens.length <= MAX_REMEMBERED_TOKENS) cache.set(raw, piece);
  return piece;
}

function makePiece(raw: string, language: string | null): AnalysedPiece {
  return isPlainWord(raw) ? makePlainPiece(raw, language) : makeAnyPiece(raw, language);
}

/** Makes of a plain word what `makeAnyPiece` does. */
function makePlainPiece(word: string, language: string | null): AnalysedPiece {
  const term = termOfPlainWord(word, language);
  return { tokens: [{ term, start: 0, end: word.length, position: 0 }], positions: 1, month: monthOf(word.toLowerCase()) };
}

export function makeAnyPiece(raw: string, language: string | null): AnalysedPiece {
  const cleaned = clean(raw);
  const { items, positions } = readPiece(cleaned, elides(language));
  const tokens: Token[] = [];
  for (const { word, terms, broader, start, end, position } of items) {
    const from = cleaned.starts?.[start] ?? start;
    const to = cleaned.ends?.[end - 1] ?? end;
    for (const term of word === undefined ? (terms ?? []) : termsOfWord(word, [language])) {
      tokens.push({ term, start: from, end: to, position });
    }
    for (const term of broader ?? []) tokens.push({ term, start: from, end: to, position });
  }
  return { tokens, positions, month: monthOfPiece(items) };
}

interface QuestionItem {
  readonly terms: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly position: number;
  readonly part: boolean;
  readonly character: boolean;
  readonly folded: string;
}

/** A word has the stems of all languages of the library, and of a text whose language is unknown. */
function readItems(text: string, ofLibrary: readonly string[]): QuestionItem[] {
  const languages = [...new Set([null, ...ofLibrary])];
  const items: QuestionItem[] = [];
  let position = 0;
  forEachPiece(text, (start, end) => {
    const cleaned = clean(text.slice(start, end));
    const piece = readPiece(cleaned, ofLibrary.length === 1 && elides(ofLibrary[0] ?? null));
    for (const { word, terms: given = [], part, character = false, ...at } of piece.items) {
      const terms = word === undefined ? given : termsOfWord(word, languages);
      const folded = word === undefined ? (given[0] ?? '') : foldWord(word);
      const from = start + (cleaned.starts?.[at.start] ?? at.start);
      const to = start + (cleaned.ends?.[at.end - 1] ?? at.end);
      items.push({ terms, start: from, end: to, position: position + at.position, part, character, folded });
    }
    position += piece.positions;
    const month = monthOfPiece(piece.items);
    const date = month === undefined ? undefined : dateAround(text, start, end, month);
    if (date === undefined) return;
    const { terms } = date;
    insert(items, date.start, (at) => [{ terms, ...at(date.end), part: false, character: false, folded: terms[0] ?? '' }]);
  });
  return items;
}

/** Languages whose articles and pronouns join the next word by an apostrophe. */
const ELIDING = new Set(['ca', 'fr', 'it']);
const elides = (language: string | null) => language !== null && ELIDING.has(language);

/** The number of the month that a piece of one word names. */
const monthOfPiece = ([only, ...more]: readonly Item[]) =>
  only?.word === undefined || more.length > 0 ? undefined : monthOf(foldWord(only.word));

/** Puts what begins at `start` before the entries from there on, at the position of the first of them. */
function insert<Entry extends { readonly start: number; readonly position: number }>(
  entries: Entry[],
  start: number,
  make: (at: (end: number) => Pick<Token, 'start' | 'end' | 'position'>) => Entry[],
): void {
  let place = entries.length;
  while (place > 0 && (entries[place - 1]?.start ?? 0) >= start) place--;
  const position = entries[place]?.position ?? 0;
  entries.splice(place, 0, ...make((end) => ({ start, end, position })));
}
