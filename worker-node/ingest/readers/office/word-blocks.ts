/** Turns the paragraphs and tables of a Word document into Markdown blocks in sections. */
import type { Paragraph, Section } from '../../document.ts';
import { createSectionBuilder } from '../../document.ts';
import { code, type ListItem, list, type Plain, prose, quote, table } from '../blocks.ts';
import { singleLine } from '../normalise.ts';
import { child, childrenNamed, elementsOf } from './elements.ts';
import type { Numbering } from './word-numbering.ts';
import type { StyleOf } from './word-styles.ts';
import { createRunReader, type Note, type RunContent, textBoxes, verbatimText } from './word-text.ts';
import type { XmlElement } from './xml.ts';

export interface WordParts {
  readonly styleOf: StyleOf;
  readonly numbering: Numbering;
  /** The blocks of the charts and diagrams in a drawing. */
  readonly graphics: (drawing: XmlElement) => readonly Paragraph[];
  readonly target: (relationshipId: string | undefined) => string | undefined;
  readonly note: (note: Note) => XmlElement | undefined;
}

export interface WordBlocks {
  /** Adds a paragraph, a table or what contains them. */
  add(block: XmlElement): void;
  finish(): { readonly sections: Section[]; readonly title: string | null; readonly firstHeading: string | null };
}

/** Elements around blocks. */
const CONTAINERS = new Set(['w:sdt', 'w:sdtContent', 'w:customXml', 'w:ins', 'w:moveTo', 'w:txbxContent', 'w:smartTag']);

export function createWordBlocks(parts: WordParts): WordBlocks {
  const sections = createSectionBuilder();
  let labels = 0;
  const nextLabel = () => String(++labels);
  const readRuns = createRunReader({ target: parts.target, nextLabel });
  let items: ListItem[] = [];
  let lines: string[] = [];
  let notes: Note[] = [];
  let title: string | null = null;
  let firstHeading: string | null = null;

  function flush(): void {
    if (items.length > 0) sections.paragraph(list(items));
    if (lines.length > 0) sections.paragraph(code(lines.join('\n')));
    items = [];
    lines = [];
    const referred = notes;
    notes = [];
    for (const note of referred) sections.paragraph(noteBlock(note));
  }

  function noteBlock(note: Note): Paragraph {
    const element = parts.note(note);
    const readNote = createRunReader({ target: parts.target, nextLabel: () => '' });
    const { text, links } = joined(element ? allParagraphs(element).map((one) => readNote(one)) : []);
    const content = prose(text, links);
    if (content.text === '') return content;
    const mark = `[^${note.label}]: `;
    const moved = content.links.map((link) => ({ ...link, start: link.start + mark.length, end: link.end + mark.length }));
    return { ...content, text: `${mark}${content.text}`, links: moved };
  }

  function paragraph(element: XmlElement): void {
    const properties = child(element, 'w:pPr');
    const { role, heading, list: level } = parts.styleOf(properties);
    if (role === 'contents') return;
    const dropCap = child(properties, 'w:framePr')?.attributes['w:dropCap'];
    const content = readRuns(element, { open: dropCap === 'drop' || dropCap === 'margin' });
    if (role === 'code' && content.drawings.length === 0) {
      if (items.length > 0) flush();
      lines.push(verbatimText(element));
      notes.push(...content.notes);
      return;
    }
    const isHeading = role === 'title' || heading !== undefined;
    const marker = level && !isHeading && content.text !== '' ? parts.numbering.next(level) : undefined;
    if (marker !== undefined) {
      if (lines.length > 0) flush();
      const number = marker === 'bullet' ? {} : marker;
      items.push({ content, depth: level?.level ?? 0, ...number });
      notes.push(...content.notes);
      if (content.drawings.length > 0) drawings(content);
      return;
    }
    if (content.text !== '') {
      flush();
      block(content, role, isHeading ? (heading ?? 1) : undefined);
    }
    notes.push(...content.notes);
    if (notes.length > 0 || content.drawings.length > 0) drawings(content);
  }

  function block({ text, links }: RunContent, role: string, heading: number | undefined): void {
    const content = prose(text, links);
    if (heading === undefined) {
      sections.paragraph(role === 'quote' ? quote(content) : content);
      return;
    }
    if (role === 'title') title ??= singleLine(text);
    else firstHeading ??= singleLine(text);
    sections.heading(heading, content);
  }

  function drawings({ drawings: anchored }: RunContent): void {
    flush();
    for (const drawing of anchored) {
      for (const box of textBoxes(drawing)) add(box);
      for (const graphic of parts.graphics(drawing)) sections.paragraph(graphic);
    }
    flush();
  }

  function addTable(element: XmlElement): void {
    const rows = rowsOf(element);
    flush();
    // A table of one column arranges the page; it has no columns to name.
    if (rows.every((row) => cellsOf(row).length <= 1)) {
      for (const row of rows) for (const cell of cellsOf(row)) elementsOf(cell).forEach(add);
      flush();
      return;
    }
    const boxes: RunContent[] = [];
    const readCell = (cell: XmlElement): Plain => {
      if (isContinued(cell)) return '';
      const read = createRunReader({ target: parts.target, nextLabel });
      const contents = allParagraphs(cell).map((one) => read(one));
      boxes.push(...contents.filter((content) => content.drawings.length + content.notes.length > 0));
      return joined(contents);
    };
    const cells = rows.map((row) => [
      ...emptyCells(child(row, 'w:trPr', 'w:gridBefore')),
      ...cellsOf(row).flatMap((cell): Plain[] => [readCell(cell), ...emptyCells(child(cell, 'w:tcPr', 'w:gridSpan'), 1)]),
    ]);
    sections.paragraph(table(cells, { header: hasHeader(element, rows) }));
    for (const content of boxes) {
      notes.push(...content.notes);
      drawings(content);
    }
  }

  function add(element: XmlElement): void {
    if (element.name === 'w:p') paragraph(element);
    else if (element.name === 'w:tbl') addTable(element);
    else if (CONTAINERS.has(element.name)) elementsOf(element).forEach(add);
  }

  return {
    add,
    finish() {
      flush();
      return { sections: sections.finish(), title, firstHeading };
    },
  };
}

