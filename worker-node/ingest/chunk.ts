/**
 * Splits a text for search into chunks of whole sentences, at most 240 tokens each with their context, that overlap by one
 * sentence. Time is linear in the text: a word is measured once, and sums are kept.
 */
import { StageError } from '../../src/kernel/core/errors.ts';
import { codePointBoundary } from '../../src/kernel/core/text.ts';
import { isSpace, sentenceRanges, type TextRange, trimRange } from '../analysis/text/sentences.ts';
import { countWords } from '../analysis/text/words.ts';
import { contextOf, embeddedContext } from './chunk-context.ts';
import { MAX_CHUNK_TOKENS, measure, measureWords, UNITS_PER_UNKNOWN_TOKEN } from './chunk-tokens.ts';
import type { PageRange, SectionRange } from './document.ts';
import { hasTinySections, joinTinySections } from './tiny-sections.ts';

/** White space and invisible characters have no tokens, so that tokens alone would not bound a chunk. UTF-16 units. */
export const MAX_CHUNK_LENGTH = 3_000;

/** Of a document: several times those of 50 MB of text. Each is stored, embedded and searched. */
export const MAX_CHUNKS = 250_000;
const TOO_MANY = `The document is too long: its text makes more than ${MAX_CHUNKS.toLocaleString('en-US')} passages to search. Split it into smaller files`;

export interface TextChunk extends TextRange {
  readonly headingPath: readonly string[];
  readonly wordCount: number;
  /** The first and the last page that it is on; null for a format without pages. */
  readonly pageStart: number | null;
  readonly pageEnd: number | null;
}

/** A sentence, or a piece of a long one. */
interface Unit extends TextRange {
  readonly tokens: number;
}

export interface ChunkOptions {
  /** The document's, which is part of each chunk's context. */
  readonly title: string | null;
  /** ISO 639-1; decides where sentences end. */
  readonly language: string | null;
  /** In the order of the text. */
  readonly pages?: readonly PageRange[];
}

/**
 * Chunks in the order of `text`. No chunk spans two sections, unless they are very many and tiny. `text.slice(start, end)` is the
 * text of a chunk. Throws a permanent StageError for more than 250,000 chunks.
 */
export function chunkText(
  text: string,
  sections: readonly SectionRange[],
  { title, language, pages = [] }: ChunkOptions,
): TextChunk[] {
  const pagesOf = pageFinder(pages);
  const parts = hasTinySections(text, sections)
    ? joinTinySections(text, sections, { title, maxLength: MAX_CHUNK_LENGTH })
    : sections;
  let count = 0;
  return parts.flatMap(({ headingPath, start, end }) => {
    const room = MAX_CHUNK_TOKENS - measure(embeddedContext(contextOf(title, headingPath)));
    const units = sentenceRanges(text.slice(start, end), language).flatMap((sentence) =>
      splitSentence(text, { start: sentence.start + start, end: sentence.end + start }, room),
    );
    const ranges = packUnits(units, room);
    count += ranges.length;
    if (count > MAX_CHUNKS) throw new StageError('permanent', TOO_MANY);
    return ranges.map((range) => ({
      ...range,
      headingPath,
      wordCount: countWords(text.slice(range.start, range.end)),
      ...pagesOf(range),
    }));
  });
}

/** Finds the pages of ranges that are asked for in the order of the text. */
function pageFinder(pages: readonly PageRange[]) {
  let first = 0;
  return ({ start, end }: TextRange): { pageStart: number | null; pageEnd: number | null } => {
    while (first < pages.length && (pages[first]?.end ?? 0) <= start) first++;
    let pageStart: number | null = null;
    let pageEnd: number | null = null;
    for (let i = first; i < pages.length; i++) {
      const range = pages[i];
      if (!range || range.start >= end) break;
      pageStart = Math.min(pageStart ?? range.page, range.page);
      pageEnd = Math.max(pageEnd ?? range.page, range.page);
    }
    return { pageStart, pageEnd };
  };
}

/** The sentence, or pieces of it that have `room` tokens and 3,000 characters at most, cut where a word ends. */
function splitSentence(text: string, sentence: TextRange, room: number): Unit[] {
  const units: Unit[] = [];
  let start = sentence.start;
  let tokens = 0;
  /** The ends of the last word and of the last one before a space, with the tokens of the piece up to there. */
  let last = { end: start, tokens: 0 };
  let spaced = last;

  function close(end: number, used: number): void {
    const piece = trimRange(text, start, end);
    if (piece.end > piece.start) units.push({ ...piece, tokens: used });
    start = end;
    tokens -= used;
    last = { end: last.end, tokens: last.tokens - used };
    spaced = { end: start, tokens: 0 };
  }
  /** Closes pieces within a run of characters without tokens, until what follows up to `to` is short enough. */
  function skip(end: number, to: number): void {
    while (start < end && to - start > MAX_CHUNK_LENGTH)
      close(Math.min(end, codePointBoundary(text, start + MAX_CHUNK_LENGTH)), 0);
  }

  measureWords(text, sentence.start, sentence.end, (from, to, measured) => {
    let added = measured;
    while (last.end > start && (tokens + added > room || to - start > MAX_CHUNK_LENGTH)) {
      // Better before a space than before a comma, unless the piece becomes much shorter.
      const cut = spaced.tokens > room / 2 ? spaced : last;
      close(cut.end, cut.tokens);
    }
    skip(from, to);
    if (added > room || to - from > MAX_CHUNK_LENGTH) {
      const longest = Math.min(MAX_CHUNK_LENGTH, room * UNITS_PER_UNKNOWN_TOKEN);
      while (to - start > longest) {
        const at = codePointBoundary(text, start + longest);
        tokens = measure(text, start, at);
        close(at, tokens);
      }
      // The rest can be short enough to be known to the tokeniser.
      added = measure(text, start, to);
    }
    tokens += added;
    last = { end: to, tokens };
    if (isSpace(text.charCodeAt(to))) spaced = last;
  });
  if (last.end > start && sentence.end - start > MAX_CHUNK_LENGTH) close(last.end, last.tokens);
  skip(sentence.end, sentence.end);
  close(sentence.end, tokens);
  return units;
}

/**
 * Groups units into chunks. A chunk begins with the last unit of the one before, unless the next unit would not fit beside
 * it; so a chunk of one unit is never repeated.
 */
function packUnits(units: readonly Unit[], room: number): TextRange[] {
  const chunks: TextRange[] = [];
  let open: Unit | undefined;
  let previous: Unit | undefined;
  for (const unit of units) {
    const fits = (before: Unit) => before.tokens + unit.tokens <= room && unit.end - before.start <= MAX_CHUNK_LENGTH;
    const begin = open && fits(open) ? open : undefined;
    if (open && !begin) chunks.push(open);
    const overlap = !begin && previous && fits(previous) ? previous : undefined;
    const joined = begin ?? overlap;
    open = joined ? { start: joined.start, end: unit.end, tokens: joined.tokens + unit.tokens } : unit;
    previous = unit;
  }
  if (open) chunks.push(open);
  return chunks.map(({ start, end }) => ({ start, end }));
}
