/** What stands between blanks, as items: compounds, runs of scripts without blanks, emoji. */
import { codePointBoundary } from '../../../src/kernel/core/text.ts';
import { CompoundReader, type Item } from './compounds.ts';
import type { Cleaned } from './fold.ts';
import { dateTerms } from './numbers.ts';
import { CONNECTOR, classOf, EMOJI, MARK, OTHER, UNSPACED, WORD } from './scripts.ts';

export interface Piece {
  readonly items: readonly Item[];
  /** How many positions it takes. */
  readonly positions: number;
}

const EMOJI_SEQUENCE =
  /[\u{1f1e6}-\u{1f1ff}]{2}|\p{Extended_Pictographic}\p{Emoji_Modifier}?(?:\u200d\p{Extended_Pictographic}\p{Emoji_Modifier}?){0,9}/uy;
const CJK_DATE = /(\d{4})[年년](\d{1,2})[月월](?:(\d{1,2})[日일])?/g;

/** Reads cleaned text. In French and Italian an article before an apostrophe is no part of the word. */
export function readPiece(cleaned: Cleaned, elides: boolean): Piece {
  const reader = new CompoundReader(cleaned, elides);
  const { text } = cleaned;
  let at = 0;
  while (at < text.length) {
    const code = text.codePointAt(at) ?? 0;
    const kind = classOf(code);
    if (kind === UNSPACED) at = readUnspaced(reader, text, at);
    else if (kind === WORD || beginsDotted(text, at)) at = readCompound(reader, text, at);
    else if (kind === EMOJI) at = readEmoji(reader, text, at);
    else at += code > 0xffff ? 2 : 1;
  }
  return { items: /[年년]/.test(text) ? withDates(reader.items, text) : reader.items, positions: reader.position };
}

const isWord = (text: string, at: number) => at < text.length && classOf(text.codePointAt(at) ?? 0) === WORD;

/** A point before a letter, with nothing that it could belong to before it. */
const beginsDotted = (text: string, at: number) =>
  text[at] === '.' &&
  (at === 0 || classOf(text.charCodeAt(at - 1)) === OTHER) &&
  isWord(text, at + 1) &&
  !/\d/.test(text[at + 1] ?? '');

function readCompound(reader: CompoundReader, text: string, start: number): number {
  let at = start;
  let end = start;
  while (at < text.length) {
    const code = text.codePointAt(at) ?? 0;
    const kind = classOf(code);
    // Thousands may be parted by a blank that does not break.
    const isGroup = text[at] === ' ' && /^\d{3}(?!\d)/.test(text.slice(at + 1, at + 5)) && /\d/.test(text[at - 1] ?? '');
    if (kind !== WORD && kind !== MARK && kind !== CONNECTOR && !isGroup) break;
    // Two signs in a row end it, but for those of `C++17`.
    if (kind === CONNECTOR && at > end && text.slice(at - 1, at + 1) !== '++') break;
    at += code > 0xffff ? 2 : 1;
    if (kind === WORD || kind === MARK) end = at;
  }
  const signs = /^(?:\+\+|#)/.exec(text.slice(end, end + 2))?.[0].length ?? 0;
  reader.read(start, end + signs);
  return Math.max(at, end + signs);
}

/**
 * Characters and pairs of them, so that any part of a run is found; a pair and its first character are alternatives. A character
 * has its vowel signs with it.
 */
function readUnspaced(reader: CompoundReader, text: string, start: number): number {
  const bounds = [start];
  let at = start;
  while (at < text.length) {
    const code = text.codePointAt(at) ?? 0;
    const kind = classOf(code);
    if (kind !== UNSPACED && kind !== MARK) break;
    if (kind === UNSPACED && at > start) bounds.push(at);
    at += code > 0xffff ? 2 : 1;
  }
  bounds.push(at);
  const isAlone = bounds.length === 2;
  for (let i = 0; i + 1 < bounds.length; i++) {
    const [from = at, to = at, next] = [bounds[i], bounds[i + 1], bounds[i + 2]]; // biome-ignore format: a tuple
    const { position } = reader;
    if (next !== undefined) {
      reader.items.push({
        start: from,
        end: next,
        position,
        part: false,
        character: false,
        terms: [characters(text, from, next)],
      });
    }
    reader.items.push({ start: from, end: to, position, part: false, character: !isAlone, terms: [characters(text, from, to)] });
    reader.position++;
  }
  return at;
}

/** More marks on a character than any script has. UTF-16 units. */
const MAX_CHARACTERS = 32;

/** Cleaned text has these scripts' letters in one form already. */
const characters = (text: string, start: number, end: number) =>
  text.slice(start, Math.min(end, codePointBoundary(text, start + MAX_CHARACTERS)));

function readEmoji(reader: CompoundReader, text: string, start: number): number {
  EMOJI_SEQUENCE.lastIndex = start;
  const sequence = EMOJI_SEQUENCE.exec(text)?.[0];
  const first = String.fromCodePoint(text.codePointAt(start) ?? 0);
  if (sequence === undefined) return start + first.length;
  const isFlag = /^[\u{1f1e6}-\u{1f1ff}]/u.test(first);
  const broader = isFlag || sequence === first ? [] : [first];
  reader.add(start, start + sequence.length, { terms: [sequence], broader }, false);
  reader.position++;
  return start + sequence.length;
}

function withDates(items: readonly Item[], text: string): Item[] {
  const result = [...items];
  for (const { 0: whole, 1: year, 2: month, 3: day, index } of text.matchAll(CJK_DATE)) {
    const terms = dateTerms(Number(year), Number(month), Number(day ?? 0));
    const at = result.findIndex(({ start }) => start >= index);
    const position = result[at]?.position;
    if (position === undefined || terms === undefined) continue;
    result.splice(at, 0, { start: index, end: index + whole.length, position, ...terms, exact: true, part: false });
  }
  return result;
}
