/** Joins the pieces that pdf.js gives, in the order of the page's content, to segments of lines. */
import { removeControlCharacters } from '../normalise.ts';
import type { Piece, Segment } from './geometry.ts';

/** What pdf.js gives of a piece of text. */
export interface TextItem {
  readonly str: string;
  readonly dir: string;
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly fontName: string;
}

export interface FontStyle {
  readonly fontFamily: string;
  readonly vertical?: boolean;
}

/** Text that is turned alike, in its own frame. */
export interface Frame {
  /** In whole degrees; `vertical` for text that is written from top to bottom. */
  readonly angle: number | 'vertical';
  readonly pieces: Piece[];
}

/** Scripts of which all letters are as wide in any font. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

type FindUrl = (x: number, y: number) => string | null;

/** The frames of a page, the one with most text first. `urlAt` is null where the page has no links. */
export function framesOf(
  items: readonly TextItem[],
  styles: Readonly<Record<string, FontStyle>>,
  urlAt: FindUrl | null,
): Frame[] {
  const frames = new Map<Frame['angle'], Frame>();
  for (const { str, ...rest } of items) {
    const item = { ...rest, str: readable(str) };
    if (item.str === '') continue;
    const { angle, radians, piece } = place(item, styles[item.fontName]);
    if (![piece.x0, piece.x1, piece.y, piece.size].every(Number.isFinite)) continue;
    const frame = frames.get(angle) ?? { angle, pieces: [] };
    frames.set(angle, frame);
    if (!isPrintedTwice(frame.pieces, piece)) frame.pieces.push(...(urlAt ? splitAtLinks(piece, radians, urlAt) : [piece]));
  }
  const length = ({ pieces }: Frame) => pieces.reduce((sum, { text }) => sum + text.length, 0);
  return [...frames.values()].sort((a, b) => length(b) - length(a));
}

/** Shapes that letters take beside others, and letters that are drawn as one, are written as the letters that they are. */
const readable = (text: string) =>
  removeControlCharacters(text.toWellFormed()).replace(/[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdff\ufe70-\ufefc]/g, (shape) =>
    shape.normalize('NFKC'),
  );

function place(item: TextItem, style: FontStyle | undefined): { angle: Frame['angle']; radians: number; piece: Piece } {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = item.transform;
  const size = item.height || Math.hypot(c, d) || Math.hypot(a, b) || 1;
  const vertical = style?.vertical === true || item.dir === 'ttb';
  const radians = vertical ? -Math.PI / 2 : Math.atan2(b, a);
  const degrees = Math.round((radians * 180) / Math.PI);
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const x0 = e * cos + f * sin;
  return {
    angle: vertical ? 'vertical' : degrees === -180 ? 180 : degrees,
    radians,
    piece: {
      text: item.str,
      x0,
      x1: x0 + Math.abs(vertical ? item.height : item.width),
      y: f * cos - e * sin,
      size: vertical ? Math.hypot(a, b) || 1 : size,
      monospaced: style?.fontFamily === 'monospace' && !WIDE.test(item.str),
      rightToLeft: item.dir === 'rtl',
      url: null,
    },
  };
}

/** Links lie on parts of pieces. The places of words in a piece are estimated, as if all letters were as wide. */
function splitAtLinks(piece: Piece, radians: number, urlAt: FindUrl): Piece[] {
  const { text, x0, x1, y, size, rightToLeft } = piece;
  const [cos, sin] = [Math.cos(radians), Math.sin(radians)];
  const letter = (x1 - x0) / text.length;
  const at = (offset: number) => (rightToLeft ? x1 - offset * letter : x0 + offset * letter);
  const pieces: Piece[] = [];
  for (const { 0: word, index } of text.matchAll(/^\s+|\S+\s*/g)) {
    const end = index + word.length;
    const [x, middle] = [(at(index) + at(index + word.trimEnd().length)) / 2, y + size / 3];
    const url = urlAt(x * cos - middle * sin, x * sin + middle * cos);
    const [start, stop] = [Math.min(at(index), at(end)), Math.max(at(index), at(end))];
    const last = pieces.at(-1);
    if (last && last.url === url) {
      const [low, high] = [Math.min(last.x0, start), Math.max(last.x1, stop)];
      pieces[pieces.length - 1] = { ...last, text: last.text + word, x0: low, x1: high };
    } else pieces.push({ ...piece, text: word, url, x0: start, x1: stop });
  }
  return pieces;
}

const LATEST = 4;

/** Bold is sometimes made by printing a text again, a little to the right. */
function isPrintedTwice(pieces: readonly Piece[], { text, x0, y, size }: Piece): boolean {
  if (text.trim() === '') return false;
  return pieces
    .slice(-LATEST)
    .some((other) => other.text === text && Math.abs(other.x0 - x0) < size * 0.15 && Math.abs(other.y - y) < size * 0.15);
}

/** A wider gap, in heights of the font, ends a segment. */
const MAX_GAP = 1.5;
/** A segment of more is cut, so that the time to join it stays in proportion to its length. */
const MAX_PIECES = 400;
/** Pieces that overlap by more are not on one line. */
const MAX_OVERLAP = 0.5;
const MIN_SPACE = 0.15;

