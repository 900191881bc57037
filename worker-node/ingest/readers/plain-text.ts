/** Reads plain text: paragraphs between empty lines, lists, quotes, preformatted blocks, and underlined headings. */
import { createSectionBuilder, EMPTY_METADATA, type Paragraph, type ParsedDocument } from '../document.ts';
import { code, type ListItem, list, prose, quote } from './blocks.ts';
import { decodeInput } from './decode-input.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';
import { titleOfText } from './text-title.ts';
import { headingLevel, isItem, shapeOf, spaceBetween, unwrap, widthOf, withoutIndent } from './unwrap.ts';

const MAX_QUOTES = 8;

export const read: Reader = (input) => readText(decodeInput(input));

/** The title is a heading, a line that stands alone at the top, or a short first sentence. */
export function readText(source: string): ParsedDocument {
  const blocks = blocksOf(source);
  const width = widthOf(blocks);
  const sections = createSectionBuilder();
  for (const lines of blocks) {
    let rest = lines;
    const level = headingLevel(lines);
    if (level !== null) {
      sections.heading(level, prose((lines[0] ?? '').trim()));
      rest = lines.slice(2);
    }
    for (const block of readBlock(rest, width)) sections.paragraph(block);
  }
  return { sections: sections.finish(), metadata: { ...EMPTY_METADATA, title: titleOfText(blocks, width) } };
}

function blocksOf(source: string): string[][] {
  return removeControlCharacters(source)
    .replace(/\r\n?|[\f\u2028\u2029]/g, '\n')
    .replace(/^\ufeff/, '')
    .split(/\n[^\S\n]*\n/)
    .map((block) => block.split('\n').filter((line) => line.trim() !== ''))
    .filter((lines) => lines.length > 0);
}

function readBlock(lines: readonly string[], width: number, depth = 0): Paragraph[] {
  if (lines.length === 0) return [];
  const shape = shapeOf(lines);
  if (shape === 'preformatted') return [code(withoutIndent(lines).join('\n'))];
  if (shape === 'list') return readList(lines, width);
  if (shape === 'quote' && depth < MAX_QUOTES) {
    const inner = lines.map((line) => line.replace(/^\s*> ?/, '')).filter((line) => line.trim() !== '');
    return [quote(...readBlock(inner, width, depth + 1))];
  }
  return unwrap(withoutIndent(lines), width).map((text) => prose(text));
}

/** The lines before the first item are a paragraph; those between items belong to the item before. */
function readList(lines: readonly string[], width: number): Paragraph[] {
  const first = lines.findIndex(isItem);
  const lead = unwrap(withoutIndent(lines.slice(0, first)), width).filter((text) => text !== '');
  const items: (ListItem & { content: string; indent: number })[] = [];
  for (const [index, line] of lines.slice(first).entries()) {
    const last = items.at(-1);
    const before = lines[first + index - 1] ?? '';
    if (last && !isItem(line)) last.content += spaceBetween(before.trimEnd(), line.trim()) + line.trim();
    else items.push(itemOf(line, items));
  }
  return [...lead.map((text) => prose(text)), list(items)];
}

function itemOf(
  line: string,
  before: readonly { depth?: number; indent: number }[],
): ListItem & { content: string; indent: number } {
  const text = line.trimStart();
  const marker = /^\S+/.exec(text)?.[0] ?? '';
  const content = text.slice(marker.length).trim();
  const indent = line.slice(0, line.length - text.length).replaceAll('\t', '    ').length;
  const outer = before.findLast((item) => item.indent < indent);
  const sibling = before.findLast((item) => item.indent === indent);
  const depth = sibling?.depth ?? (outer ? (outer.depth ?? 0) + 1 : 0);
  const number = /^\(?(\d+)[.)]$/.exec(marker)?.[1];
  const letter = number === undefined && /^\(?[a-z][.)]$/.test(marker);
  return {
    content: letter ? `${marker} ${content}` : content,
    depth,
    indent,
    ...(number === undefined ? {} : { number: Number(number) }),
  };
}
