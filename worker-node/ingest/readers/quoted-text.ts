/** Reads the text of a message: lines that begin with `>` are quotes. */
import type { Paragraph } from '../document.ts';
import { quote } from './blocks.ts';
import { readText } from './plain-text.ts';

/** Deeper quotes are not told apart. */
const MAX_DEPTH = 8;

export function readQuotedText(source: string, depth = 0): Paragraph[] {
  if (depth >= MAX_DEPTH) return paragraphsOf(source);
  const blocks: Paragraph[] = [];
  let run: string[] = [];
  let quoted = false;
  function close() {
    const text = run.join('\n');
    run = [];
    if (text.trim() === '') return;
    blocks.push(...(quoted ? [quote(...readQuotedText(text, depth + 1))] : paragraphsOf(text)));
  }
  for (const line of source.split(/\r\n?|\n/)) {
    // An mbox writes `>From` for a line that begins with `From`.
    const isQuote = line.startsWith('>') && !line.startsWith('>From ');
    if (isQuote !== quoted) {
      close();
      quoted = isQuote;
    }
    run.push(isQuote ? line.replace(/^> ?/, '') : line);
  }
  close();
  return blocks;
}

const paragraphsOf = (text: string): Paragraph[] => readText(text).sections.flatMap(({ paragraphs }) => [...paragraphs]);
