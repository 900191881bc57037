/** Marks the lines that are headings: by the document's outline, else by the size of their font. */
import { type Block, type Line, modeOf, type Page, textOf } from './geometry.ts';

export interface OutlineEntry {
  readonly title: string;
  /** From 1. */
  readonly level: number;
  /** From 1; null where the entry names none that exists. */
  readonly page: number | null;
}

const MAX_LEVEL = 6;
/** The outline is followed where it finds as many headings. */
const MIN_FOUND = 2;
const MAX_HEADING_LINES = 4;
const MAX_HEADING_CHARACTERS = 250;

export function withHeadings(pages: readonly Page[], outline: readonly OutlineEntry[]): Page[] {
  const found = byOutline(pages, outline);
  return markLines(pages, found.size >= MIN_FOUND ? found : new Map([...bySize(pages), ...found]));
}

const markLines = (pages: readonly Page[], levels: ReadonlyMap<Line, number>): Page[] =>
  pages.map((page) => ({ ...page, blocks: page.blocks.map((block) => markBlock(block, levels)) }));

const markBlock = (block: Block, levels: ReadonlyMap<Line, number>): Block => ({
  ...block,
  lines: block.lines.map((line) => {
    const heading = levels.get(line);
    return heading === undefined ? line : { ...line, heading };
  }),
});

const comparable = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

function byOutline(pages: readonly Page[], outline: readonly OutlineEntry[]): Map<Line, number> {
  const levels = new Map<Line, number>();
  const byPage = Map.groupBy(outline, ({ page }) => page);
  for (const page of pages) {
    const wanted = new Map((byPage.get(page.number) ?? []).map(({ title, level }) => [comparable(title), level]));
    wanted.delete('');
    if (wanted.size === 0) continue;
    for (const { lines } of page.blocks) {
      for (let index = 0; index < lines.length; index++) {
        const match = matchAt(lines, index, wanted);
        if (!match) continue;
        for (const line of match.lines) levels.set(line, Math.min(match.level, MAX_LEVEL));
        index += match.lines.length - 1;
      }
    }
  }
  return levels;
}

/** The lines from `index` on whose text an entry has. Their numbers may be missing in the outline. */
function matchAt(lines: readonly Line[], index: number, wanted: ReadonlyMap<string, number>) {
  let text = '';
  for (let count = 1; count <= MAX_HEADING_LINES && index + count <= lines.length; count++) {
    text += ` ${textOf(lines[index + count - 1] as Line)}`;
    const level =
      wanted.get(comparable(text)) ??
      wanted.get(comparable(text.replace(/^\s*(?:(?:chapter|section|appendix)\s+)?(?:[\dA-Z]+[.:])*[\dA-Z]*[.:]?\s+/i, '')));
    if (level !== undefined) return { level, lines: lines.slice(index, index + count) };
  }
  return undefined;
}

/** The size in which most of the document is. */
export function bodySizeOf(pages: readonly Page[]): number | undefined {
  const lines = pages.flatMap(({ blocks }) => blocks.flatMap((block) => block.lines));
  return modeOf(
    lines.map((line) => [line.size, textOf(line).length]),
    0.5,
  );
}

/** Blocks that are larger than the running text. */
function bySize(pages: readonly Page[]): Map<Line, number> {
  const body = bodySizeOf(pages);
  const blocks = pages.flatMap((page) => page.blocks).filter((block) => body !== undefined && isLarge(block, body));
  const sizes = [...new Set(blocks.map(sizeOf))].sort((a, b) => b - a);
  const levels = new Map<Line, number>();
  for (const block of blocks)
    for (const line of block.lines) levels.set(line, Math.min(sizes.indexOf(sizeOf(block)) + 1, MAX_LEVEL));
  return levels;
}

const sizeOf = ({ lines }: Block) => Math.round(Math.max(...lines.slice(0, MAX_HEADING_LINES).map(({ size }) => size)));

function isLarge({ lines }: Block, body: number): boolean {
  if (lines.length > MAX_HEADING_LINES || lines.some(({ size, cells }) => size < body * 1.15 || cells.length > 1)) return false;
  const text = lines.map(textOf).join(' ');
  return text.length <= MAX_HEADING_CHARACTERS && /\p{L}\P{L}*\p{L}/u.test(text);
}
