/**
 * Reads Jupyter notebooks (nbformat 3 and 4): the cells make one Markdown document, in which code and the texts that it printed
 * are fenced.
 */
import { StageError } from '../../../src/kernel/core/errors.ts';
import type { ParsedDocument } from '../document.ts';
import { code } from './blocks.ts';
import { type DataNode, memberOf, memberText } from './data-tree.ts';
import { decodeInput } from './decode-input.ts';
import { parseJson } from './json-tree.ts';
import { readMarkdown } from './markdown.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';
import { withoutTerminalSequences } from './terminal.ts';

/** Characters of what one cell printed. */
const MAX_OUTPUT = 1_000;

export const read: Reader = (input) => readNotebook(decodeInput(input));

/** The title is that of the notebook's metadata, else its first heading. */
export function readNotebook(source: string): ParsedDocument {
  const root = parseJson(source)?.[0];
  const cells = cellsOf(root);
  if (!root || cells === null)
    throw new StageError(
      'permanent',
      'The notebook is not valid: it must be JSON with a list of cells. Save it again from Jupyter',
    );
  const metadata = memberOf(root, 'metadata');
  const language =
    memberText(memberOf(metadata, 'language_info'), 'name') ??
    memberText(memberOf(metadata, 'kernelspec'), 'language') ??
    'python';
  const document = readMarkdown(
    cells
      .map((cell) => markdownOf(cell, language))
      .filter((text) => text !== '')
      .join('\n\n'),
  );
  const title = memberText(metadata, 'title') ?? document.metadata.title;
  return { ...document, metadata: { ...document.metadata, title } };
}

/** In nbformat 3 cells are in worksheets. */
function cellsOf(root: DataNode | undefined): DataNode[] | null {
  const cells = memberOf(root, 'cells');
  if (cells?.kind === 'list') return cells.items;
  const worksheets = memberOf(root, 'worksheets');
  return worksheets?.kind === 'list' ? worksheets.items.flatMap((sheet) => cellsOf(sheet) ?? []) : null;
}

function markdownOf(cell: DataNode, language: string): string {
  const text = joined(memberOf(cell, 'source') ?? memberOf(cell, 'input'));
  switch (memberText(cell, 'cell_type')) {
    case 'markdown':
      return closeFences(text);
    case 'heading':
      return `${'#'.repeat(Number(memberText(cell, 'level') ?? 1) || 1).slice(0, 6)} ${text.replace(/\s+/g, ' ')}`;
    case 'code':
      return [code(text, language).text, ...outputsOf(cell)].filter((block) => block !== '').join('\n\n');
    default:
      return code(text).text;
  }
}

/** Multi-line strings are lists of lines. */
function joined(node: DataNode | undefined): string {
  if (node?.kind === 'list') return node.items.map((item) => (item.kind === 'scalar' ? item.text : '')).join('');
  return node?.kind === 'scalar' ? node.text : '';
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** A fence that a cell leaves open would take in the cells below. */
function closeFences(text: string): string {
  let open: string | null = null;
  for (const line of text.split('\n')) {
    const fence = FENCE.exec(line);
    const marker = fence?.[1];
    if (!fence || marker === undefined) continue;
    if (open === null) open = marker;
    else if (marker.startsWith(open) && line.slice(fence[0].length).trim() === '') open = null;
  }
  return open === null ? text : `${text}\n${open}`;
}

/** What was printed, results as text, and errors; pictures are left out. */
function outputsOf(cell: DataNode): string[] {
  const outputs = memberOf(cell, 'outputs');
  if (outputs?.kind !== 'list') return [];
  return outputs.items.map((output) => {
    const data = memberOf(output, 'data') ?? output;
    const markdown = joined(memberOf(data, 'text/markdown'));
    if (markdown !== '' && markdown.length <= MAX_OUTPUT) return closeFences(markdown);
    const error = [memberText(output, 'ename'), memberText(output, 'evalue')].filter((part) => part !== null).join(': ');
    const text = joined(memberOf(output, 'text') ?? memberOf(data, 'text/plain'));
    return code(shorten(removeControlCharacters(withoutTerminalSequences(error || text)))).text;
  });
}

function shorten(text: string): string {
  if (text.length <= MAX_OUTPUT) return text;
  const cut = text.lastIndexOf('\n', MAX_OUTPUT);
  return `${text.slice(0, cut > 0 ? cut : MAX_OUTPUT)}\n…`;
}
