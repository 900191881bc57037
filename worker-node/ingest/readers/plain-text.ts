/** Plain text -> paragraphs: whatever empty lines part. */
import { EMPTY_METADATA, type Paragraph, type ParsedDocument } from '../document.ts';
import { singleLine } from './html-metadata.ts';
import { removeControlCharacters } from './paragraph-builder.ts';

const MAX_TITLE_CHARACTERS = 200;

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

/** Joins lines broken at a fixed width; lines that are short, indented or items of a list stay as they are. */
function unwrap(block: string): string {
  const lines = block.split('\n');
  if (lines.length < 2) return block;
  const wrapped =
    lines.slice(0, -1).every((one) => one.length >= 45 && one.length <= 100) &&
    !lines.some((one) => /^\s*(?:[-*•]|\d+[.)])\s|^\s{2,}/.test(one));
  return wrapped ? lines.map((one) => one.trim()).join(' ') : lines.map((one) => one.trimEnd()).join('\n');
}
