/** Reads program code: symbols are headings, the comments that document them are prose, and the code is fenced. */
import { trimEndOf } from '../../../src/kernel/core/trim.ts';
import { createSectionBuilder, EMPTY_METADATA, type ParsedDocument } from '../document.ts';
import { code, prose } from './blocks.ts';
import { decodeInput } from './decode-input.ts';
import { removeControlCharacters } from './normalise.ts';
import type { Reader } from './reader.ts';
import { languageOf, type SourceLanguage } from './source-languages.ts';
import { symbolOf } from './source-symbols.ts';

export const read: Reader = (input) => readSourceCode(decodeInput(input), input.filename ?? input.url ?? '');

/** A symbol of fewer lines without documentation stays with the code around it. */
const MIN_LINES = 4;
const ATTRIBUTE = /^\s*(?:@[\w.]|#\[|\[[A-Z]\w*[(\]])/;
const DOCSTRING = /^\s*[rRuU]?("""|''')/;

interface Part {
  /** Null for the code before the first symbol. */
  readonly name: string | null;
  readonly level: number;
  /** Where the part begins, with the comments that belong to it, and where its own code begins. */
  readonly start: number;
  readonly codeStart: number;
}

/** The name of a file tells its language where its first line does not. */
export function readSourceCode(source: string, name: string): ParsedDocument {
  const lines = removeControlCharacters(source)
    .replace(/\r\n?|\f/g, '\n')
    .split('\n');
  const language = languageOf(lines[0] ?? '', name);
  const sections = createSectionBuilder();
  const parts = partsOf(lines, language);
  for (const [index, part] of parts.entries()) {
    const end = parts[index + 1]?.start ?? lines.length;
    if (part.name !== null) sections.heading(part.level, prose(part.name));
    const { text, rest } = documentation(lines.slice(part.start, end), part.codeStart - part.start, language);
    for (const block of text.split(/\n\n+/)) sections.paragraph(prose(joinLines(block)));
    sections.paragraph(code(rest.join('\n'), language.name));
  }
  return { sections: sections.finish(), metadata: EMPTY_METADATA };
}

/** Wrapped lines as one; items, tags and indented lines stay. */
const joinLines = (text: string) => text.replace(/(?<=[^:\s])\n(?=[\p{L}\p{N}("'`])/gu, ' ');

function partsOf(lines: readonly string[], language: SourceLanguage): Part[] {
  const comments = commentLines(lines, language);
  const parts: Part[] = [{ name: null, level: 1, start: 0, codeStart: firstCode(lines, comments) }];
  for (const [at, line] of lines.entries()) {
    if (comments[at]) continue;
    const symbol = symbolOf(line, language);
    // Functions inside functions are part of them.
    if (!symbol || symbol.indent > 8) continue;
    let start = at;
    while (start > 0 && (comments[start - 1] || ATTRIBUTE.test(lines[start - 1] ?? '')) && lines[start - 1] !== '') start--;
    const documented = comments.slice(start, at).some(Boolean) || DOCSTRING.test(lines[at + 1] ?? '');
    if (!documented && lengthOf(lines, at, symbol.indent) < MIN_LINES) continue;
    const before = parts.at(-1);
    if (before && before.name === null && before.codeStart >= start) parts[parts.length - 1] = { ...before, codeStart: start };
    parts.push({ name: symbol.name, level: symbol.indent === 0 ? 1 : symbol.indent <= 4 ? 2 : 3, start, codeStart: at });
  }
  return parts;
}

/** Lines up to the next one that is not further in. */
function lengthOf(lines: readonly string[], at: number, indent: number): number {
  for (let end = at + 1; end < at + MIN_LINES; end++) {
    const line = lines[end];
    if (
      line === undefined ||
      (line.trim() !== '' && line.length - line.trimStart().length <= indent && !/^\s*[)}\]{]/.test(line))
    )
      return end - at;
  }
  return MIN_LINES;
}

/** Which lines hold nothing but a comment. */
function commentLines(lines: readonly string[], { line: markers, block = [] }: SourceLanguage): boolean[] {
  let close: string | null = null;
  return lines.map((line) => {
    const text = line.trim();
    if (close !== null) {
      if (text.includes(close)) close = null;
      return true;
    }
    const opening = block.find(([open]) => text.startsWith(open));
    if (opening) {
      const [open, end] = opening;
      if (!text.slice(open.length).includes(end)) close = end;
      return true;
    }
    return markers.some((marker) => text.startsWith(marker));
  });
}

/** Behind the comment at the head of the file, which says what the file is. */
function firstCode(lines: readonly string[], comments: readonly boolean[]): number {
  let at = 0;
  while (at < lines.length && (comments[at] || lines[at]?.trim() === '')) at++;
  return at;
}

/** The text of the comments before `at` and of a docstring behind, and the code without them. */
function documentation(lines: readonly string[], at: number, { name }: SourceLanguage): { text: string; rest: string[] } {
  const comments = lines.slice(0, at).filter((line) => !ATTRIBUTE.test(line));
  const attributes = lines.slice(0, at).filter((line) => ATTRIBUTE.test(line));
  const own = lines.slice(at);
  const doc = name === 'python' ? docstring(own) : null;
  const text = [comments.map(withoutMarkers).join('\n'), doc?.text ?? ''].filter((part) => part.trim() !== '').join('\n\n');
  return { text, rest: [...attributes, ...(doc?.rest ?? own)] };
}

const COMMENT_ENDS = ['*/', '-->', '-}', '*)', ']]'];

/** For programs: the first line of a script, and what tells an editor the encoding or the mode. */
const FOR_PROGRAMS = /^(?:#!|-\*-.*-\*-$|(?:vim?|ex):|(?:file)?(?:en)?coding[:=][ \t]*[\w.-]+$)/;

/** A comment's line without what makes it one; empty for a rule of dashes. */
function withoutMarkers(line: string): string {
  const ending = COMMENT_ENDS.find((end) => line.trimEnd().endsWith(end)) ?? '';
  const text = trimEndOf(line.trim().slice(0, ending === '' ? undefined : -ending.length), '*')
    .replace(/^(?:\/\*+|\*\/|\*(?!\*)|\/\/[/!]?|#+(?!!)|--(?:\[\[)?|;+|%+|<!--|\{-\|?|\(\*+|!)[ \t]?/, '')
    .trim();
  return /[\p{L}\p{N}]/u.test(text) && !FOR_PROGRAMS.test(text) ? text : '';
}

/** The first string of a module, class or function of Python, before which only the declaration stands. */
function docstring(lines: readonly string[]): { text: string; rest: string[] } | null {
  let at = 0;
  while (at < lines.length && at < 12 && !DOCSTRING.test(lines[at] ?? '')) {
    const text = (lines[at] ?? '').trim();
    const isHead = at === 0 || text === '' || /^[)\w*"'].{0,300}[,(:\]]$/.test(text);
    if (!isHead) return null;
    at++;
  }
  const quote = DOCSTRING.exec(lines[at] ?? '')?.[1];
  if (quote === undefined) return null;
  const first = (lines[at] ?? '').trim().replace(/^[rRuU]?(?:"""|''')/, '');
  if (first.includes(quote))
    return { text: first.slice(0, first.indexOf(quote)).trim(), rest: [...lines.slice(0, at), ...lines.slice(at + 1)] };
  const end = lines.findIndex((line, index) => index > at && line.includes(quote));
  if (end < 0) return null;
  const last = (lines[end] ?? '').slice(0, (lines[end] ?? '').indexOf(quote));
  const text = [first, ...lines.slice(at + 1, end), last]
    .map((line) => line.trim())
    .join('\n')
    .trim();
  return { text, rest: [...lines.slice(0, at), ...lines.slice(end + 1)] };
}
