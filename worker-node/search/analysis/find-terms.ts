/** Where a text has some terms: what the analysis says, without analysing the words that cannot have one of them. */
import { readTokens, type Token, textAnalysis } from './analyse.ts';
import { isBlank, withoutClosing, withoutOpening } from './blanks.ts';
import { monthOf } from './months.ts';
import { plainEnd } from './plain-words.ts';
import { keepsStart, stemmerOf } from './stem.ts';
import { NO_LETTER, termStarts } from './term-starts.ts';
import { TextUnits } from './text-units.ts';

type Place = Pick<Token, 'start' | 'end'>;

const scratch = new TextUnits();

/**
 * The ranges of UTF-16 units where the text has one of the terms, in the order of its pieces. Plain words that begin as none of the
 * terms, or are too short for those, are passed over, which are most words of a text.
 */
export function findTerms(text: string, language: string | null, terms: ReadonlySet<string>): Place[] {
  const found: Place[] = [];
  const starts = termStarts(terms);
  const passesOver = keepsStart(stemmerOf('latin', language));
  const { length } = text;
  scratch.read(text);
  const { units } = scratch;
  const digits = starts.hasDigits ? new NearestDigits(units, length) : undefined;

  const isPassedOver = (start: number, end: number): boolean =>
    passesOver &&
    !starts.has(units[start] as number, end - start > 1 ? (units[start + 1] as number) : NO_LETTER, end - start) &&
    !(digits?.isNear(start, end) && monthOf(text.slice(start, end).toLowerCase()) !== undefined);

  for (let at = 0; at < length; at++) {
    let start = at;
    let end = plainEnd(units, start, length);
    at = end;
    while (at < length && !isBlank(units, at, length)) at++;
    let isPlain = true;
    if (at > end) {
      start = withoutOpening(units, start, at);
      end = withoutClosing(units, start, at);
      isPlain = plainEnd(units, start, end) === end;
    }
    if (start < end && !(isPlain && isPassedOver(start, end))) readPiece(start, end);
  }
  return found;

  function readPiece(start: number, end: number): void {
    const piece = readTokens(text.slice(start, end), language);
    for (const token of piece.tokens) {
      if (terms.has(token.term)) found.push({ start: token.start + start, end: token.end + start });
    }
    if (!starts.hasDigits || piece.hint === undefined) return;
    const whole = textAnalysis.wholeAround(text, start, end, piece.hint);
    if (whole?.terms.some((term) => terms.has(term))) found.push({ start: whole.start, end: whole.end });
  }
}

/** A date has digits beside its month's name. UTF-16 units. */
const NEAR = 32;

/** Tells of pieces that are asked for in their order whether a digit of ASCII is near. */
class NearestDigits {
  readonly #units: Uint16Array;
  readonly #length: number;
  /** Of the digits, the last one before the piece and the first one after it. */
  #before = Number.NEGATIVE_INFINITY;
  #after = -1;

  constructor(units: Uint16Array, length: number) {
    this.#units = units;
    this.#length = length;
  }

  isNear(start: number, end: number): boolean {
    while (this.#after < end) {
      if (this.#after >= 0) this.#before = this.#after;
      this.#after++;
      while (this.#after < this.#length && !isDigit(this.#units[this.#after] as number)) this.#after++;
      if (this.#after >= this.#length) this.#after = Number.POSITIVE_INFINITY;
    }
    return start - this.#before <= NEAR || this.#after - end <= NEAR;
  }
}

const isDigit = (code: number) => code >= 48 && code <= 57;
