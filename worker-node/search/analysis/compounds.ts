/** Takes a run of letters, digits and what may join them apart: whole and in parts. */
import { codePointBoundary } from '../../../src/kernel/core/text.ts';
import type { Cleaned } from './fold.ts';
import { readNamedDate } from './named-months.ts';
import { readNumber } from './numbers.ts';
import { classOf, MARK, WORD } from './scripts.ts';

/** A range of the piece's cleaned text at a position. A `word` is folded and stemmed; `terms` are taken as they are. */
export interface Item {
  readonly start: number;
  readonly end: number;
  readonly position: number;
  readonly word?: string;
  readonly terms?: readonly string[];
  /** Terms for questions that ask for less: `2.10` for `2.10.3`. A question's own are not looked for. */
  readonly broader?: readonly string[];
  /** A character of a run of characters, whose pairs are items as well. */
  readonly character?: boolean;
  /** A date, a time, a version or a number. */
  readonly exact?: boolean;
  /** It lies within an item that stands for the whole. */
  readonly part: boolean;
}

/** A compound of more parts is no name: only its parts are words. */
const MAX_JOINED = 6;
const MAX_HYPHENATED = 4;
/** A longer compound is data; it is cut, so that work stays in proportion. */
const MAX_COMPOUND = 128;

const BEGINS_AS_NUMBER = /^v?\d/i;
const EMAIL = /^[^@/]{1,64}@[^@/]{1,63}$/;
/** `C++`, `C#`, `F#`, and what follows, as in `C++17`. */
const WITH_SIGNS = /^(?:(\p{L}{1,12}\+\+)|(\p{L}#)(?![\p{L}\p{N}]))/u;

/** Words without what is added to them: `it's`, `we'll`, `don't`. */
const CONTRACTED = /^(?:s|ll|re|ve|d|m)$/i;
/** French and Italian articles and pronouns before an apostrophe. */
const ELIDED = /^(?:l|d|j|m|n|s|t|c|qu|jusqu|lorsqu|puisqu|dell|all|nell|dall|sull|un)$/i;

export class CompoundReader {
  readonly items: Item[] = [];
  position = 0;
  readonly #text: string;
  readonly #starts: readonly number[] | undefined;
  readonly #elides: boolean;

  constructor({ text, starts }: Cleaned, elides: boolean) {
    this.#text = text;
    this.#starts = starts;
    this.#elides = elides;
  }

  add(start: number, end: number, item: Omit<Item, 'start' | 'end' | 'position' | 'part'>, part: boolean): void {
    if (end > start) this.items.push({ start, end, position: this.position, part, ...item });
  }

  /** A compound at `start` to `end`: no blank, no bracket, no quotation mark in it. */
  read(start: number, end: number): void {
    for (let at = start; at < end; ) {
      const next = end - at <= MAX_COMPOUND ? end : codePointBoundary(this.#text, at + MAX_COMPOUND);
      this.#compound(at, next);
      at = next;
    }
  }

  #compound(start: number, end: number): void {
    const compound = this.#text.slice(start, end);
    if (EMAIL.test(compound)) this.add(start, end, { terms: [compound.toLowerCase().normalize('NFC')] }, false);
    const read = this.#number(start, end, compound);
    if (read > 0) this.#rest(start + read, end);
    else for (const [from, to] of this.#ranges(start, end, /[/:@,]/g, false)) this.#segment(from, to);
  }

  #segment(start: number, end: number): void {
    const segment = this.#text.slice(start, end);
    const read = this.#number(start, end, segment);
    const signs = read > 0 ? undefined : WITH_SIGNS.exec(segment)?.[0];
    if (signs !== undefined) {
      this.add(start, start + signs.length, { terms: [signs.toLowerCase()] }, false);
      this.position++;
    }
    const done = start + (signs?.length ?? read);
    if (done > start) this.#rest(done, end);
    else this.#parted(start, end, segment);
  }

  /** `react-18.2.0` is a name and a version, `log-2024-03-15` a name and a date. */
  #parted(start: number, end: number, segment: string): void {
    const version = /[-_.](?=v?\d{1,20}\.\d|\d{4}-\d{2}-\d{2})/i.exec(segment);
    if (version) {
      this.#segment(start, start + version.index);
      this.#segment(start + version.index + 1, end);
    } else if (/[+#&]/.test(segment) && !/^\p{L}{1,3}&\p{L}{1,3}$/u.test(segment)) {
      for (const [from, to] of this.#ranges(start, end, /[+#&]/g, false)) this.#segment(from, to);
    } else this.#dotted(start, end);
  }

  /** The length of the number, date or version that the text begins with; 0 if there is none. */
  #number(start: number, end: number, text: string): number {
    const reading = readNamedDate(text) ?? (BEGINS_AS_NUMBER.test(text) ? readNumber(text) : undefined);
    // A digit with a mark is another character.
    if (reading === undefined || this.#isMark(start + reading.length, end)) return 0;
    this.add(start, start + reading.length, { terms: reading.terms, broader: reading.broader, exact: true }, false);
    if (reading.parts.length === 0) this.position++;
    for (const [from, to] of reading.parts) {
      this.add(start + from, start + to, { word: this.#text.slice(start + from, start + to) }, true);
      this.position++;
    }
    return Math.min(reading.length, end - start);
  }

  #isMark(at: number, end: number): boolean {
    return at < end && classOf(this.#text.codePointAt(at) ?? 0) === MARK;
  }

  #rest(start: number, end: number): void {
    let from = this.#firstOf(start, end);
    // The time of `2024-03-15T10:30:00Z`.
    if (/^[Tt]\d/.test(this.#text.slice(from, from + 2))) from++;
    if (from < end) this.#compound(from, end);
  }

  #firstOf(start: number, end: number): number {
    let at = start;
    while (at < end) {
      const code = this.#text.codePointAt(at) ?? 0;
      if (classOf(code) === WORD) break;
      at += code > 0xffff ? 2 : 1;
    }
    return Math.min(at, end);
  }

  /** `.NET` is more than the word after the point. */
  #dotted(start: number, end: number): void {
    const text = this.#text.slice(start, end);
    const isDotted = text.startsWith('.') && /^\.\p{L}/u.test(text);
    if (isDotted) this.add(start, end, { word: `dot${lettersOf(text)}` }, false);
    this.#joined(start, end, /\./g, MAX_JOINED, isDotted, (from, to, part) =>
      this.#joined(from, to, /[-_'’&]/g, MAX_HYPHENATED, part, (first, last, within) => this.#cased(first, last, within)),
    );
  }

  /** The whole without its separators, then the parts. */
  #joined(
    start: number,
    end: number,
    separator: RegExp,
    most: number,
    part: boolean,
    each: (start: number, end: number, part: boolean) => void,
  ): void {
    const ranges = this.#ranges(start, end, separator, true);
    const words = ranges.map(([from, to]) => this.#text.slice(from, to));
    const separators = this.#text.slice(start, end).replace(/[^'’]/g, '');
    const only = separators === '' ? undefined : this.#onlyWord(words);
    const isName = only === undefined && ranges.length > 1 && ranges.length <= most;
    const [whole, last] = [ranges[0]?.[0] ?? start, ranges.at(-1)?.[1] ?? end];
    if (isName) this.add(whole, last, { word: lettersOf(words.join('')) }, part);
    if (isName && separators !== '' && isNegation(words)) {
      this.position++;
      return;
    }
    for (const [from, to] of only === undefined ? ranges : ranges.slice(only, only + 1)) each(from, to, part || isName);
  }

  /** Which of two words around an apostrophe is the only one that counts. */
  #onlyWord([first = '', second = '', ...more]: readonly string[]): 0 | 1 | undefined {
    if (more.length > 0 || second === '') return undefined;
    if (CONTRACTED.test(second)) return 0;
    return this.#elides && ELIDED.test(first) ? 1 : undefined;
  }

  /** `getUserById`, `XMLHttpRequest`, `rfc9457`. */
  #cased(start: number, end: number, part: boolean): void {
    const word = this.#text.slice(start, end);
    if (this.#number(start, end, word) > 0) return;
    // A character such as `Ⅱ` stands for several, and is not cut.
    const isCut = (at: number) => this.#starts === undefined || this.#starts[start + at] !== this.#starts[start + at - 1];
    const cuts = cutsOf(word).filter(isCut);
    this.add(start, end, { word }, part);
    if (cuts.length === 0) {
      this.position++;
      return;
    }
    const bounds = [0, ...cuts, word.length];
    for (let i = 0; i + 1 < bounds.length; i++) {
      const [from = 0, to = 0] = [bounds[i], bounds[i + 1]];
      this.add(start + from, start + to, { word: word.slice(from, to) }, true);
      this.position++;
    }
  }

  /** What stands between separators, without those at the ends; only ranges that hold a letter or digit. */
  #ranges(start: number, end: number, separator: RegExp, trim: boolean): [number, number][] {
    const ranges: [number, number][] = [];
    let from = start;
    const close = (to: number) => {
      const first = trim ? this.#firstOf(from, to) : from;
      if (this.#firstOf(first, to) < to) ranges.push([first, to]);
    };
    for (const { index } of this.#text.slice(start, end).matchAll(separator)) {
      close(start + index);
      from = start + index + 1;
    }
    close(end);
    return ranges;
  }
}

/** `don't`, which is one word. */
const isNegation = ([first = '', second = '', ...more]: readonly string[]) =>
  more.length === 0 && /n$/i.test(first) && second.toLowerCase() === 't';

const lettersOf = (text: string) => text.replace(/[^\p{L}\p{M}\p{N}\p{Co}]/gu, '');

/** More changes between letters and digits are no name but a digest. */
const MAX_CUTS = 8;
const MAX_DIGIT_CUTS = 4;
/** Names that are one word. */
const ONE_WORD = new Set(['JavaScript', 'TypeScript', 'GitHub', 'GitLab', 'YouTube', 'LinkedIn', 'PayPal', 'WhatsApp', 'OpenAI']);

const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;

function kindOf(character: string): number {
  if (character >= '0' && character <= '9') return DIGIT;
  if (character.toLowerCase() !== character) return UPPER;
  return LOWER;
}

/** Where a word has another part: before a capital, and between letters and digits. */
function cutsOf(word: string): number[] {
  if (ONE_WORD.has(word) || /^[A-Z]{2,}s$/.test(word)) return [];
  const cuts: number[] = [];
  let digitCuts = 0;
  let kind = kindOf(word[0] ?? '');
  for (let at = 1; at < word.length; at++) {
    const next = classOf(word.charCodeAt(at)) === MARK ? kind : kindOf(word[at] ?? '');
    const isDigitCut = (next === DIGIT) !== (kind === DIGIT);
    const beginsWord = next === UPPER && kind === LOWER;
    const endsAcronym = next === LOWER && kind === UPPER && at > 1 && kindOf(word[at - 2] ?? '') === UPPER;
    if (isDigitCut || beginsWord) cuts.push(at);
    else if (endsAcronym && cuts.at(-1) !== at - 1) cuts.push(at - 1);
    if (isDigitCut) digitCuts++;
    kind = next;
  }
  return cuts.length > MAX_CUTS || digitCuts > MAX_DIGIT_CUTS ? [] : cuts;
}