/** The paragraphs in a cell or note, those of tables in it too. */
function allParagraphs(element: XmlElement): XmlElement[] {
  return elementsOf(element).flatMap((inner) => {
    if (inner.name === 'w:p') return [inner];
    if (CONTAINERS.has(inner.name)) return allParagraphs(inner);
    return inner.name === 'w:tbl' ? rowsOf(inner).flatMap((row) => cellsOf(row).flatMap(allParagraphs)) : [];
  });
}

/** Texts on lines of their own, with their links. */
function joined(contents: readonly RunContent[]): { text: string; links: RunContent['links'] } {
  let text = '';
  const links: RunContent['links'][number][] = [];
  for (const content of contents) {
    if (content.text === '') continue;
    if (text !== '') text += '\n';
    const moved = text.length;
    links.push(...content.links.map((link) => ({ ...link, start: moved + link.start, end: moved + link.end })));
    text += content.text;
  }
  return { text, links };
}

const rowsOf = (element: XmlElement): XmlElement[] =>
  inContainers(element, 'w:tr').filter((row) => child(row, 'w:trPr', 'w:del') === undefined);
const cellsOf = (row: XmlElement): XmlElement[] => inContainers(row, 'w:tc');

const inContainers = (element: XmlElement, wanted: string): XmlElement[] =>
  elementsOf(element).flatMap((inner) =>
    inner.name === wanted ? [inner] : CONTAINERS.has(inner.name) ? inContainers(inner, wanted) : [],
  );

/** A cell that the one above it is merged with. */
function isContinued(cell: XmlElement): boolean {
  const merge = child(cell, 'w:tcPr', 'w:vMerge');
  return merge !== undefined && merge.attributes['w:val'] !== 'restart';
}

const MAX_SPAN = 63;

/** Empty cells for a span of columns, less those that are `there`. */
function emptyCells(span: XmlElement | undefined, there = 0): string[] {
  const columns = Math.min(Number(span?.attributes['w:val'] ?? there) || there, MAX_SPAN);
  return Array.from({ length: Math.max(0, columns - there) }, () => '');
}

/** Whether the first row names the columns: tables do that unless they say otherwise. */
function hasHeader(element: XmlElement, rows: readonly XmlElement[]): boolean {
  const [first] = rows;
  if (rows.length < 2 || !first) return false;
  if (childrenNamed(child(first, 'w:trPr'), 'w:tblHeader').length > 0) return true;
  const look = child(element, 'w:tblPr', 'w:tblLook')?.attributes;
  if (look?.['w:firstRow'] !== undefined) return look['w:firstRow'] === '1' || look['w:firstRow'] === 'true';
  return look?.['w:val'] === undefined || (Number.parseInt(look['w:val'], 16) & 0x20) !== 0;
}
