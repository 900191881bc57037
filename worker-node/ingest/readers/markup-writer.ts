/** What the readers of markup write to: headings, paragraphs, and items that make a list while they follow one another. */
import { createSectionBuilder, type Paragraph, type Section } from '../document.ts';
import { code, type ListItem, list, type Plain, prose, table } from './blocks.ts';
import type { PlainText } from './escape.ts';

const MAX_LEVEL = 6;

export interface MarkupWriter {
  /** The text of the first heading; null before it. */
  readonly firstHeading: string | null;
  heading(level: number, content: Plain): void;
  /** Lines are joined, for markup wraps its text. */
  paragraph(content: Plain): void;
  /** Lines that stay lines. */
  verse(content: Plain): void;
  item(item: ListItem): void;
  code(text: string, language?: string): void;
  table(rows: readonly (readonly Plain[])[], header?: boolean): void;
  block(paragraph: Paragraph): void;
  finish(): Section[];
}

const parts = (content: Plain): PlainText => (typeof content === 'string' ? { text: content } : content);

/** A space for a line end, so that links keep their places. */
const joinLines = (content: Plain): PlainText => ({ ...parts(content), text: parts(content).text.replaceAll('\n', ' ') });

export function createMarkupWriter(): MarkupWriter {
  const sections = createSectionBuilder();
  let items: ListItem[] = [];
  let firstHeading: string | null = null;

  function block(paragraph: Paragraph): void {
    if (items.length > 0) sections.paragraph(list(items));
    items = [];
    sections.paragraph(paragraph);
  }
  const paragraphOf = (content: Plain) => prose(parts(content).text, parts(content).links);

  return {
    get firstHeading() {
      return firstHeading;
    },
    heading(level, content) {
      block(prose(''));
      const text = parts(content).text.replace(/\s+/g, ' ').trim();
      firstHeading ??= text === '' ? null : text;
      sections.heading(Math.max(1, Math.min(level, MAX_LEVEL)), paragraphOf(content));
    },
    paragraph: (content) => block(paragraphOf(joinLines(content))),
    verse: (content) => block(paragraphOf(content)),
    item: (item) => void items.push({ ...item, content: joinLines(item.content) }),
    code: (text, language) => block(code(text, language)),
    table: (rows, header = true) => block(table(rows, { header })),
    block,
    finish() {
      block(prose(''));
      return sections.finish();
    },
  };
}
