/** Reads Org: headlines, lists, tables, blocks and links. */
import { EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { normaliseDate } from './dates.ts';
import { decodeInput } from './decode-input.ts';
import type { PlainText } from './escape.ts';
import { createInlineScanner, type InlineScanner } from './inline-scanner.ts';
import { createMarkupWriter, type MarkupWriter } from './markup-writer.ts';
import { languageTag, removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';

export const read: Reader = (input) => readOrg(decodeInput(input));

const HEADLINE = /^(\*{1,50}) +(\S.*)$/;
const KEYWORD = /^[ \t]*#\+([a-zA-Z_]{1,40})(?:\[[^\]]{0,200}\])?:(.*)$/;
const BLOCK_START = /^[ \t]*#\+begin_([\w-]{1,40})(?:[ \t](.*)|)$/i;
const BLOCK_END = /^[ \t]*#\+end_/i;
const ITEM = /^([ \t]*)(?:([-+])|(\d{1,9})[.)]|[a-zA-Z][.)])[ \t]+(\S.*)$/;
const STARRED_ITEM = /^([ \t]+)(\*)()[ \t]+(\S.*)$/;
/** Of a task: no part of its name. */
const STATE = /^(?:TODO|DONE) (?=\S)/;
const DRAWER = /^[ \t]*:([A-Za-z][\w-]{0,60}):[ \t]*$/;
const PLANNING = /^[ \t]*(?:(?:SCHEDULED|DEADLINE|CLOSED):[ \t]*[<[][^\]>]{1,80}[\]>][ \t]*)+$/;
const TAGS = /[ \t](:[\p{L}\p{N}_@#%:]{1,300}:)$/u;
const EMPHASIS = ['*', '/', '_', '+'];

export function readOrg(source: string): ParsedDocument {
  const writer = createMarkupWriter();
  const keywords = new Map<string, string>();
  const lines = removeControlCharacters(source)
    .replace(/\r\n?|\f/g, '\n')
    .split('\n');
  let paragraph: string[] = [];
  let at = 0;

  function flush(): void {
    if (paragraph.length > 0) writer.paragraph(inline(paragraph.join('\n')));
    paragraph = [];
  }

  while (at < lines.length) {
    const line = (lines[at] ?? '').trimEnd();
    const headline = HEADLINE.exec(line);
    const keyword = headline ? null : KEYWORD.exec(line);
    const block = BLOCK_START.exec(line);
    const item = headline ? null : (ITEM.exec(line) ?? STARRED_ITEM.exec(line));
    const own = line.trimStart();
    if (headline) {
      flush();
      const { words, tags } = splitHeadline(headline[2] ?? '');
      writer.heading(headline[1]?.length ?? 1, inline(words));
      if (tags.length > 0) writer.paragraph(`Tags: ${tags.join(', ')}`);
      at++;
    } else if (block) {
      flush();
      at = writeBlock(lines, at, block, writer);
    } else if (keyword) {
      flush();
      const name = (keyword[1] ?? '').toLowerCase();
      const value = (keyword[2] ?? '').trim();
      keywords.set(name, keywords.has(name) ? `${keywords.get(name)} ${value}` : value);
      if (name === 'caption') writer.paragraph(inline(value));
      at++;
    } else if (DRAWER.test(line)) {
      flush();
      at = endOf(lines, at, /^[ \t]*:end:[ \t]*$/i);
    } else if (own.startsWith('|')) {
      flush();
      at = writeTable(lines, at, writer);
    } else if (item) {
      flush();
      at = writeItem(lines, at, item, writer);
    } else if (own === '' || PLANNING.test(line) || own === '#' || own.startsWith('# ') || /^-{5,200}$/.test(own)) {
      flush();
      at++;
    } else if (own.startsWith(': ') || own === ':') {
      flush();
      const end = lines.findIndex((next, index) => index > at && !/^[ \t]*:(?: |$)/.test(next));
      const stop = end < 0 ? lines.length : end;
      writer.code(
        lines
          .slice(at, stop)
          .map((next) => next.trimStart().slice(2))
          .join('\n'),
      );
      at = stop;
    } else {
      paragraph.push(own);
      at++;
    }
  }
  flush();
  const author = keywords.get('author')?.trim() ?? '';
  return {
    sections: writer.finish(),
    metadata: {
      ...EMPTY_METADATA,
      title: inline(keywords.get('title') ?? '').text.trim() || (writer.firstHeading?.replace(STATE, '') ?? null),
      description: keywords.get('description')?.trim() || null,
      authors: author === '' ? [] : [author],
      publishedAt: normaliseDate((keywords.get('date') ?? '').replace(/[<>[\]]|\b[A-Z][a-z]{2}\b(?=[ \]>])/g, '').trim()),
      language: languageTag(keywords.get('language')),
    },
  };
}

/** A headline without its priority, and its tags. */
function splitHeadline(text: string): { words: string; tags: string[] } {
  const trimmed = text.trim();
  const tags = TAGS.exec(trimmed)?.[0] ?? '';
  const words = trimmed.slice(0, trimmed.length - tags.length).replace(/\[#[A-Z0-9]{1,2}\] ?/, '');
  return { words: words.trim(), tags: tags.split(':').filter((tag) => tag.trim() !== '') };
}

/** The line behind the one that ends what begins at `at`; the next line where nothing ends it. */
function endOf(lines: readonly string[], at: number, end: RegExp): number {
  for (let i = at + 1; i < lines.length; i++) {
    if (end.test(lines[i] ?? '')) return i + 1;
    if (HEADLINE.test(lines[i] ?? '')) break;
  }
  return at + 1;
}

const VERBATIM = new Set(['src', 'example', 'export', 'latex', 'html', 'verse']);

function writeBlock(
  lines: readonly string[],
  at: number,
  [, kind = '', argument = '']: readonly string[],
  writer: MarkupWriter,
): number {
  const name = kind.toLowerCase();
  let end = at + 1;
  while (end < lines.length && !BLOCK_END.test(lines[end] ?? '')) end++;
  const body = lines.slice(at + 1, end);
  if (name === 'comment') return end + 1;
  // Blocks that hold text, such as quotes, are read as the text around them.
  if (!VERBATIM.has(name)) return at + 1;
  const indent = Math.min(...body.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length), 80);
  const text = body.map((line) => line.slice(Number.isFinite(indent) ? indent : 0).replace(/^,(?=[*#,])/, '')).join('\n');
  writer.code(text, name === 'src' ? (argument.trim().split(/\s/)[0] ?? '') : '');
  return end + 1;
}

function writeTable(lines: readonly string[], at: number, writer: MarkupWriter): number {
  const rows: PlainText[][] = [];
  let header = false;
  let end = at;
  for (; end < lines.length; end++) {
    const row = (lines[end] ?? '').trim();
    if (!row.startsWith('|')) break;
    if (row.startsWith('|-')) header ||= rows.length === 1;
    else if (!/^\|(?:[ <>lrc\d|]{0,200})$/.test(row) || /\d/.test(row))
      rows.push(cellsOf(row).map((cell) => inline(cell.trim())));
  }
  writer.table(rows, header);
  return end;
}

const cellsOf = (row: string) => row.slice(1, row.endsWith('|') && row.length > 1 ? -1 : undefined).split('|');

function writeItem(lines: readonly string[], at: number, match: readonly string[], writer: MarkupWriter): number {
  const indent = match[1]?.length ?? 0;
  let words = match[4] ?? '';
  let end = at + 1;
  for (; end < lines.length; end++) {
    const next = lines[end] ?? '';
    const ends =
      next.trim() === '' ||
      ITEM.test(next) ||
      STARRED_ITEM.test(next) ||
      BLOCK_START.test(next) ||
      /^[ \t]*(?:\||:[A-Z]|: )/.test(next);
    if (ends || next.length - next.trimStart().length <= indent) break;
    words += `\n${next.trim()}`;
  }
  const state = /^\[([ X-])\] /.exec(words)?.[1];
  const text = (state === undefined ? words : words.slice(4)).replace(/^(?:\[@\d{1,5}\] )/, '').replace(/ :: ?/, ': ');
  writer.item({
    content: inline(text),
    depth: Math.floor(indent / 2),
    ...(match[3] ? { number: Number(match[3]) } : {}),
    ...(state === undefined ? {} : { checked: state === 'X' }),
  });
  return end;
}

/** Links, emphasis, footnotes and dates. */
function inline(text: string): PlainText {
  const scan = createInlineScanner(text);
  while (scan.at < text.length) if (!takeMarkup(scan)) takeText(scan);
  return scan.finish();
}

function takeMarkup(scan: InlineScanner): boolean {
  const mark = scan.text[scan.at] ?? '';
  if (mark === '[') return takeLink(scan);
  if (mark === '~' || mark === '=') {
    const verbatim = scan.emphasised(mark);
    if (verbatim !== null) scan.append(verbatim);
    return verbatim !== null;
  }
  if (!EMPHASIS.includes(mark)) return false;
  const content = scan.emphasised(mark);
  if (content === null || content.length > 2_000) {
    if (content !== null) scan.at -= content.length + 2;
    return false;
  }
  scan.appendAll(inline(content));
  return true;
}

function takeLink(scan: InlineScanner): boolean {
  const link = scan.enclosed('[[', ']]');
  if (link === null) return false;
  const middle = link.indexOf('][');
  const target = middle < 0 ? link : link.slice(0, middle);
  const words = middle < 0 ? target.replace(/^(?:file|id|info):/, '') : link.slice(middle + 2);
  scan.link(target, middle < 0 || words.length > 2_000 ? words : inlineWords(words));
  return true;
}

/** The words of a link, which hold emphasis but no link. */
const inlineWords = (words: string) => (words.includes('[[') ? words : inline(words).text);

const TEXT = /[\p{L}\p{N}]+|[^[~=*/_+]/uy;

function takeText(scan: InlineScanner): void {
  TEXT.lastIndex = scan.at;
  const piece = TEXT.exec(scan.text)?.[0] ?? scan.text[scan.at] ?? '';
  scan.append(piece);
  scan.at += piece.length;
}