export function segmentsOf(pieces: readonly Piece[]): Segment[] {
  const segments: Segment[] = [];
  let open: Piece[] = [];
  for (const piece of pieces) {
    if (open.length > 0 && !continues(open, piece)) {
      segments.push(segmentOf(open));
      open = [];
    }
    // White space at the start of a line is often as wide as the line.
    if (open.length > 0 || piece.text.trim() !== '') open.push(piece);
  }
  if (open.length > 0) segments.push(segmentOf(open));
  return segments.filter(({ text }) => text !== '');
}

function continues(open: readonly Piece[], piece: Piece): boolean {
  const last = open.at(-1);
  if (!last || open.length >= MAX_PIECES) return false;
  const base = open.reduce((largest, other) => (other.size > largest.size && other.text.trim() !== '' ? other : largest));
  const size = Math.max(base.size, piece.size);
  const isScript = Math.min(piece.size, last.size) < 0.85 * size;
  const fall = Math.min(Math.abs(piece.y - base.y), Math.abs(piece.y - last.y));
  if (fall > size * (isScript ? 0.65 : 0.3)) return false;
  const leftward = (piece.rightToLeft || last.rightToLeft) && piece.x1 <= last.x0 + size * MAX_OVERLAP;
  const gap = leftward ? last.x0 - piece.x1 : piece.x0 - last.x1;
  const isWideBlank = piece.text.trim() === '' && piece.x1 - piece.x0 > size * MAX_GAP;
  return !isWideBlank && gap <= size * MAX_GAP && gap >= -size * MAX_OVERLAP;
}

function segmentOf(unordered: readonly Piece[]): Segment {
  const letters = unordered.filter(({ text }) => text.trim() !== '');
  const rightToLeft = characters(letters.filter((piece) => piece.rightToLeft)) * 2 > characters(letters);
  const close = isLetterSpaced(letters) ? letters.map(withoutSpaces) : letters;
  const pieces = spaced(rightToLeft ? fromRightToLeft(close) : close, unordered);
  const size = largestOf(letters);
  const base = letters.find((piece) => piece.size === size);
  return {
    pieces,
    text: pieces
      .map(({ text }) => text)
      .join('')
      .trim(),
    x0: Math.min(...letters.map(({ x0 }) => x0)),
    x1: Math.max(...letters.map(({ x1 }) => x1)),
    y: base?.y ?? 0,
    size,
    monospaced: letters.every(({ monospaced }) => monospaced),
    rightToLeft,
  };
}

/** A capital or a number begins a word: the spaces between words are as narrow as those between letters. */
const withoutSpaces = (piece: Piece): Piece => ({
  ...piece,
  text: piece.text.replaceAll(' ', '').replace(/(\p{Ll})(?=[\p{Lu}\d])/gu, '$1 '),
});

/** Whether most words have a space behind each letter, as some scanners write them. A row of capitals may be an index. */
function isLetterSpaced(pieces: readonly Piece[]): boolean {
  const apart = pieces.filter(({ text }) => /^\S(?: \S)+ ?$/u.test(text));
  const words = apart.filter(({ text }) => /\p{L}/u.test(text));
  const isWord = words.length >= 2 || words.some(({ text }) => text.replace(/\P{Ll}/gu, '').length >= 4);
  return isWord && characters(apart) >= 0.7 * characters(pieces);
}

const characters = (pieces: readonly Piece[]) => pieces.reduce((sum, { text }) => sum + text.length, 0);

/** The size in which most of the text is. */
function largestOf(pieces: readonly Piece[]): number {
  const bySize = new Map<number, number>();
  for (const { size, text } of pieces) bySize.set(size, (bySize.get(size) ?? 0) + text.length);
  let [best, most] = [0, -1];
  for (const [size, length] of bySize) if (length > most || (length === most && size > best)) [best, most] = [size, length];
  return best;
}

/** Words of another direction keep their own order among themselves. */
function fromRightToLeft(pieces: readonly Piece[]): Piece[] {
  const ordered = [...pieces].sort((a, b) => b.x0 - a.x0);
  const result: Piece[] = [];
  let run: Piece[] = [];
  for (const piece of ordered) {
    if (piece.rightToLeft || !/[\p{L}\p{N}]/u.test(piece.text)) {
      result.push(...run.reverse(), piece);
      run = [];
    } else run.push(piece);
  }
  return [...result, ...run.reverse()];
}

/** Gives each piece the space before it that the page shows. */
function spaced(pieces: readonly Piece[], all: readonly Piece[]): Piece[] {
  const blanks = all.filter(({ text }) => text.trim() === '');
  return pieces.map((piece, index) => {
    const before = pieces[index - 1];
    if (!before || /\s$/.test(before.text) || /^\s/.test(piece.text)) return piece;
    const [left, right] = before.x0 <= piece.x0 ? [before, piece] : [piece, before];
    const between = blanks.some(
      ({ x0, x1 }) => (x0 + x1) / 2 >= left.x1 - piece.size * 0.2 && (x0 + x1) / 2 <= right.x0 + piece.size * 0.2,
    );
    const gap = right.x0 - left.x1;
    const scripts = Math.abs(before.size - piece.size) > 0.15 * Math.max(before.size, piece.size);
    const wide = gap > Math.max(before.size, piece.size) * (scripts ? 2 * MIN_SPACE : MIN_SPACE);
    return between || wide ? { ...piece, text: ` ${piece.text}` } : piece;
  });
}
