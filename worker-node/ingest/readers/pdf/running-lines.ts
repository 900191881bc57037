/** Finds the lines that repeat at the top and bottom of pages: titles of chapters and numbers of pages. */
import { type Block, blockOf, type Line, type Page, textOf } from './geometry.ts';

/** On fewer pages, chance repeats lines too. */
const MIN_PAGES = 4;
/** Titles of left and right pages differ. */
const MIN_SHARE = 0.4;
/** How many lines at either end of a page are looked at. */
const EDGE_LINES = 3;

/** Without the repeated lines, of which the first that has words stays, and without the numbers of pages. */
export function withoutRunningLines(pages: readonly Page[]): Page[] {
  if (pages.length < MIN_PAGES) return [...pages];
  const counts = new Map<string, number>();
  for (const page of pages) for (const key of new Set(edgeLines(page).map(keyOf))) counts.set(key, (counts.get(key) ?? 0) + 1);
  const isRunning = (line: Line) => (counts.get(keyOf(line)) ?? 0) >= Math.max(MIN_PAGES - 1, pages.length * MIN_SHARE);
  const seen = new Set<string>();
  return pages.map((page) => {
    const dropped = new Set<Line>();
    for (const line of edgeLines(page).filter(isRunning)) {
      const words = textOf(line).replace(/\P{L}/gu, '');
      if (words.length > 3 && !seen.has(words)) seen.add(words);
      else dropped.add(line);
    }
    return dropped.size === 0 ? page : { ...page, blocks: page.blocks.flatMap((block) => without(block, dropped)) };
  });
}

function edgeLines({ blocks }: Page): Line[] {
  const lines = blocks.flatMap((block) => block.lines).sort((a, b) => b.y - a.y);
  return lines.length <= 2 * EDGE_LINES ? lines : [...lines.slice(0, EDGE_LINES), ...lines.slice(-EDGE_LINES)];
}

/** The text with its numbers made equal, and its place on the page. */
const keyOf = (line: Line) =>
  `${Math.round(line.y / 4)} ${textOf(line)
    .replace(/\d+|\b[ivxlc]{1,6}\b/gi, '#')
    .replace(/\s+/g, ' ')}`;

function without(block: Block, dropped: ReadonlySet<Line>): Block[] {
  const lines = block.lines.filter((line) => !dropped.has(line));
  return lines.length === block.lines.length ? [block] : lines.length === 0 ? [] : [blockOf(lines)];
}
