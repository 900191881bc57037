/** Makes terms of text. A question and the texts that it searches go through the same rules. */
import { type Cleaned, clean, foldWord } from './fold.ts';
import { dateAround, monthOf } from './months.ts';
import { MAX_REMEMBERED, PieceCache } from './piece-cache.ts';
import { readPiece } from './pieces.ts';
import { markStopWords } from './question-stop-words.ts';
import { termsOfWord } from './word-terms.ts';

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

/** `same function for text and question` holds for the terms: those of a text are among those of the question. */
export function analyse(text: string, language: string | null = null): Token[] {
  const tokens: Token[] = [];
  for (const { terms, broader, start, end, position } of readItems(text, [language])) {
    for (const term of terms) tokens.push({ term, start, end, position });
    for (const term of broader) tokens.push({ term, start, end, position });
  }
  return tokens;
}

/** `languages` are those of the library's texts: a word gets the stem of each. */
export function analyseQuestion(text: string, languages: readonly string[]): QuestionToken[] {
  const items = readItems(text, [...new Set([null, ...languages])]).filter(({ character }) => !character);
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
  for (const { terms, position, part, character, end } of readItems(text, [...new Set([null, ...languages])])) {
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

interface ReadItem {
  readonly terms: readonly string[];
  readonly broader: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly position: number;
  readonly part: boolean;
  readonly character: boolean;
  readonly folded: string;
}

interface ReadPiece {
  readonly items: readonly ReadItem[];
  readonly positions: number;
  /** The piece is the name of a month. */
  readonly month?: number | undefined;
}

const caches = new Map<string, PieceCache<ReadPiece>>();
/** Questions in libraries of ever other languages leave no caches behind. */
const MAX_CACHES = 40;

function cacheFor(languages: readonly (string | null)[]): PieceCache<ReadPiece> {
  const key = languages.join();
  const known = caches.get(key);
  if (known !== undefined) return known;
  if (caches.size >= MAX_CACHES) caches.clear();
  const cache = new PieceCache<ReadPiece>();
  caches.set(key, cache);
  return cache;
}

function readItems(text: string, languages: readonly (string | null)[]): ReadItem[] {
  const cache = cacheFor(languages);
  const items: ReadItem[] = [];
  let position = 0;
  let at = 0;
  while (at < text.length) {
    while (at < text.length && isBlank(text, at)) at++;
    let start = at;
    while (at < text.length && !isBlank(text, at)) at++;
    let end = at;
    while (start < end && isOpening(text.charCodeAt(start))) start++;
    while (start < end && isClosing(text.charCodeAt(end - 1))) end--;
    if (start === end) continue;
    const raw = text.slice(start, end);
    let piece = raw.length <= MAX_REMEMBERED ? cache.get(raw) : undefined;
    if (piece === undefined) {
      piece = read(raw, languages);
      if (raw.length <= MAX_REMEMBERED) cache.set(raw, piece);
    }
    for (const item of piece.items) {
      items.push({ ...item, start: item.start + start, end: item.end + start, position: item.position + position });
    }
    position += piece.positions;
    if (piece.month !== undefined) addDate(items, text, start, end, piece.month);
  }
  return items;
}

function read(raw: string, languages: readonly (string | null)[]): ReadPiece {
  const cleaned = clean(raw);
  const { items, positions } = readPiece(cleaned, ELIDING.has(languages[languages.length - 1] ?? ''));
  const read = items.map(({ word, terms = [], broader = [], start, end, position, part, character = false }): ReadItem => {
    const folded = word === undefined ? (terms[0] ?? '') : foldWord(word);
    return {
      terms: word === undefined ? terms : termsOfWord(word, languages),
      broader,
      ...originalRange(cleaned, start, end),
      position,
      part,
      character,
      folded,
    };
  });
  const [only] = read;
  return { items: read, positions, month: read.length === 1 && only !== undefined ? monthOf(only.folded) : undefined };
}

/** Languages whose articles and pronouns join the next word by an apostrophe. */
const ELIDING = new Set(['ca', 'fr', 'it']);

function originalRange({ starts, ends }: Cleaned, start: number, end: number): { start: number; end: number } {
  return { start: starts?.[start] ?? start, end: ends?.[end - 1] ?? end };
}

function addDate(items: ReadItem[], text: string, start: number, end: number, month: number): void {
  const date = dateAround(text, start, end, month);
  if (date === undefined) return;
  let at = items.length;
  while (at > 0 && (items[at - 1]?.start ?? 0) >= date.start) at--;
  const position = items[at]?.position ?? 0;
  items.splice(at, 0, { ...date, position, part: false, character: false, folded: date.terms[0] ?? '' });
}

/** ASCII's blanks, and Unicode's; one that does not break between thousands is none. */
function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code <= 0x20) return true;
  if (code < 0xa0) return false;
  if (code !== 0xa0 && code !== 0x202f && code !== 0x2009) {
    return code === 0x3000 || (code >= 0x2000 && code <= 0x200a) || code === 0x2028 || code === 0x2029 || code === 0x1680;
  }
  return !(
    isDigit(text.charCodeAt(at - 1)) &&
    isDigit(text.charCodeAt(at + 1)) &&
    /^\d{3}(?!\d)/.test(text.slice(at + 1, at + 5))
  );
}

const isDigit = (code: number) => code >= 48 && code <= 57;
const OPENING = new Set([...'"\'([{<*`_'].map((character) => character.charCodeAt(0)));
const CLOSING = new Set([...'.,;:!?"\')]}>*`_…'].map((character) => character.charCodeAt(0)));
const isOpening = (code: number) => OPENING.has(code);
const isClosing = (code: number) => CLOSING.has(code);
