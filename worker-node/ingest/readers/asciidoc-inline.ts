/** Inline markup of AsciiDoc: links, macros, attributes and emphasis. */
import type { PlainText } from './escape.ts';
import { createInlineScanner, type InlineScanner } from './inline-scanner.ts';

/** `link:url[words]`, `https://…[words]`, `xref:id[words]`, `image::file[words]`, `footnote:[words]`, `kbd:[words]`. */
const MACRO =
  /(?:(?:https?|ftp|irc):\/\/[^\s[\]<>]{1,2000}|(?:link|xref|mailto|image|video|audio|icon|footnote|footnoteref|kbd|btn|menu|stem|latexmath|pass|anchor|indexterm2?):{1,2}[^\s[\]]{0,2000})\[/y;
const URL_ALONE = /https?:\/\/[^\s[\]<>"'`|]{1,2000}/y;
const ATTRIBUTE = /\{([\w-]{1,60})\}/y;
const SILENT = /^(?:icon|pass|anchor|indexterm):/;
/** What attributes stand for that every document has. */
const CHARACTERS: Readonly<Record<string, string>> = {
  ...{
    nbsp: ' ',
    zwsp: '',
    empty: '',
    blank: '',
    sp: ' ',
    lt: '<',
    gt: '>',
    amp: '&',
    startsb: '[',
    endsb: ']',
    vbar: '|',
    caret: '^',
  },
  ...{
    asterisk: '*',
    tilde: '~',
    backslash: '\\',
    backtick: '`',
    plus: '+',
    apos: "'",
    quot: '"',
    deg: '°',
    cpp: 'C++',
    ldquo: '“',
    rdquo: '”',
    lsquo: '‘',
    rsquo: '’',
  },
};
const MARKS = ['**', '__', '``', '##', '*', '_', '`', '#', '+', '~', '^'];

export function asciidocInline(text: string, attributes: ReadonlyMap<string, string>, depth = 0): PlainText {
  const scan = createInlineScanner(text);
  while (scan.at < text.length) if (!takeMarkup(scan, attributes, depth)) takeText(scan);
  return scan.finish();
}

function matchAt(scan: InlineScanner, expression: RegExp): RegExpExecArray | null {
  expression.lastIndex = scan.at;
  return expression.exec(scan.text);
}

function takeMarkup(scan: InlineScanner, attributes: ReadonlyMap<string, string>, depth: number): boolean {
  const mark = scan.text[scan.at] ?? '';
  if (/[a-z]/.test(mark)) return !/[\p{L}\p{N}]/u.test(scan.text[scan.at - 1] ?? ' ') && takeMacro(scan, attributes, depth);
  if (mark === '\\' && /[*_`#{<[:h]/.test(scan.text[scan.at + 1] ?? '')) {
    scan.append(scan.text[scan.at + 1] ?? '');
    scan.at += 2;
    return true;
  }
  if (mark === '{') {
    const found = matchAt(scan, ATTRIBUTE);
    const value = found ? (attributes.get(found[1] ?? '') ?? CHARACTERS[found[1] ?? '']) : undefined;
    if (!found || value === undefined) return false;
    scan.at += found[0].length;
    scan.append(value);
    return true;
  }
  if (mark === '<') {
    const reference = scan.enclosed('<<', '>>');
    if (reference === null) return false;
    const comma = reference.indexOf(',');
    scan.append((comma < 0 ? reference : reference.slice(comma + 1)).replace(/^#/, '').trim());
    return true;
  }
  if (mark === '[' && scan.startsWith('[[')) return scan.enclosed('[[', ']]') !== null;
  if (mark === '[') {
    // The role of the emphasis that follows.
    const role = /^\[[\w.#%-]{1,60}\](?=[#*_`])/.exec(scan.text.slice(scan.at, scan.at + 64))?.[0];
    scan.at += role?.length ?? 0;
    return role !== undefined;
  }
  return takeEmphasis(scan, attributes, depth);
}

function takeEmphasis(scan: InlineScanner, attributes: ReadonlyMap<string, string>, depth: number): boolean {
  for (const mark of MARKS) {
    const start = scan.at;
    const content = mark.length === 2 ? scan.enclosed(mark, mark) : scan.emphasised(mark);
    if (content === null) continue;
    if (content === '' || content.length > 2_000 || /\n\n/.test(content)) {
      scan.at = start;
      continue;
    }
    scan.appendAll(depth < 8 && mark !== '+' ? asciidocInline(content, attributes, depth + 1) : { text: content });
    return true;
  }
  return false;
}

function takeMacro(scan: InlineScanner, attributes: ReadonlyMap<string, string>, depth: number): boolean {
  const macro = matchAt(scan, MACRO)?.[0];
  if (macro === undefined) {
    const alone = matchAt(scan, URL_ALONE)?.[0]?.replace(/[.,;:!?)]{1,10}$/, '');
    if (alone === undefined) return false;
    scan.at += alone.length;
    scan.link(alone, alone);
    return true;
  }
  const start = scan.at + macro.length;
  const end = scan.find(']', start);
  if (end < 0) return false;
  const words = scan.text.slice(start, end);
  scan.at = end + 1;
  if (SILENT.test(macro)) {
    if (macro.startsWith('pass')) scan.append(words);
    return true;
  }
  const target = macro.slice(0, -1).replace(/^(?:link|xref|mailto):/, '');
  const isLink = /^(?:https?|ftp|irc|link|xref|mailto)/.test(macro);
  // Behind the words of a link come attributes: `words,window=_blank`, or a caret.
  const shown =
    isLink || macro.startsWith('image')
      ? words
          .replace(/,\s?(?:\w{1,30}=|\d).*$/s, '')
          .replace(/\^$/, '')
          .replace(/^"(.*)"$/s, '$1')
      : words;
  const content = depth < 8 && shown.length <= 2_000 ? asciidocInline(shown, attributes, depth + 1).text : shown;
  if (content !== '') scan.link(isLink ? target : '', content);
  else if (isLink) scan.link(target, target);
  return true;
}

const TEXT = /[\p{L}\p{N}]+|[^*_`#+~^{<[\\]/uy;

function takeText(scan: InlineScanner): void {
  const piece = matchAt(scan, TEXT)?.[0] ?? scan.text[scan.at] ?? '';
  scan.append(piece);
  scan.at += piece.length;
}
