/** Text on a page in an upright frame: `x` grows along the line, `y` falls from one line to the next. */

/** A piece of text with one font. */
export interface Piece {
  readonly text: string;
  readonly x0: number;
  readonly x1: number;
  /** The baseline. */
  readonly y: number;
  /** The height of the font. */
  readonly size: number;
  readonly monospaced: boolean;
  readonly rightToLeft: boolean;
  readonly url: string | null;
}

/** Pieces beside each other on one baseline, in reading order, with the gaps between them as they are written. */
export interface Segment {
  readonly pieces: readonly Piece[];
  readonly text: string;
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly size: number;
  readonly monospaced: boolean;
  readonly rightToLeft: boolean;
}

/** One row of text: a segment, or the cells of a table's row. */
export interface Line {
  readonly cells: readonly Segment[];
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly size: number;
  /** The level of the heading that the line belongs to. */
  readonly heading?: number;
}

/** Lines below each other. */
export interface Block {
  readonly lines: readonly Line[];
  readonly x0: number;
  readonly x1: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Page {
  /** From 1. */
  readonly number: number;
  readonly blocks: readonly Block[];
}

export function lineOf(cells: readonly Segment[]): Line {
  return {
    cells,
    x0: Math.min(...cells.map(({ x0 }) => x0)),
    x1: Math.max(...cells.map(({ x1 }) => x1)),
    y: cells[0]?.y ?? 0,
    size: Math.max(...cells.map(({ size }) => size)),
  };
}

export const textOf = (line: Line) => line.cells.map(({ text }) => text).join(' ');

/** Whether two lines have as many cells, each below the other's. */
export function areRows({ cells: above }: Line, { cells: below }: Line): boolean {
  return (
    above.length > 1 &&
    above.length === below.length &&
    above.every(({ x0, x1 }, column) => {
      const cell = below[column];
      return cell !== undefined && Math.min(cell.x1, x1) > Math.max(cell.x0, x0);
    })
  );
}

export function blockOf(lines: readonly Line[]): Block {
  let [x0, x1, top, bottom] = [Infinity, -Infinity, -Infinity, Infinity];
  for (const line of lines) {
    x0 = Math.min(x0, line.x0);
    x1 = Math.max(x1, line.x1);
    top = Math.max(top, line.y + line.size);
    bottom = Math.min(bottom, line.y);
  }
  return { lines, x0, x1, top, bottom };
}

/** The most frequent of weighted values, each rounded to `step`; undefined of none. */
export function modeOf(values: Iterable<readonly [value: number, weight: number]>, step: number): number | undefined {
  const weights = new Map<number, number>();
  for (const [value, weight] of values) {
    const key = Math.round(value / step);
    weights.set(key, (weights.get(key) ?? 0) + weight);
  }
  let best: number | undefined;
  for (const [key, weight] of weights) if (best === undefined || weight > (weights.get(best) ?? 0)) best = key;
  return best === undefined ? undefined : best * step;
}

const MAX_CODE_SHARE = 0.6;

/** Whether a font of one width is that of the running text, as in memos and RFCs, and tells nothing about code. */
export function isTypewritten(pages: readonly Page[]): boolean {
  let [typed, all] = [0, 0];
  for (const { blocks } of pages)
    for (const { lines } of blocks)
      for (const { cells } of lines)
        for (const { text, monospaced } of cells) {
          all += text.length;
          if (monospaced) typed += text.length;
        }
  return typed > all * MAX_CODE_SHARE;
}

/** The page as if no font were of one width. */
export const asProse = (page: Page): Page => ({
  ...page,
  blocks: page.blocks.map((block) => ({
    ...block,
    lines: block.lines.map((line) => ({ ...line, cells: line.cells.map((cell) => ({ ...cell, monospaced: false })) })),
  })),
});
