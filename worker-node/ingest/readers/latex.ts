/** Reads LaTeX: sections, lists, tables, code and the words of all commands. Formulas are kept as they are written. */
import { EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { normaliseDate } from './dates.ts';
import { decodeInput } from './decode-input.ts';
import { createLatexInline } from './latex-inline.ts';
import { type LatexToken, tokeniseLatex } from './latex-tokens.ts';
import { createMarkupWriter } from './markup-writer.ts';
import { removeControlCharacters, singleLine } from './normalise.ts';
import type { Reader } from './reader.ts';

export const read: Reader = (input) => readLatex(decodeInput(input));

const LEVELS: Readonly<Record<string, number>> = {
  ...{ part: 1, chapter: 1, section: 2, subsection: 3, subsubsection: 4, paragraph: 5, subparagraph: 6, frametitle: 3 },
};
const LISTS = new Set(['itemize', 'enumerate', 'description', 'compactitem', 'compactenum', 'thebibliography']);
/** How many arguments tables have before their first cell, which may be in braces as well: widths and columns. */
const TABLES: ReadonlyMap<string, number> = new Map([
  ...(['tabular', 'longtable', 'longtable*', 'supertabular', 'array', 'tblr', 'longtblr'] as const).map(
    (name) => [name, 1] as const,
  ),
  ...(['tabular*', 'tabularx', 'tabulary', 'xltabular', 'supertabular*'] as const).map((name) => [name, 2] as const),
  ['tabbing', 0],
]);
/** Other environments with an argument that is no text. */
const WITH_ARGUMENT = new Set(['thebibliography', 'minipage', 'multicols', 'multicols*', 'wrapfigure', 'DUclass']);
const VERBATIM = new Set(['verbatim', 'verbatim*', 'Verbatim', 'lstlisting', 'minted', 'alltt', 'BVerbatim', 'LVerbatim']);
const MATH = new Set([
  ...[
    'equation',
    'equation*',
    'align',
    'align*',
    'gather',
    'gather*',
    'multline',
    'multline*',
    'eqnarray',
    'eqnarray*',
    'displaymath',
    'math',
    'flalign',
    'flalign*',
    'alignat',
    'alignat*',
  ],
]);
const PICTURES = new Set(['tikzpicture', 'picture', 'pgfpicture', 'comment', 'filecontents', 'filecontents*']);
/** Environments deeper than this are read as the text of those above. */
const MAX_DEPTH = 100;

interface Table {
  readonly rows: string[][];
  cell: string;
}

export function readLatex(source: string): ParsedDocument {
  const writer = createMarkupWriter();
  const text = removeControlCharacters(source).replace(/\r\n?|\f/g, '\n');
  const tokens = tokeniseLatex(text);
  const inline = createLatexInline(tokens);
  const front = { title: null as string | null, author: '', date: '' };
  const open: string[] = [];
  const numbers: number[] = [];
  let table: Table | null = null;
  let item = false;
  // Without a preamble the whole file is text.
  let inDocument = !tokens.some((token) => token.kind === 'begin' && token.text === 'document');
  let at = 0;

  const lists = () => open.filter((name) => LISTS.has(name));

  /** Ends the open paragraph, item or cell. */
  function flush(): void {
    const content = inline.take();
    if (table) {
      table.cell += ` ${content.text}`;
      return;
    }
    if (content.text.trim() === '') return;
    const depth = lists().length;
    if (item && depth > 0) {
      const number = lists().at(-1) === 'enumerate' ? numbers.at(-1) : undefined;
      writer.item({ content, depth: depth - 1, ...(number === undefined ? {} : { number }) });
    } else if (depth > 0) writer.item({ content, depth: depth - 1 });
    else writer.paragraph(content);
    item = false;
  }

  function endRow(): void {
    flush();
    if (!table) return;
    const row = table.rows.at(-1) ?? [];
    row.push(table.cell.trim());
    table.cell = '';
  }

  function begin(name: string): void {
    if (name === 'document') {
      inDocument = true;
      inline.take();
      if (front.title !== null) writer.heading(1, front.title);
      for (const part of [front.author, front.date]) if (part.trim() !== '') writer.paragraph(part);
    }
    if (VERBATIM.has(name) || MATH.has(name) || PICTURES.has(name)) {
      flush();
      const body = inline.takeRaw(at, name);
      at = body.end;
      if (PICTURES.has(name)) return;
      const { shown, language } = VERBATIM.has(name) ? splitListing(body.text) : { shown: body.text, language: '' };
      writer.code(shown, MATH.has(name) ? 'latex' : language);
      return;
    }
    flush();
    if (open.length < MAX_DEPTH) open.push(name);
    const columns = TABLES.get(name);
    if (columns !== undefined) {
      at = inline.skipArguments(at, columns);
      table ??= { rows: [[]], cell: '' };
    } else {
      at = inline.skipOptional(at);
      if (LISTS.has(name)) numbers.push(0);
      if (WITH_ARGUMENT.has(name)) at = inline.skipArguments(at, 1);
    }
  }

  function end(name: string): void {
    if (TABLES.has(name) && table) {
      endRow();
      const rows = table.rows.filter((row) => row.some((cell) => cell !== ''));
      table = null;
      writer.table(rows);
    } else flush();
    const place = open.lastIndexOf(name);
    if (place < 0) return;
    if (LISTS.has(name)) numbers.pop();
    open.length = place;
  }

  function command(name: string): void {
    const level = LEVELS[name.replace(/\*$/, '')];
    if (name === 'title' || name === 'author' || name === 'date') {
      at = inline.skipOptional(at);
      const argument = inline.argument(at);
      at = argument.end;
      const words = singleLine(argument.content.text) ?? '';
      if (name === 'title') front.title = words;
      else front[name] = words;
    } else if (!inDocument) {
      // The preamble defines what the text looks like.
    } else if (level !== undefined) {
      flush();
      at = inline.skipOptional(at);
      const argument = inline.argument(at);
      at = argument.end;
      writer.heading(level, argument.content);
    } else if (name === 'item' || name === 'bibitem') {
      flush();
      item = true;
      numbers.push((numbers.pop() ?? 0) + 1);
      if (name === 'bibitem') at = inline.skipArguments(inline.skipOptional(at), 1);
      else at = inline.label(at);
    } else if (name === 'par' || name === 'newpage' || name === 'clearpage' || name === 'bigskip' || name === 'medskip') flush();
    else if (name === 'caption') {
      flush();
      const argument = inline.argument(inline.skipOptional(at));
      at = argument.end;
      const before = table;
      table = null;
      writer.paragraph(argument.content);
      table = before;
    } else at = inline.command(name, at);
  }

  function visit(token: LatexToken): void {
    switch (token.kind) {
      case 'begin':
        begin(token.text);
        break;
      case 'end':
        if (token.text === 'document') at = tokens.length;
        else end(token.text);
        break;
      case 'command':
        command(token.text);
        break;
      case 'paragraph':
        if (inDocument && !table) flush();
        break;
      case 'cell':
        if (table) endRow();
        else inline.append(token.text);
        break;
      case 'row':
        if (table) {
          endRow();
          table.rows.push([]);
          at = inline.skipOptional(at);
        } else inline.append('\n');
        break;
      case 'text':
        if (inDocument) inline.append(inline.textOf(at - 1));
        break;
      case 'math':
      case 'verbatim':
        if (inDocument) inline.append(token.text, token.kind);
        break;
      default:
      // Braces are passed over.
    }
  }

  while (at < tokens.length) {
    const token = tokens[at];
    at++;
    if (token) visit(token);
  }
  flush();
  const authors = front.author.split(/ and |,? \\and | • /).map((author) => author.trim());
  return {
    sections: writer.finish(),
    metadata: {
      ...EMPTY_METADATA,
      title: front.title ?? writer.firstHeading,
      authors: authors.filter((author) => author !== '').slice(0, 50),
      publishedAt: normaliseDate(front.date),
    },
  };
}

/** The options and the language of a listing, `[language=C]` or `{c}`, and its code. */
function splitListing(text: string): { shown: string; language: string } {
  const end = text.indexOf('\n');
  const head = (end < 0 ? '' : text.slice(0, end)).trim();
  if (!/^[[{]/.test(head) || !/[\]}]$/.test(head)) return { shown: text, language: '' };
  const language = /language=\{?(\w{1,30})/.exec(head)?.[1] ?? /\{(\w{1,30})\}$/.exec(head)?.[1] ?? '';
  return { shown: text.slice(end + 1), language };
}
