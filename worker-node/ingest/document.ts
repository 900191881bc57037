/** The model of a parsed document that all readers produce: sections of paragraphs, and the metadata it declares. */
import { trimEndOf } from '../../src/kernel/core/trim.ts';
import { unescapeMarkdown } from '../analysis/text/markdown.ts';

/** A link in a text; `start` and `end` are UTF-16 offsets of its words. */
export interface TextLink {
  readonly url: string;
  readonly start: number;
  readonly end: number;
}

/** A longer URL is no link: browsers and servers do not follow it, and each link to it would cost its length anew. */
export const MAX_URL_CHARACTERS = 8_192;

/** What a block is: only prose, lists and quotes are read as language. */
export type BlockKind = 'prose' | 'list' | 'table' | 'code' | 'quote';

/** A block of Markdown; `readers/blocks.ts` makes it from plain text. A list, a table or a code block is one paragraph. */
export interface Paragraph {
  readonly text: string;
  /** Offsets in `text`. */
  readonly links: readonly TextLink[];
  /** Prose where absent. */
  readonly kind?: BlockKind;
  /** From 1, where the format has pages. */
  readonly page?: number;
}

/** The content under one heading, up to the next heading of any level. */
export interface Section {
  /** Headings from the outermost to this section's own, as plain text; empty before the first heading. */
  readonly headingPath: readonly string[];
  readonly heading: Paragraph | null;
  /** Of its heading, 1 to 6; absent without one. */
  readonly level?: number;
  readonly paragraphs: readonly Paragraph[];
}

export interface DocumentMetadata {
  readonly title: string | null;
  readonly description: string | null;
  readonly authors: readonly string[];
  /** ISO 8601: a year, month, date, or time in UTC. */
  readonly publishedAt: string | null;
  readonly doi: string | null;
  readonly arxivId: string | null;
  readonly canonicalUrl: string | null;
  /** ISO 639-1, or ISO 639-2 for a language without a two-letter code. */
  readonly language: string | null;
}

export const EMPTY_METADATA: DocumentMetadata = {
  title: null,
  description: null,
  authors: [],
  publishedAt: null,
  doi: null,
  arxivId: null,
  canonicalUrl: null,
  language: null,
};

export interface ParsedDocument {
  readonly sections: readonly Section[];
  readonly metadata: DocumentMetadata;
}

/** Longer headings are cut in paths. */
const MAX_PATH_HEADING = 300;

const titleLine = ({ text }: Paragraph) => unescapeMarkdown(text).replace(/\s+/g, ' ');

/** Collects headings and paragraphs in reading order into sections. */
export function createSectionBuilder() {
  const sections: Section[] = [];
  let path: { level: number; text: string }[] = [];
  let heading: Paragraph | null = null;
  let paragraphs: Paragraph[] = [];

  function closeSection() {
    const headingPath = path.map(({ text }) => text);
    if (heading) sections.push({ headingPath, heading, level: path.at(-1)?.level ?? 1, paragraphs });
    else if (paragraphs.length > 0) sections.push({ headingPath, heading, paragraphs });
    heading = null;
    paragraphs = [];
  }

  return {
    /** Opens a section; `level` is 1 to 6. An empty heading is ignored. */
    heading(level: number, content: Paragraph) {
      if (content.text === '') return;
      closeSection();
      const text = titleLine(content).slice(0, MAX_PATH_HEADING);
      path = [...path.filter((outer) => outer.level < level), { level, text }];
      heading = content;
    },
    /** An empty paragraph is ignored. */
    paragraph(content: Paragraph) {
      if (content.text !== '') paragraphs.push(content);
    },
    finish(): Section[] {
      closeSection();
      return sections;
    },
  };
}

/** The section with the links that `keep` accepts. */
export function filterLinks(section: Section, keep: (link: TextLink) => boolean): Section {
  const filtered = (paragraph: Paragraph): Paragraph => ({ ...paragraph, links: paragraph.links.filter(keep) });
  return { ...section, heading: section.heading && filtered(section.heading), paragraphs: section.paragraphs.map(filtered) };
}

