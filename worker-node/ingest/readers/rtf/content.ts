/** Collects the paragraphs of RTF into sections, lists and tables. */
import { createSectionBuilder, type Section } from '../../document.ts';
import { code, type ListItem, list, prose, table } from '../blocks.ts';
import { createLinkedText, type LinkedText } from '../pdf/linked-text.ts';

export interface ParagraphFormat {
  readonly inTable: boolean;
  /** From 1; null for running text. */
  readonly headingLevel: number | null;
  /** The number or bullet that the program wrote before an item of a list. */
  readonly marker: string | null;
  /** From 0. */
  readonly listDepth: number;
  /** The left margin, which tells the depth of a list where nothing else does. */
  readonly indent: number;
}

interface Style {
  readonly url: string | null;
  readonly isMonospaced: boolean;
}

const BULLET = /^[•·▪◦●○■□–*o-]\t\s*/;
const NUMBER = /^\(?(\d{1,4}|[a-z])[.)]\t\s*/i;
const MAX_CELLS = 1_000;
/** Of lists in one another. */
const MAX_DEPTH = 9;

export function createContent() {
  const sections = createSectionBuilder();
  let items: ListItem[] = [];
  let rows: LinkedText[][] = [];
  let cells: LinkedText[] = [];
  let text = createLinkedText();
  let isCode = true;
  /** The margins of the open list's items, the outer first. */
  let indents: number[] = [];
  let notes: LinkedText[] = [];

  function flushList() {
    if (items.length > 0) sections.paragraph(list(items));
    items = [];
    indents = [];
  }
  function flushTable() {
    if (rows.length > 0) sections.paragraph(table(rows));
    rows = [];
  }
  function flushNotes() {
    const pending = notes;
    notes = [];
    for (const note of pending) sections.paragraph(prose(note.text, note.links));
  }
  function take(): LinkedText {
    const { text: written, links } = text.finish();
    // Half of a pair in UTF-16 is no character.
    const taken = trimmed({ text: written.toWellFormed(), links });
    text = createLinkedText();
    return taken;
  }

  function depthOf(indent: number): number {
    indents = [...indents.filter((outer) => outer < indent).slice(0, MAX_DEPTH - 1), indent];
    return indents.length - 1;
  }

  return {
    append(piece: string, { url, isMonospaced }: Style) {
      if (!isMonospaced && piece.trim() !== '') isCode = false;
      text.append(piece, url);
    },
    note(content: LinkedText) {
      if (content.text !== '') notes.push(content);
    },
    paragraph({ inTable, headingLevel, marker, listDepth, indent }: ParagraphFormat) {
      if (inTable) return text.append('\n');
      const isListing = isCode;
      isCode = true;
      const content = take();
      if (content.text === '') return;
      flushTable();
      const item = itemOf(content, marker);
      if (item && headingLevel === null) items.push({ ...item, depth: listDepth > 0 ? listDepth : depthOf(indent) });
      else {
        flushList();
        const isBlock = isListing && content.text.includes('\n');
        const block = isBlock ? code(content.text) : prose(content.text, content.links);
        if (headingLevel === null) sections.paragraph(block);
        else sections.heading(headingLevel, block);
      }
      if (notes.length > 0) flushList();
      flushNotes();
    },
    cell() {
      const content = take();
      if (cells.length < MAX_CELLS) cells.push(content);
    },
    row() {
      flushList();
      if (cells.some((cell) => cell.text !== '')) rows.push(cells);
      cells = [];
    },
    finish(): Section[] {
      if (cells.length > 0) rows.push(cells);
      flushList();
      flushTable();
      flushNotes();
      return sections.finish();
    },
  };
}

function itemOf(content: LinkedText, marker: string | null): ListItem | null {
  if (marker !== null) {
    const number = /^\s*\(?(\d{1,4})[.)]\s*$/.exec(marker)?.[1];
    return { content, ...(number === undefined ? {} : { number: Number(number) }) };
  }
  const bullet = BULLET.exec(content.text)?.[0];
  if (bullet) return { content: withoutStart(content, bullet.length) };
  const [numbered, number] = NUMBER.exec(content.text) ?? [];
  if (numbered === undefined || number === undefined) return null;
  return { content: withoutStart(content, numbered.length), ...(/\d/.test(number) ? { number: Number(number) } : {}) };
}

function withoutStart({ text, links }: LinkedText, length: number): LinkedText {
  const moved = links.map(({ url, start, end }) => ({ url, start: Math.max(0, start - length), end: end - length }));
  return { text: text.slice(length), links: moved.filter(({ start, end }) => end > start) };
}

function trimmed({ text, links }: LinkedText): LinkedText {
  const end = text.trimEnd().length;
  const cut = links.map((link) => ({ ...link, end: Math.min(link.end, end) })).filter((link) => link.end > link.start);
  const lead = text.length - text.trimStart().length;
  return withoutStart({ text: text.slice(0, end), links: cut }, Math.min(lead, end));
}
