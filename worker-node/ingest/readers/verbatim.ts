/** Reads text whose lines count, such as a log: it is kept as it is, in fences. */
import { createSectionBuilder, EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { code } from './blocks.ts';
import { decodeInput } from './decode-input.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';
import { withoutTerminalSequences } from './terminal.ts';

/** Lines in one fence. */
const MAX_LINES = 200;

export const read: Reader = (input) => readVerbatim(decodeInput(input));

export function readVerbatim(source: string, language = ''): ParsedDocument {
  const sections = createSectionBuilder();
  const lines = removeControlCharacters(withoutTerminalSequences(source))
    .replace(/\r\n?|\f/g, '\n')
    .split('\n');
  for (let start = 0; start < lines.length; start += MAX_LINES)
    sections.paragraph(code(lines.slice(start, start + MAX_LINES).join('\n'), language));
  return { sections: sections.finish(), metadata: EMPTY_METADATA };
}