/** A section's range in the composed text. Its heading, if it has one, is before `start`. */
export interface SectionRange {
  readonly headingPath: readonly string[];
  /** How many headings of the path stand before `headingStart`; the others are the lines from there to `start`. */
  readonly inherited: number;
  /** Where the headings begin that follow the section before; `start` without any. */
  readonly headingStart: number;
  readonly start: number;
  readonly end: number;
}

/** The range of a paragraph that is on a page. */
export interface PageRange {
  readonly page: number;
  readonly start: number;
  readonly end: number;
}

export interface ComposedText {
  readonly text: string;
  readonly sections: readonly SectionRange[];
  /** In the order of the text. */
  readonly links: readonly TextLink[];
  /** In the order of the text; empty for a format without pages. */
  readonly pages: readonly PageRange[];
}

const PARAGRAPH_SEPARATOR = '\n\n';

/**
 * Joins sections into one text in Markdown, with an empty line between paragraphs. Headings are lines of their own, outside the
 * ranges of their sections: chunks carry them as their heading path. A heading with no content and no subheading becomes
 * the content of its section, and one too long for a path is part of the content, so that its words are not lost.
 */
export function composeText(sections: readonly Section[]): ComposedText {
  const parts: string[] = [];
  const ranges: SectionRange[] = [];
  const links: TextLink[] = [];
  const pages: PageRange[] = [];
  let length = 0;
  /** The headings since the last range, and where they begin. */
  let headings = { count: 0, start: 0 };

  function push(piece: string): void {
    parts.push(piece);
    length += piece.length;
  }

  /** Appends a paragraph behind `mark` and returns its offset. */
  function append({ text, links: own, page }: Paragraph, mark = ''): number {
    if (length > 0) push(PARAGRAPH_SEPARATOR);
    push(mark);
    const start = length;
    push(text);
    for (const link of own) links.push({ ...link, start: start + link.start, end: start + link.end });
    if (page !== undefined) pages.push({ page, start, end: length });
    return start;
  }

  function pushRange(headingPath: readonly string[], start: number, lines = headings.count): void {
    const headingStart = headings.count > 0 ? headings.start : start;
    ranges.push({ headingPath, inherited: headingPath.length - lines, headingStart, start, end: length });
    headings = { count: 0, start: 0 };
  }

  for (const [index, { headingPath, heading, level = 1, paragraphs }] of sections.entries()) {
    const mark = `${'#'.repeat(level)} `;
    const headingStart = heading ? append(headingLine(heading), mark) : length;
    if (heading)
      headings =
        headings.count > 0 ? { ...headings, count: headings.count + 1 } : { count: 1, start: headingStart - mark.length };
    if (paragraphs.length === 0) {
      const nextPath = sections[index + 1]?.headingPath ?? [];
      const hasSubheading = nextPath.length > headingPath.length && headingPath.every((part, i) => nextPath[i] === part);
      if (!hasSubheading) pushRange(headingPath.slice(0, -1), headingStart, headings.count - 1);
      continue;
    }
    let start = heading && titleLine(heading).length > MAX_PATH_HEADING ? headingStart : undefined;
    for (const paragraph of paragraphs) {
      const offset = append(paragraph);
      start ??= offset;
    }
    pushRange(headingPath, start ?? length);
  }
  return { text: parts.join(''), sections: ranges, links, pages };
}

/** On one line. A number sign at its end would be a mark of the heading. */
function headingLine(heading: Paragraph): Paragraph {
  const text = heading.text.replaceAll('\n', ' ');
  const end = trimEndOf(text, '#').length;
  const isMark = end < text.length && (end === 0 || text[end - 1] === ' ');
  return { ...heading, text: isMark ? `${text.slice(0, end)}\\${text.slice(end)}` : text };
}
