/** Arranges the segments of a page into lines, blocks of lines, and the order in which a person reads them. */
import { areRows, type Block, blockOf, type Line, lineOf, modeOf, type Segment } from './geometry.ts';

/** Above it blocks keep the order in which the page draws them. */
const MAX_ORDERED_BLOCKS = 1_500;

export function blocksOf(segments: readonly Segment[]): Block[] {
  const gutters = findGutters(segments);
  const lines = linesOf(segments, gutters);
  const blocks = groupLines(lines, leadingOf(lines), gutters);
  return blocks.length > MAX_ORDERED_BLOCKS ? blocks : inReadingOrder(blocks, gutters);
}

const MIN_COLUMN_LINES = 6;
const MIN_COLUMN_SHARE = 0.25;

/** The middles of the empty strips between columns of running text, from left to right. */
function findGutters(segments: readonly Segment[]): number[] {
  const left = Math.min(...extremes(segments.map(({ x0 }) => x0)));
  const right = Math.max(...extremes(segments.map(({ x1 }) => x1)));
  const width = Math.ceil(right - left);
  if (segments.length < 2 * MIN_COLUMN_LINES || !(width > 0 && width < 20_000)) return [];
  const cover = coverOf(segments, left, width);
  const most = Math.max(...extremes(cover));
  const gutters: number[] = [];
  for (let start = 0; start < width; start++) {
    if ((cover[start] ?? 0) > most * 0.35) continue;
    let end = start;
    while (end < width && (cover[end] ?? 0) <= most * 0.35) end++;
    const lowest = Math.min(...cover.slice(start, end));
    const strip = Array.from({ length: end - start }, (_, i) => start + i).filter((at) => cover[at] === lowest);
    const middle = left + ((strip[0] ?? start) + (strip.at(-1) ?? start) + 1) / 2;
    if (start > width * 0.1 && end < width * 0.9) gutters.push(middle);
    start = end;
  }
  const edges = [left, ...gutters, right];
  const isColumn = (index: number) => isRunningText(segments, edges[index] ?? left, edges[index + 1] ?? right);
  return gutters.filter((_, index) => isColumn(index) && isColumn(index + 1));
}

/** How many segments are at each unit of the width. */
function coverOf(segments: readonly Segment[], left: number, width: number): number[] {
  const changes = new Array<number>(width + 2).fill(0);
  for (const { x0, x1 } of segments) {
    const [from, to] = [Math.max(0, Math.floor(x0 - left)), Math.min(width, Math.ceil(x1 - left))];
    changes[from] = (changes[from] ?? 0) + 1;
    changes[to] = (changes[to] ?? 0) - 1;
  }
  let count = 0;
  return changes.slice(0, width).map((change) => {
    count += change;
    return count;
  });
}

/** Whether most segments between two edges fill the width, as lines of text do and cells of tables do not. */
function isRunningText(segments: readonly Segment[], from: number, to: number): boolean {
  const inside = segments.filter(({ x0, x1, size }) => x0 >= from - size && x1 <= to + size);
  const long = inside.filter(({ x0, x1, text }) => x1 - x0 > (to - from) * 0.6 && text.length >= 12);
  return (
    long.length >= MIN_COLUMN_LINES &&
    long.length >= inside.length * 0.5 &&
    inside.length >= segments.length * MIN_COLUMN_SHARE * 0.5
  );
}

/** Only the least and the greatest, so that they can be spread. */
function extremes(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

const MAX_CELLS = 60;

/** Joins segments that follow each other on one baseline, unless a gutter is between them. */
function linesOf(segments: readonly Segment[], gutters: readonly number[]): Line[] {
  const lines: Line[] = [];
  let cells: Segment[] = [];
  for (const segment of segments) {
    const last = cells.at(-1);
    if (last && !(cells.length < MAX_CELLS && isNext(last, segment) && !isBetween(gutters, last, segment))) {
      lines.push(lineOf(cells));
      cells = [];
    }
    cells.push(segment);
  }
  if (cells.length > 0) lines.push(lineOf(cells));
  return lines;
}

function isNext(last: Segment, segment: Segment): boolean {
  const size = Math.min(last.size, segment.size);
  const sameBaseline = Math.abs(last.y - segment.y) <= size * 0.3;
  const behind = last.rightToLeft ? segment.x1 <= last.x0 + size : segment.x0 >= last.x1 - size;
  return sameBaseline && behind;
}

function isBetween(gutters: readonly number[], a: Segment, b: Segment): boolean {
  const [from, to] = a.x0 <= b.x0 ? [a.x1, b.x0] : [b.x1, a.x0];
  return gutters.some((gutter) => gutter >= from - 1 && gutter <= to + 1);
}

const overlaps = (a: { x0: number; x1: number }, b: { x0: number; x1: number }) => Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0);

