/**
 * Writes a tree of data as an outline. What is small is a list of `name: value` with the whole path of the name; what is large
 * has its name as heading; uniform objects are rows of a table.
 */
import { list, prose } from './blocks.ts';
import { type DataList, type DataMap, type DataMember, type DataNode, labelOf } from './data-tree.ts';
import { type RowOutput, writeRows } from './rows.ts';

/** A value of more lines than this is written below a heading. */
const MAX_INLINE_LINES = 16;
/** A longer text, or one of several lines, is prose. */
const MAX_INLINE_TEXT = 400;
/** Scalars of a list that are joined on one line, as characters. */
const MAX_JOINED = 400;
const MAX_LEVEL = 6;
const MAX_COLUMNS = 20;
/** The share of cells of a table that must be filled. */
const MIN_FILLED = 0.5;

const isEmpty = (node: DataNode) =>
  node.kind === 'map' ? node.members.length === 0 : node.kind === 'list' ? node.items.length === 0 : node.text.trim() === '';

/** Writes `node`, which has the heading of `level - 1` or none. */
export function writeData(output: RowOutput, node: DataNode, level = 1): void {
  if (node.kind === 'map') writeMap(output, node, level);
  else if (node.kind === 'list') writeList(output, node, level, null);
  else writeText(output, node.text);
}

/** Paragraphs, which empty lines separate. */
export function writeText(output: RowOutput, text: string): void {
  for (const block of text.split(/\n[ \t\r]*\n/)) output.paragraph(prose(block));
}

/** Lines first, so that none of them falls under the heading of a large member. */
function writeMap(output: RowOutput, node: DataMap, level: number): void {
  const large: DataMember[] = [];
  let lines: string[] = [];
  const flush = () => {
    output.paragraph(list(lines));
    lines = [];
  };
  for (const member of node.members) {
    if (isEmpty(member.value)) {
      if (member.comment !== undefined) {
        flush();
        output.paragraph(prose(member.comment));
      }
      continue;
    }
    const own = level > MAX_LEVEL ? flatten(member.value, member.name) : inline(member.value, member.name);
    if (own === null) {
      large.push(member);
      continue;
    }
    if (member.comment !== undefined) {
      flush();
      output.paragraph(prose(member.comment));
    }
    lines.push(...own);
  }
  flush();
  for (const { name, value, comment } of large) {
    output.heading(level, prose(name));
    if (comment !== undefined) output.paragraph(prose(comment));
    if (value.kind === 'list') writeList(output, value, level + 1, name);
    else writeData(output, value, level + 1);
  }
}

function writeList(output: RowOutput, node: DataList, level: number, name: string | null): void {
  const rows = tableOf(node);
  if (rows) {
    writeRows(output, { ...rows, level: Math.min(level, MAX_LEVEL) });
    return;
  }
  if (node.items.every(({ kind }) => kind === 'scalar')) {
    const texts = node.items.flatMap((item) => (item.kind === 'scalar' ? [item.text] : []));
    if (texts.every((text) => isShort(text))) output.paragraph(list(texts));
    else for (const text of texts) writeText(output, text);
    return;
  }
  for (const [index, item] of node.items.entries()) {
    if (isEmpty(item)) continue;
    const label = labelOf(item) ?? `${name ?? 'Item'} ${index + 1}`;
    if (level > MAX_LEVEL) output.paragraph(list(flatten(item, label)));
    else {
      output.heading(level, prose(label));
      writeData(output, item, level + 1);
    }
  }
}

const isShort = (text: string) => text.length <= MAX_INLINE_TEXT && !/[\n\r]/.test(text.trim());

/** The lines of a small value; null for one that needs a heading. */
function inline(node: DataNode, path: string): string[] | null {
  if (node.kind === 'scalar') return isShort(node.text) ? [`${path}: ${node.text.trim()}`] : null;
  const lines: string[] = [];
  return collect(node, path, lines, MAX_INLINE_LINES) ? lines : null;
}

/** All lines of a value, however many. */
function flatten(node: DataNode, path: string): string[] {
  const lines: string[] = [];
  collect(node, path, lines, Number.POSITIVE_INFINITY);
  return lines;
}

/** False where `node` has more lines than `most`, or a long text while they are bounded. */
function collect(node: DataNode, path: string, lines: string[], most: number): boolean {
  const bounded = most !== Number.POSITIVE_INFINITY;
  if (node.kind === 'scalar') {
    if (bounded && !isShort(node.text)) return false;
    lines.push(`${path}: ${node.text.replace(/\s+/g, ' ').trim()}`);
  } else if (node.kind === 'list') {
    const joined = joinScalars(node);
    if (joined !== null) lines.push(`${path}: ${joined}`);
    else for (const [index, item] of node.items.entries()) if (!collect(item, `${path}.${index + 1}`, lines, most)) return false;
  } else {
    for (const { name, value, comment } of node.members) {
      if (comment !== undefined && bounded) return false;
      if (!collect(value, `${path}.${name}`, lines, most)) return false;
    }
  }
  return lines.length <= most;
}

/** The scalars of a list on one line; null for a list of others, or a long one. */
function joinScalars(node: DataList): string | null {
  const texts: string[] = [];
  let length = 0;
  for (const item of node.items) {
    if (item.kind !== 'scalar' || !isShort(item.text)) return null;
    texts.push(item.text.trim());
    length += item.text.length + 2;
    if (length > MAX_JOINED) return null;
  }
  return texts.join(', ');
}

/** The list as a table: objects of scalars with mostly the same members, or lists of scalars. Null for other lists. */
function tableOf(node: DataList): { header: string[]; rows: string[][] } | null {
  const { items } = node;
  if (items.length < 2) return null;
  if (
    items.every(
      (item) => item.kind === 'list' && item.items.length <= MAX_COLUMNS && item.items.every((cell) => cellOf(cell) !== null),
    )
  )
    return { header: [], rows: items.map((item) => (item.kind === 'list' ? item.items.map((cell) => cellOf(cell) ?? '') : [])) };
  const columns = new Map<string, number>();
  let filled = 0;
  for (const item of items) {
    if (item.kind !== 'map') return null;
    for (const { name, value, comment } of item.members) {
      if (cellOf(value) === null || comment !== undefined) return null;
      if (!columns.has(name)) columns.set(name, columns.size);
      if (columns.size > MAX_COLUMNS) return null;
      filled++;
    }
  }
  if (filled < MIN_FILLED * columns.size * items.length) return null;
  const rows = items.map((item) => {
    const row = Array.from({ length: columns.size }, () => '');
    if (item.kind === 'map') for (const { name, value } of item.members) row[columns.get(name) ?? 0] = cellOf(value) ?? '';
    return row;
  });
  return { header: [...columns.keys()], rows };
}

/** A value that fits into a cell; null for others. */
function cellOf(node: DataNode): string | null {
  if (node.kind === 'scalar') return node.text;
  return node.kind === 'list' ? joinScalars(node) : node.members.length === 0 ? '' : null;
}
