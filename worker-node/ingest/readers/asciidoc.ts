/** Reads AsciiDoc: sections, lists, tables, blocks and links. */
import { EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { asciidocInline } from './asciidoc-inline.ts';
import { readAsciidocTable } from './asciidoc-table.ts';
import { normaliseDate } from './dates.ts';
import { decodeInput } from './decode-input.ts';
import { createMarkupWriter, type MarkupWriter } from './markup-writer.ts';
import { languageTag, removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';

export const read: Reader = (input) => readAsciidoc(decodeInput(input));

const TITLE = /^(={1,6}|#{1,6}) (\S.*)$/;
const ATTRIBUTE = /^:(!?[\w-]{1,60}!?):(?: +(\S.*)|)$/;
const LIST_ITEM = /^[ \t]*(\*{1,10}|-{1}|\.{1,10}|\d{1,9}\.|[a-zA-Z]\.|<[\d.]{1,9}>)[ \t]+(\S.*)$/;
const DELIMITER = /^(?:-{4,200}|={4,200}|\.{4,200}|\+{4,200}|\*{4,200}|_{4,200}|\/{4,200}|--|`{3}.*)$/;
const TABLE = /^[|,:!]={3,200}$/;
const BLOCK_TITLE = /^\.([^\s.].*)$/;
const ATTRIBUTE_LIST = /^\[(.*)\]$/;
const AUTHOR_LINE = /^[\p{L}][^<>;:]{1,80}(?: <[^<>]{1,200}>)?(?:; [\p{L}][^<>;:]{1,80}(?: <[^<>]{1,200}>)?){0,20}$/u;
const UNDERLINES = ['=', '-', '~', '^', '+'];

interface State {
  readonly writer: MarkupWriter;
  readonly attributes: Map<string, string>;
  authors: string[];
  /** The language of the next listing. */
  language: string;
  style: string;
  /** Markers of the open lists, from the outermost. */
  lists: string[];
}

export function readAsciidoc(source: string): ParsedDocument {
  const lines = removeControlCharacters(source)
    .replace(/\r\n?|\f/g, '\n')
    .split('\n')
    .map((line) => line.trimEnd());
  const state: State = { writer: createMarkupWriter(), attributes: new Map(), authors: [], language: '', style: '', lists: [] };
  let at = 0;
  while (at < lines.length) at = Math.max(at + 1, readLine(lines, at, state));
  const attribute = (name: string) => state.attributes.get(name)?.trim() || null;
  return {
    sections: state.writer.finish(),
    metadata: {
      ...EMPTY_METADATA,
      title: state.writer.firstHeading ?? attribute('doctitle'),
      description: attribute('description'),
      authors: state.authors.length > 0 ? state.authors : (attribute('author')?.split(/; ?/).slice(0, 50) ?? []),
      publishedAt: normaliseDate(attribute('revdate') ?? ''),
      language: languageTag(attribute('lang')),
    },
  };
}

const inline = (text: string, { attributes }: State) => asciidocInline(text, attributes);

/** Reads what begins at `at`; the result is the line behind it. */
function readLine(lines: readonly string[], at: number, state: State): number {
  const line = lines[at] ?? '';
  if (line === '') return at + 1;
  const title = TITLE.exec(line);
  if (title) return readTitle(lines, at, title, state);
  const attribute = ATTRIBUTE.exec(line);
  if (attribute) {
    state.attributes.set((attribute[1] ?? '').replaceAll('!', ''), attribute[2] ?? '');
    return at + 1;
  }
  if (line.startsWith('//')) return line === '////' || /^\/{4,}$/.test(line) ? endOf(lines, at, line) + 1 : at + 1;
  if (TABLE.test(line)) {
    const end = endOf(lines, at, line);
    const table = readAsciidocTable(lines.slice(at + 1, end), line, state.style);
    state.writer.table(
      table.rows.map((row) => row.map((cell) => inline(cell, state))),
      table.header,
    );
    return closeBlock(end + 1, state);
  }
  if (DELIMITER.test(line) && !isUnderline(lines, at)) return readBlock(lines, at, line, state);
  const list = ATTRIBUTE_LIST.exec(line);
  if (list) return readAttributes(list[1] ?? '', at, state);
  const blockTitle = BLOCK_TITLE.exec(line);
  if (blockTitle) {
    state.writer.paragraph(inline(blockTitle[1] ?? '', state));
    return at + 1;
  }
  if (/^(?:'''|<<<|\+|---|\*\*\*)$/.test(line) || /^(?:ifdef|ifndef|ifeval|endif|include|toc|ifeval)::/.test(line)) return at + 1;
  if (isUnderline(lines, at + 1) && !LIST_ITEM.test(line)) {
    state.writer.heading(UNDERLINES.indexOf((lines[at + 1] ?? '')[0] ?? '=') + 1, inline(line, state));
    state.lists = [];
    return at + 2;
  }
  return readItem(lines, at, state) ?? readParagraph(lines, at, state);
}

/** The underline of a title of two lines, which has the length of the title. */
function isUnderline(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  const above = lines[at - 1] ?? '';
  if (line.length < 3 || above === '' || !UNDERLINES.includes(line[0] ?? '') || !/^([=~^+-])\1+$/.test(line)) return false;
  return (
    Math.abs(line.length - above.length) <= 2 &&
    /[\p{L}\p{N}]/u.test(above) &&
    !above.startsWith('[') &&
    (lines[at - 2] ?? '') === ''
  );
}

function readTitle(lines: readonly string[], at: number, [, marks = '', text = '']: readonly string[], state: State): number {
  const isFirst = state.writer.firstHeading === null;
  const shown = state.style === 'discrete' || state.style === 'float' ? 6 : marks.length;
  state.writer.heading(shown, inline(text, state));
  state.lists = [];
  state.style = '';
  if (!isFirst || marks.length !== 1) return at + 1;
  // The lines below the title of the document name its authors and its revision.
  let end = at + 1;
  if (AUTHOR_LINE.test(lines[end] ?? '') && (lines[end] ?? '').split(' ').length <= 12 && lines[end + 1] !== undefined) {
    const authors = (lines[end] ?? '').split('; ').map((author) => (author.split('<')[0] ?? '').trim());
    if (/<|^:|^v\d|^$/.test(`${lines[end]}${lines[end + 1]}`) || lines[end + 1] === '') {
      state.authors = authors;
      state.writer.paragraph(lines[end] ?? '');
      end++;
      const revision = /^v?[\d.]{1,20}(?:, (\d[\d-]{3,20}))?/.exec(lines[end] ?? '');
      if (revision && lines[end] !== '') {
        state.attributes.set('revdate', revision[1] ?? '');
        state.writer.paragraph(lines[end] ?? '');
        end++;
      }
    }
  }
  return end;
}

/** `[source,ruby]`, `[NOTE]`, `[[anchor]]` and the like: they tell how to read what follows. */
function readAttributes(list: string, at: number, state: State): number {
  if (list.startsWith('[')) return at + 1;
  const parts = list.split(',').map((part) => part.trim());
  state.style = list;
  const [style = '', language = ''] = parts;
  state.language = /^(?:source|listing|,)?(?:%\w{1,30})?$/.test(style) && /^[\w+#-]{1,40}$/.test(language) ? language : '';
  if (style === 'quote' || style === 'verse') {
    const by = parts
      .slice(1)
      .filter((part) => part !== '')
      .join(', ');
    if (by !== '') state.writer.paragraph(inline(by, state));
  }
  return at + 1;
}

const endOf = (lines: readonly string[], at: number, delimiter: string): number => {
  const end = lines.indexOf(delimiter, at + 1);
  return end < 0 ? lines.length : end;
};

function closeBlock(at: number, state: State): number {
  state.style = '';
  state.language = '';
  return at;
}

function readBlock(lines: readonly string[], at: number, line: string, state: State): number {
  // The lines of blocks of text are read like those around them: their delimiters alone are passed over.
  const fenced = line.startsWith('```');
  const kept =
    fenced || /^(?:-{4,}|\.{4,}|\+{4,})$/.test(line) || /^(?:source|listing|literal|stem|latexmath|verse)/.test(state.style);
  if (!kept) return closeBlock(at + 1, state);
  const end = endOf(lines, at, fenced ? '```' : line);
  state.writer.code(lines.slice(at + 1, end).join('\n'), fenced ? line.slice(3).trim() : state.language);
  return closeBlock(end + 1, state);
}

function readItem(lines: readonly string[], at: number, state: State): number | null {
  const line = lines[at] ?? '';
  const item = LIST_ITEM.exec(line);
  const term = item ? null : termOf(line);
  if (!item && !term) return null;
  const mark = item?.[1] ?? term?.mark ?? '';
  const kind = /^\d|^[a-zA-Z]/.test(mark) ? '1.' : mark.startsWith('<') ? '<1>' : mark;
  const known = state.lists.indexOf(kind);
  if (known >= 0) state.lists.length = known + 1;
  else if (state.lists.length < 20) state.lists.push(kind);
  const first = item ? (item[2] ?? '') : (term?.definition ?? '');
  const words = [first];
  let end = at + 1;
  if (term && first === '') while (lines[end] === '' && !TITLE.test(lines[end + 1] ?? '') && isPlain(lines[end + 1] ?? '')) end++;
  for (; end < lines.length && isPlain(lines[end] ?? ''); end++) words.push((lines[end] ?? '').trim());
  const text = words.filter((word) => word !== '').join('\n');
  const state_ = /^\[([ x*])\] /.exec(text)?.[1];
  const body = state_ === undefined ? text : text.slice(4);
  state.writer.item({
    content: inline(term ? `${term.words}${body === '' ? '' : `: ${body}`}` : body, state),
    depth: state.lists.length - 1,
    ...(state_ === undefined ? {} : { checked: state_ !== ' ' }),
  });
  return end;
}

const MAX_TERM = 300;

/** `term:: its definition`, or the term alone. */
function termOf(line: string): { words: string; mark: string; definition: string } | null {
  const text = line.trim();
  for (const mark of ['::::', ':::', '::', ';;']) {
    const at = text.endsWith(mark) ? text.length - mark.length : text.indexOf(`${mark} `);
    if (at > 0 && at <= MAX_TERM && !text.startsWith('//'))
      return { words: text.slice(0, at), mark, definition: text.slice(at + mark.length).trim() };
  }
  return null;
}

/** Whether a line goes on with the text above it. */
const isPlain = (line: string) =>
  line !== '' &&
  line !== '+' &&
  !LIST_ITEM.test(line) &&
  termOf(line) === null &&
  !DELIMITER.test(line) &&
  !TABLE.test(line) &&
  !/^(?:\[.*\]|\/\/.*|(?:ifdef|ifndef|endif|include)::.*)$/.test(line);

function readParagraph(lines: readonly string[], at: number, state: State): number {
  let end = at;
  const words: string[] = [];
  while (
    end < lines.length &&
    lines[end] !== '' &&
    (end === at || (!DELIMITER.test(lines[end] ?? '') && !ATTRIBUTE_LIST.test(lines[end] ?? '') && lines[end] !== '+'))
  ) {
    if (!/^(?:\/\/|ifdef::|endif::|ifndef::)/.test(lines[end] ?? '')) words.push(lines[end] ?? '');
    end++;
  }
  const text = words.join('\n');
  if (/^[ \t]/.test(text) || /^(?:source|listing|literal)/.test(state.style))
    state.writer.code(words.map((word) => word.replace(/^ {1,8}/, '')).join('\n'), state.language);
  else state.writer.paragraph(inline(text.replace(/^(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION): /, ''), state));
  return closeBlock(end, state);
}
