/** What every reader (HTML, Markdown, text) makes of a document: sections of paragraphs, and what it says of itself. */

/** A link in a paragraph; UTF-16 offsets of its words in that paragraph's text. */
export interface TextLink {
  readonly url: string;
  readonly start: number;
  readonly end: number;
}

/** A list, a table or a code block is one paragraph of several lines. */
export interface Paragraph {
  readonly text: string;
  readonly links: readonly TextLink[];
}

/** What stands under one heading, up to the next. */
export interface Section {
  /** From the outermost heading to this section's own; empty before the first. */
  readonly headingPath: readonly string[];
  readonly heading: Paragraph | null;
  readonly paragraphs: readonly Paragraph[];
}

export interface DocumentMetadata {
  readonly title: string | null;
  readonly description: string | null;
  readonly authors: readonly string[];
  /** ISO 8601: a year, a date, or a moment in UTC. */
  readonly publishedAt: string | null;
  readonly doi: string | null;
  readonly arxivId: string | null;
  readonly canonicalUrl: string | null;
  /** ISO 639-1 (or -2 where it has none). */
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

/** Collects headings and paragraphs in reading order. */
export function createSectionBuilder() {
  const done: Section[] = [];
  let stack: { level: number; text: string }[] = [];
  let heading: Paragraph | null = null;
  let paragraphs: Paragraph[] = [];

  function close() {
    if (heading || paragraphs.length > 0) done.push({ headingPath: stack.map(({ text }) => text), heading, paragraphs });
    heading = null;
    paragraphs = [];
  }

  return {
    /** `level` 1 to 6. */
    heading(level: number, found: Paragraph) {
      if (found.text === '') return;
      close();
      stack = [...stack.filter((outer) => outer.level < level), { level, text: found.text.replace(/\s+/g, ' ').slice(0, 300) }];
      heading = found;
    },
    paragraph(found: Paragraph) {
      if (found.text !== '') paragraphs.push(found);
    },
    finish(): Section[] {
      close();
      return done;
    },
  };
}

/** A section's place in the composed text; its heading, where it has one, lies before `start`. */
export interface SectionRange {
  readonly headingPath: readonly string[];
  readonly start: number;
  readonly end: number;
}

export interface ComposedText {
  readonly text: string;
  readonly sections: readonly SectionRange[];
  /** In the order of the text. */
  readonly links: readonly TextLink[];
}

const PARAGRAPH_SEPARATOR = '\n\n';

/**
 * One text out of sections, paragraphs parted by an empty line. Headings stand in it as lines of their own, outside the
 * ranges of their sections: their words reach a chunk by its heading path. A heading with nothing under it, not even a
 * smaller heading, is its section's own text, lest it be lost.
 */
export function composeText(sections: readonly Section[]): ComposedText {
  const parts: string[] = [];
  const placed: SectionRange[] = [];
  const links: TextLink[] = [];
  let length = 0;

  function add({ text, links: found }: Paragraph): number {
    if (length > 0) {
      parts.push(PARAGRAPH_SEPARATOR);
      length += PARAGRAPH_SEPARATOR.length;
    }
    const start = length;
    parts.push(text);
    length += text.length;
    for (const link of found) links.push({ ...link, start: start + link.start, end: start + link.end });
    return start;
  }

  for (const [index, { headingPath, heading, paragraphs }] of sections.entries()) {
    const headingStart = heading ? add(heading) : length;
    if (paragraphs.length === 0) {
      const nextPath = sections[index + 1]?.headingPath ?? [];
      const opensNext = nextPath.length > headingPath.length && headingPath.every((part, i) => nextPath[i] === part);
      if (!opensNext) placed.push({ headingPath: headingPath.slice(0, -1), start: headingStart, end: length });
      continue;
    }
    let start: number | undefined;
    for (const paragraph of paragraphs) {
      const at = add(paragraph);
      start ??= at;
    }
    placed.push({ headingPath, start: start ?? length, end: length });
  }
  return { text: parts.join(''), sections: placed, links };
}