/** The usual distance between the lines, in heights of their font. */
function leadingOf(lines: readonly Line[]): number {
  const distances = lines.flatMap((line, index): [number, number][] => {
    const before = lines[index - 1];
    const distance = before ? (before.y - line.y) / line.size : 0;
    return before && distance > 0.8 && distance < 3 && overlaps(before, line) > 0 ? [[distance, 1]] : [];
  });
  return distances.length < 5 ? 1.3 : (modeOf(distances, 0.05) ?? 1.3);
}

/** Lines of different columns may alternate. */
function groupLines(lines: readonly Line[], leading: number, gutters: readonly number[]): Block[] {
  const groups: Line[][] = [];
  const open = new Map<number, { readonly lines: Line[]; x0: number; x1: number }>();
  for (const line of lines) {
    const column = columnOf(gutters, line);
    const group = open.get(column);
    const last = group?.lines.at(-1);
    if (group && last && isBelow(last, line, leading) && overlaps(group, line) > 0) {
      group.lines.push(line);
      group.x0 = Math.min(group.x0, line.x0);
      group.x1 = Math.max(group.x1, line.x1);
    } else {
      const started = { lines: [line], x0: line.x0, x1: line.x1 };
      open.set(column, started);
      groups.push(started.lines);
    }
  }
  return groups.map(blockOf);
}

/** Of rows of a table, in heights of the font. */
const MAX_ROW_DISTANCE = 3;

function isBelow(last: Line, line: Line, leading: number): boolean {
  const size = Math.max(last.size, line.size);
  const distance = last.y - line.y;
  const sameSize = Math.abs(last.size - line.size) <= size * 0.12;
  const limit = areRows(last, line) ? Math.max(leading, MAX_ROW_DISTANCE) : Math.max(leading * 1.22, 1.25);
  return sameSize && distance > 0.3 * size && distance <= size * limit;
}

/** The columns that a line or block is in, from 0; -1 where it crosses a gutter. */
function columnOf(gutters: readonly number[], { x0, x1 }: { readonly x0: number; readonly x1: number }): number {
  const column = gutters.filter((gutter) => gutter < (x0 + x1) / 2).length;
  return gutters.some((gutter) => gutter > x0 + 2 && gutter < x1 - 2) ? -1 : column;
}

/**
 * A block comes after those above it in its column, and after the columns on its left down to the next block that crosses
 * them. Otherwise the order in which the page draws them stays.
 */
function inReadingOrder(blocks: readonly Block[], gutters: readonly number[]): Block[] {
  const columns = blocks.map((block) => columnOf(gutters, block));
  const crossing = gutters.length === 0 ? [] : blocks.filter((_, index) => columns[index] === -1);
  const bands = blocks.map((block) => crossing.filter((other) => isAbove(other, block)).length);
  const waits = blocks.map(() => 0);
  const followers = blocks.map((): number[] => []);
  for (const [i, a] of blocks.entries()) {
    for (const [j, b] of blocks.entries()) {
      const comesBefore = isOver(a, b) || (columns[i] !== columns[j] && isBefore([bands, columns], i, j));
      if (i === j || !comesBefore) continue;
      followers[i]?.push(j);
      waits[j] = (waits[j] ?? 0) + 1;
    }
  }
  return inOrder(waits, followers).map((index) => blocks[index] as Block);
}

const isOver = (a: Block, b: Block) => isAbove(a, b) && overlaps(a, b) > 0.2 * Math.min(a.x1 - a.x0, b.x1 - b.x0);

/** By the band between blocks that cross the columns, then by the column. */
function isBefore([bands, columns]: readonly [readonly number[], readonly number[]], i: number, j: number): boolean {
  const [columnA = 0, columnB = 0] = [columns[i], columns[j]];
  const [bandA = 0, bandB = 0] = [bands[i], bands[j]];
  return columnA >= 0 && columnB >= 0 && (bandA < bandB || (bandA === bandB && columnA < columnB));
}

/** Lines may touch. */
function isAbove(a: Block, b: Block): boolean {
  const size = Math.min(a.top - a.bottom, b.top - b.bottom);
  return a.bottom >= b.top - 0.4 * size && (a.top + a.bottom) / 2 > (b.top + b.bottom) / 2;
}

/** A topological order that takes the least index that is free; where a circle leaves none free, the least index left. */
function inOrder(waits: number[], followers: readonly (readonly number[])[]): number[] {
  const left = new Set(waits.keys());
  const order: number[] = [];
  while (left.size > 0) {
    let next: number | undefined;
    for (const index of left) {
      next ??= index;
      if (waits[index] === 0) {
        next = index;
        break;
      }
    }
    if (next === undefined) break;
    left.delete(next);
    order.push(next);
    for (const follower of followers[next] ?? []) waits[follower] = (waits[follower] ?? 0) - 1;
  }
  return order;
}
