/** Turns the paragraphs and tables of a Word document into Markdown blocks in sections. */
import type { Paragraph, Section } from '../../document.ts';
import { createSectionBuilder } from '../../document.ts';
import { type Plain, prose, quote, table } from '../blocks.ts';
import { singleLine } from '../normalise.ts';
import { child, childrenNamed, elementsOf } from './elements.ts';
import { createFlow, joined, noteBlock } from './flow.ts';
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
  const flow = createFlow(sections);
  const labels = new Map<string, string>();
  function labelOf(kind: Note['kind'], id: string): string {
    const key = `${kind} ${id}`;
    const label = labels.get(key) ?? String(labels.size + 1);
    labels.set(key, label);
    return label;
  }
  const runOptions = { target: parts.target, labelOf };
  /** Notes that were written: one may be referred to again and again. */
  const written = new Set<string>();
  const readRuns = createRunReader(runOptions);
  let title: string | null = null;
  let firstHeading: string | null = null;

  function paragraph(element: XmlElement): void {
    const properties = child(element, 'w:pPr');
    const { role, heading, list } = parts.styleOf(properties);
    if (role === 'contents') return;
    const dropCap = child(properties, 'w:framePr')?.attributes['w:dropCap'];
    const content = readRuns(element, { open: dropCap === 'drop' || dropCap === 'margin' });
    const isHeading = role === 'title' || heading !== undefined;
    const isItem = list !== undefined && !isHeading && content.text !== '';
    const marker = isItem ? parts.numbering.next(list) : undefined;
    if (role === 'code' && content.drawings.length === 0) flow.codeLine(verbatimText(element));
    else if (marker !== undefined)
      flow.item({ content, depth: list?.level ?? 0, ...(marker === 'bullet' ? {} : { number: marker.number }) });
    else if (isHeading) addHeading(content, role === 'title', heading ?? 1);
    else if (content.text !== '') {
      const block = prose(content.text, content.links);
      flow.paragraph(role === 'quote' ? quote(block) : block);
    }
    addAnchored(content);
  }

  function addHeading({ text, links }: RunContent, isTitle: boolean, level: number): void {
    if (text === '') return;
    if (isTitle) title ??= singleLine(text);
    else firstHeading ??= singleLine(text);
    flow.heading(level, prose(text, links));
  }

  /** What is anchored in a paragraph: notes, text boxes, charts and diagrams. */
  function addAnchored({ notes, drawings }: RunContent): void {
    for (const note of notes) {
      if (!written.has(note.label)) flow.note(noteOf(note));
      written.add(note.label);
    }
    for (const drawing of drawings) {
      for (const box of textBoxes(drawing)) add(box);
      for (const graphic of parts.graphics(drawing)) flow.paragraph(graphic);
    }
  }

  function noteOf(note: Note): Paragraph {
    const element = parts.note(note);
    const readNote = createRunReader({ ...runOptions, labelOf: () => '' });
    return noteBlock(note.label, joined(element ? allParagraphs(element).map((one) => readNote(one)) : []));
  }

  function addTable(element: XmlElement): void {
    const rows = rowsOf(element);
    // A table of one column arranges the page; it has no columns to name.
    if (rows.every((row) => cellsOf(row).length <= 1)) {
      flow.flush();
      for (const row of rows) for (const cell of cellsOf(row)) elementsOf(cell).forEach(add);
      flow.flush();
      return;
    }
    const contents: RunContent[] = [];
    const readCell = (cell: XmlElement): Plain => {
      if (isContinued(cell)) return '';
      const read = createRunReader(runOptions);
      const own = allParagraphs(cell).map((one) => read(one));
      contents.push(...own);
      return joined(own);
    };
    const cells = rows.map((row) => [
      ...emptyCells(child(row, 'w:trPr', 'w:gridBefore')),
      ...cellsOf(row).flatMap((cell): Plain[] => [readCell(cell), ...emptyCells(child(cell, 'w:tcPr', 'w:gridSpan'), 1)]),
    ]);
    flow.paragraph(table(cells, { header: hasHeader(element, rows) }));
    contents.forEach(addAnchored);
  }

  function add(element: XmlElement): void {
    if (element.name === 'w:p') paragraph(element);
    else if (element.name === 'w:tbl') addTable(element);
    else if (CONTAINERS.has(element.name)) elementsOf(element).forEach(add);
  }

  return {
    add,
    finish() {
      flow.flush();
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
