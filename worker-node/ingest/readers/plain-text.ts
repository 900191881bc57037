/** Reads plain text into paragraphs, which empty lines separate. */
import { EMPTY_METADATA, type Paragraph, type ParsedDocument } from '../document.ts';
import { decodeInput } from './decode-input.ts';
import { removeControlCharacters, singleLine } from './normalise.ts';
import type { Reader } from './reader.ts';

const MAX_TITLE_CHARACTERS = 200;

export const read: Reader = (input) => readText(decodeInput(input));

/** The title is the first line, if it is at most 200 characters long. There are no headings. */
export function readText(source: string): ParsedDocument {
  const paragraphs: Paragraph[] = removeControlCharacters(source)
    .replace(/\r\n?|[\f\u2028\u2029]/g, '\n')
    .split(/\n[^\S\n]*\n\s*/)
    .map((block) => ({ text: unwrap(block.trim()), links: [] }))
    .filter(({ text }) => text !== '');
  const firstLine = singleLine(paragraphs[0]?.text.split('\n')[0]);
  const title = firstLine !== null && firstLine.length <= MAX_TITLE_CHARACTERS ? firstLine : null;
  return {
    sections: paragraphs.length === 0 ? [] : [{ headingPath: [], heading: null, paragraphs }],
    metadata: { ...EMPTY_METADATA, title },
  };
}

/** Joins lines that were wrapped at a fixed width; short lines, indented lines and list items keep their breaks. */
function unwrap(block: string): string {
  const lines = block.split('\n');
  if (lines.length < 2) return block;
  const wrapped =
    lines.slice(0, -1).every((row) => row.length >= 45 && row.length <= 100) &&
    !lines.some((row) => /^\s*(?:[-*•]|\d+[.)])\s|^\s{2,}/.test(row));
  return wrapped ? lines.map((row) => row.trim()).join(' ') : lines.map((row) => row.trimEnd()).join('\n');
}
