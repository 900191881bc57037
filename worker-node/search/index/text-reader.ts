/** Reads texts into columns of tokens. What was made of a piece is remembered until a load is complete. */
import { TextUnits } from '../analysis/text-units.ts';
import { grown } from './grown.ts';
import type { IndexedPiece, IndexToken, TextAnalysis } from './library-index.ts';
import { MAX_PIECE_UNITS, PieceTable } from './piece-table.ts';
import { NO_WORD, type TokenColumns } from './token-columns.ts';
import type { Words } from './words.ts';

/**
 * Values of a piece: its head, and of each token the term, the word and its place. The head is the number of tokens, from
 * POSITIONS on that of positions, from HINT on its hint or 0.
 */
const PER_TOKEN = 3;
const POSITIONS = 8;
const HINT = 24;
/** A piece of more tokens, or more positions, is not remembered. */
const MAX_TOKENS = 16;
const MAX_POSITIONS = 255;
/** With more, all is forgotten. */
const MAX_LANGUAGES = 200;

export class TextReader {
  readonly #analysis: TextAnalysis;
  readonly #words: Words;
  #pieces = new PieceTable();
  readonly #languages = new Map<string | null, number>();
  readonly #text = new TextUnits();
  #ranges: Int32Array = new Int32Array(1_024);
  #places: Int32Array = new Int32Array(512);

  constructor(analysis: TextAnalysis, words: Words) {
    this.#analysis = analysis;
    this.#words = words;
  }

  get bytes(): number {
    return this.#pieces.bytes;
  }

  /** Frees what only helps while many texts are read. */
  settle(): void {
    this.#pieces.free();
    this.#pieces = new PieceTable();
  }

  read(text: string, language: string | null, into: TokenColumns): void {
    into.length = 0;
    const number = this.#numberOf(language);
    const pieces = this.#pieces;
    this.#text.read(text);
    const { units } = this.#text;
    this.#ranges = grown(this.#ranges, text.length + 1);
    const ranges = this.#ranges;
    const used = this.#analysis.findPieces(units, text.length, ranges);
    this.#places = grown(this.#places, used);
    const places = this.#places;
    pieces.findAll(units, ranges, used, number, places);
    const { forgotten } = pieces;
    let position = 0;
    for (let range = 0; range < used; range += 2) {
      const start = ranges[range] as number;
      const end = ranges[range + 1] as number;
      const isShort = end - start <= MAX_PIECE_UNITS;
      let from = places[range >> 1] as number;
      // A piece before it in this text may have been the same one.
      if (isShort && (from < 0 || forgotten !== pieces.forgotten)) from = pieces.find(units, start, end, number);
      if (from < 0) {
        const piece = this.#analysis.readPiece(text.slice(start, end), language);
        if (!isShort || piece.tokens.length > MAX_TOKENS || piece.positions > MAX_POSITIONS) {
          this.#addPiece(piece, text, start, position, into);
          position += piece.positions;
          if (piece.hint) this.#addWhole(text, start, end, piece.hint, into);
          continue;
        }
        from = pieces.add(units, start, end, number, this.#valuesOf(piece, text, start));
      }
      const { values } = pieces;
      const head = values[from] as number;
      const last = from + 1 + (head & 0xff) * PER_TOKEN;
      for (let at = from + 1; at < last; at += PER_TOKEN) {
        const place = values[at + 2] as number;
        const tokenStart = start + (place & 0xff);
        const tokenEnd = start + ((place >> 8) & 0xff);
        into.add(values[at] as number, values[at + 1] as number, tokenStart, tokenEnd, position + (place >> 16));
      }
      position += (head >> POSITIONS) & 0xffff;
      const hint = head >> HINT;
      if (hint > 0) this.#addWhole(text, start, end, hint, into);
    }
  }

  #numberOf(language: string | null): number {
    const known = this.#languages.get(language);
    if (known !== undefined) return known;
    if (this.#languages.size >= MAX_LANGUAGES) {
      this.#languages.clear();
      this.settle();
    }
    this.#languages.set(language, this.#languages.size);
    return this.#languages.size - 1;
  }

  /** A remembered piece is so short that its offsets and positions take a byte each. */
  #valuesOf(piece: IndexedPiece, text: string, start: number): number[] {
    const values = [piece.tokens.length | (piece.positions << POSITIONS) | ((piece.hint ?? 0) << HINT)];
    this.#forEachToken(piece, text, start, (term, word, token) => {
      values.push(term, word, token.start | (token.end << 8) | (token.position << 16));
    });
    return values;
  }

  #addPiece(piece: IndexedPiece, text: string, start: number, position: number, into: TokenColumns): void {
    this.#forEachToken(piece, text, start, (term, word, token) => {
      into.add(term, word, start + token.start, start + token.end, position + token.position);
    });
  }

  #forEachToken(
    { tokens }: IndexedPiece,
    text: string,
    start: number,
    visit: (term: number, word: number, token: IndexToken) => void,
  ): void {
    let lastEnd = -1;
    for (const token of tokens) {
      const term = this.#words.addTerm(token.term);
      // Further terms of the same word begin no later than it ends.
      const isWord = token.end > lastEnd;
      lastEnd = token.end;
      visit(term, isWord ? this.#words.wordOf(text, start + token.start, start + token.end, token.term, term) : NO_WORD, token);
    }
  }

  #addWhole(text: string, start: number, end: number, hint: number, into: TokenColumns): void {
    const whole = this.#analysis.wholeAround(text, start, end, hint);
    if (whole === undefined) return;
    const at = into.open(whole.start, whole.terms.length);
    const position = at + whole.terms.length < into.length ? (into.positions[at + whole.terms.length] as number) : 0;
    for (const [index, written] of whole.terms.entries()) {
      const term = this.#words.addTerm(written);
      into.terms[at + index] = term;
      into.words[at + index] = index === 0 ? this.#words.wordOf(text, whole.start, whole.end, written, term) : NO_WORD;
      into.starts[at + index] = whole.start;
      into.ends[at + index] = whole.end;
      into.positions[at + index] = position;
    }
  }
}
