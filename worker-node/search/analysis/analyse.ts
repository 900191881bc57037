/** Makes terms of text. A question and the texts that it searches go through the same rules. */

import { findPieces, forEachPiece } from './blanks.ts';
import type { Item } from './compounds.ts';
import { clean, foldWord } from './fold.ts';
import { groupsOf, isFirstGroup } from './grouped-numbers.ts';
import { monthOf } from './months.ts';
import { MAX_REMEMBERED, MAX_REMEMBERED_TOKENS, PieceCache } from './piece-cache.ts';
import { readPiece } from './pieces.ts';
import { isPlainWord } from './plain-words.ts';
import { markStopWords } from './question-stop-words.ts';
import { FIRST_GROUP, type Hint, wholeAround } from './wholes.ts';
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
  /** A piece of an identifier, a date or a number that stands before it as a token of its own. */
  readonly part: boolean;
  /** A date, a time, a version or a number, which says more than its parts. */
  readonly exact: boolean;
  /** The word without its case and marks, not stemmed: what a prefix or a correction begins from. */
  readonly folded: string;
}

/** What an index is made with. */
export const textAnalysis = {
  findPieces,
  readPiece: makePiece,
  wholeAround: (text: string, start: number, end: number, hint: Hint) => {
    const whole = wholeAround(text, start, end, hint);
    return whole && { ...whole, terms: [...whole.terms, ...whole.broader] };
  },
};

/** The terms of a text. Those of a question are made by the same rules, so that the same words have the same terms. */
export function analyse(text: string, language: string | null = null): Token[] {
  const tokens: Token[] = [];
  const cache = cacheFor(language);
  let position = 0;
  forEachPiece(text, (start, end) => {
    const piece = readRemembered(text.slice(start, end), language, cache);
    for (const token of piece.tokens) {
      tokens.push({ term: token.term, start: token.start + start, end: token.end + start, position: token.position + position });
    }
    position += piece.positions;
    const whole = piece.hint === undefined ? undefined : textAnalysis.wholeAround(text, start, end, piece.hint);
    if (whole === undefined) return;
    insert(tokens, whole.start, (at) => whole.terms.map((term) => ({ term, ...at(whole.end) })));
  });
  return tokens;
}

/** `languages` are those of the library's texts: a word gets the stem of each. */
export function analyseQuestion(text: string, languages: readonly string[]): QuestionToken[] {
  const items = readItems(text, languages).filter(({ character }) => !character);
  const stops = markStopWords(items, languages);
  return items.map(({ terms: [term = '', ...alternatives], start, end, position, part, exact, folded }, i) => {
    return { term, start, end, position, stop: stops[i] ?? false, alternatives, part, exact, folded };
  });
}

/** A way to say a phrase: for each position in a row, the terms that may stand there. */
export type PhraseForm = readonly (readonly string[])[];

/**
 * `e-mail list` is said in parts and in wholes, as in `email list`, and `42000 euros` in groups of digits as well. No form for a
 * phrase without a word.
 */
export function analysePhrase(text: string, languages: readonly string[]): PhraseForm[] {
  const inParts: string[][] = [];
  const inWholes: string[][] = [];
  const inGroups: string[][] = [];
  let covered = -1;
  for (const { terms, position, part, character, end } of readItems(text, languages)) {
    // The pair that begins with a character says more; the last of a run has none.
    if (character && inParts[position] !== undefined) continue;
    inParts[position] = [...(inParts[position] ?? []), ...terms];
    if (!part && (end > covered || character)) {
      inWholes.push([...terms]);
      const groups = groupsOf(terms[0] ?? '')?.map((group) => [group]);
      inGroups.push(...(groups ?? [[...terms]]));
    }
    covered = Math.max(covered, end);
  }
  const parts = inParts.filter((terms) => terms.length > 0);
  if (parts.length === 0) return [];
  const forms = [parts];
  if (inWholes.length < parts.length) forms.push(inWholes);
  if (inGroups.length > inWholes.length && inGroups.length !== parts.length) forms.push(inGroups);
  return forms;
}

/** What was made of a piece of text; offsets and positions are relative to its own. */
export interface AnalysedPiece {
  readonly tokens: readonly Token[];
  readonly positions: number;
  /** Where the piece may be a part of a date or a number. */
  readonly hint: Hint | undefined;
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

/** What the analysis makes of a piece. */
export const readTokens = (raw: string, language: string | null): AnalysedPiece =>
  readRemembered(raw, language, cacheFor(language));

function readRemembered(raw: string, language: string | null, cache: PieceCache<AnalysedPiece>): AnalysedPiece {
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
  return { tokens: [{ term, start: 0, end: word.length, position: 0 }], positions: 1, hint: monthOf(word.toLowerCase()) };
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
  return { tokens, positions, hint: hintOf(items) };
}

interface QuestionItem {
  readonly terms: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly position: number;
  readonly part: boolean;
  readonly character: boolean;
  readonly exact: boolean;
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
    for (const { word, terms: given = [], part, character = false, exact = false, ...at } of piece.items) {
      const terms = word === undefined ? given : termsOfWord(word, languages);
      const folded = word === undefined ? (given[0] ?? '') : foldWord(word);
      const from = start + (cleaned.starts?.[at.start] ?? at.start);
      const to = start + (cleaned.ends?.[at.end - 1] ?? at.end);
      items.push({ terms, start: from, end: to, position: position + at.position, part, character, exact, folded });
    }
    position += piece.positions;
    const hint = hintOf(piece.items);
    const whole = hint === undefined ? undefined : wholeAround(text, start, end, hint);
    if (whole === undefined) return;
    const { terms } = whole;
    const item = { terms, part: false, character: false, exact: true, folded: terms[0] ?? '' };
    insert(items, whole.start, (at) => [{ ...item, ...at(whole.end) }]);
  });
  return withParts(items);
}

/** What lies within a date or a number is a part of it. */
function withParts(items: readonly QuestionItem[]): QuestionItem[] {
  let covered = 0;
  return items.map((item) => {
    if (item.exact) covered = Math.max(covered, item.end);
    return item.exact || item.start >= covered ? item : { ...item, part: true };
  });
}

/** Languages whose articles and pronouns join the next word by an apostrophe. */
const ELIDING = new Set(['ca', 'fr', 'it']);
const elides = (language: string | null) => language !== null && ELIDING.has(language);

/** What a piece of one word may be a part of. */
const hintOf = ([only, ...more]: readonly Item[]): Hint | undefined => {
  if (only?.word === undefined || more.length > 0) return undefined;
  return isFirstGroup(only.word) ? FIRST_GROUP : monthOf(foldWord(only.word));
};

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
