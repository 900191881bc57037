/** Reads stored Markdown as the plain text that a person would say: without marks, fences and code. */

const ESCAPED = /\\([!-/:-@[-`{-~])/g;
const FENCE = /^ *(`{3,}|~{3,})/;
/** The line below a table's header. */
const DELIMITERS = /^\|[-: |]*$/;
const CELL_ENDS = /(?<!\\)\|/;

/** The plain text of escaped Markdown (`ingest/readers/escape.ts` writes it). */
export const unescapeMarkdown = (text: string) => text.replaceAll(ESCAPED, '$1');

/**
 * The text of Markdown: headings, quotes and cells without their marks, lists with theirs, because they tell lists from
 * sentences. Code is left out, unless there is nothing else.
 */
export function plainOf(markdown: string): string {
  const plain = withoutMarks(markdown, { code: false, tables: true });
  return plain.trim() === '' ? withoutMarks(markdown, { code: true, tables: true }) : plain;
}

/** What of Markdown is language: its plain text without code and tables. Empty where there is nothing else. */
export const proseOfMarkdown = (markdown: string): string => withoutMarks(markdown, { code: false, tables: false });

interface KeptBlocks {
  readonly code: boolean;
  readonly tables: boolean;
}

function withoutMarks(markdown: string, { code, tables }: KeptBlocks): string {
  const lines: string[] = [];
  let fence = '';
  for (const row of markdown.split('\n')) {
    const line = row.replace(/^(?:> ?)+/, '');
    const opened = FENCE.exec(line)?.[1];
    if (fence !== '') {
      if (opened?.startsWith(fence) && line.trim() === opened) fence = '';
      else if (code) lines.push(line);
    } else if (opened) fence = opened;
    else if (!DELIMITERS.test(line) && (tables || !line.startsWith('|'))) lines.push(lineText(line));
  }
  return lines.join('\n');
}

function lineText(line: string): string {
  if (!line.startsWith('|')) return unescapeMarkdown(line.replace(/^#{1,6} /, ''));
  const cells = line.split(CELL_ENDS).map((cell) => unescapeMarkdown(cell.trim()));
  return cells.filter((cell) => cell !== '').join(' | ');
}
