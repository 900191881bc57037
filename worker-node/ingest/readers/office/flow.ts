/** Collects what office documents write as single paragraphs into blocks: items into a list, lines into code. */
import type { Paragraph, TextLink } from '../../document.ts';
import { code, type ListItem, list, prose } from '../blocks.ts';

/** What blocks are written to: the builder of sections, or one that adds pages. */
export interface BlockOutput {
  heading(level: number, content: Paragraph): void;
  paragraph(content: Paragraph): void;
}

export interface LinkedText {
  readonly text: string;
  readonly links: readonly TextLink[];
}

export interface Flow extends BlockOutput {
  item(item: ListItem): void;
  codeLine(line: string): void;
  /** Added after the block that is open. */
  note(note: Paragraph): void;
  /** Ends a list or a code block. */
  flush(): void;
}

export function createFlow(output: BlockOutput): Flow {
  let items: ListItem[] = [];
  let lines: string[] = [];
  let notes: Paragraph[] = [];

  function flush(): void {
    if (items.length > 0) output.paragraph(list(items));
    if (lines.length > 0) output.paragraph(code(lines.join('\n')));
    for (const note of notes) output.paragraph(note);
    [items, lines, notes] = [[], [], []];
  }

  return {
    item(item) {
      if (lines.length > 0) flush();
      items.push(item);
    },
    codeLine(line) {
      if (items.length > 0) flush();
      lines.push(line);
    },
    heading(level, content) {
      flush();
      output.heading(level, content);
    },
    paragraph(content) {
      flush();
      output.paragraph(content);
    },
    note(note) {
      notes.push(note);
    },
    flush,
  };
}

export const noteReference = (label: string) => `[^${label}]`;

/** A footnote as in GitHub Flavored Markdown. */
export function noteBlock(label: string, { text, links }: LinkedText): Paragraph {
  const content = prose(text, links);
  if (content.text === '') return content;
  const mark = `${noteReference(label)}: `;
  const moved = content.links.map((link) => ({ ...link, start: link.start + mark.length, end: link.end + mark.length }));
  return { ...content, text: `${mark}${content.text}`, links: moved };
}

/** Texts on lines of their own, with their links. */
export function joined(contents: readonly LinkedText[]): LinkedText {
  let text = '';
  const links: TextLink[] = [];
  for (const content of contents) {
    if (content.text === '') continue;
    if (text !== '') text += '\n';
    const moved = text.length;
    for (const link of content.links) links.push({ ...link, start: moved + link.start, end: moved + link.end });
    text += content.text;
  }
  return { text, links };
}
