/** Commands of LaTeX within running text. */
import type { PlainText } from './escape.ts';
import { createInlineScanner, isWebUrl } from './inline-scanner.ts';
import { groupEnds, type LatexToken } from './latex-tokens.ts';

/** Commands whose arguments, of the number given, are no text. */
const SILENT: Readonly<Record<string, number>> = {
  ...{ label: 1, vspace: 1, 'vspace*': 1, hspace: 1, 'hspace*': 1, includegraphics: 1, input: 1, include: 1, bibliography: 1 },
  ...{
    bibliographystyle: 1,
    usepackage: 1,
    documentclass: 1,
    pagestyle: 1,
    thispagestyle: 1,
    setcounter: 2,
    addtocounter: 2,
    setlength: 2,
  },
  ...{
    addtolength: 2,
    newcommand: 2,
    'newcommand*': 2,
    renewcommand: 2,
    'renewcommand*': 2,
    providecommand: 2,
    newenvironment: 3,
  },
  ...{
    renewenvironment: 3,
    newtheorem: 2,
    DeclareMathOperator: 2,
    def: 1,
    color: 1,
    definecolor: 3,
    fontsize: 2,
    selectlanguage: 1,
  },
  ...{
    addcontentsline: 3,
    pagenumbering: 1,
    graphicspath: 1,
    hyphenation: 1,
    lstset: 1,
    tikzset: 1,
    hypersetup: 1,
    geometry: 1,
    index: 1,
  },
  ...{
    rule: 2,
    multirow: 2,
    multicolumn: 2,
    cline: 1,
    cmidrule: 1,
    raisebox: 1,
    parbox: 1,
    resizebox: 2,
    scalebox: 1,
    textcolor: 1,
    colorbox: 1,
  },
  ...{
    ref: 1,
    eqref: 1,
    pageref: 1,
    autoref: 1,
    cref: 1,
    Cref: 1,
    nameref: 1,
    nocite: 1,
    foreignlanguage: 1,
    rowcolor: 1,
    cellcolor: 1,
  },
};
const CITATIONS = /^(?:[a-z]{0,6}cite[a-z]{0,10}\*?|Cite[a-z]{0,5})$/;
const WORDS: Readonly<Record<string, string>> = {
  ...{
    LaTeX: 'LaTeX',
    TeX: 'TeX',
    LaTeXe: 'LaTeX2e',
    BibTeX: 'BibTeX',
    ldots: '…',
    dots: '…',
    textellipsis: '…',
    textbackslash: '\\',
  },
  ...{
    textasciitilde: '~',
    textasciicircum: '^',
    textbar: '|',
    textless: '<',
    textgreater: '>',
    textbullet: '•',
    copyright: '©',
    pounds: '£',
  },
  ...{
    euro: '€',
    texteuro: '€',
    S: '§',
    P: '¶',
    dag: '†',
    ddag: '‡',
    ss: 'ß',
    ae: 'æ',
    AE: 'Æ',
    oe: 'œ',
    OE: 'Œ',
    o: 'ø',
    O: 'Ø',
    aa: 'å',
    AA: 'Å',
  },
  ...{
    l: 'ł',
    L: 'Ł',
    i: 'ı',
    j: 'ȷ',
    textendash: '–',
    textemdash: '—',
    quad: ' ',
    qquad: ' ',
    and: ' • ',
    textquotesingle: "'",
    today: '',
  },
  ...{
    ' ': ' ',
    '\n': ' ',
    '&': '&',
    '%': '%',
    $: '$',
    '#': '#',
    _: '_',
    '{': '{',
    '}': '}',
    ',': ' ',
    ';': ' ',
    ':': ' ',
    '-': '',
    '/': '',
    '@': '',
  },
};
const ACCENTS: Readonly<Record<string, string>> = {
  ...{
    "'": '\u0301',
    '`': '\u0300',
    '^': '\u0302',
    '"': '\u0308',
    '~': '\u0303',
    '=': '\u0304',
    '.': '\u0307',
    u: '\u0306',
    v: '\u030c',
  },
  ...{ H: '\u030b', c: '\u0327', k: '\u0328', r: '\u030a', d: '\u0323', b: '\u0331' },
};
/** Arguments inside one another. */
const MAX_DEPTH = 50;

interface Argument {
  readonly content: PlainText;
  /** The token behind it. */
  readonly end: number;
}

export function createLatexInline(tokens: readonly LatexToken[]) {
  let scanner = createInlineScanner('');
  let depth = 0;

  /** Where groups end; made for the first argument. */
  let ends: ((at: number) => number) | undefined;

  /** The end of the group that begins at `at`; -1 where none closes it. */
  function closing(at: number): number {
    ends ??= groupEnds(tokens);
    return ends(at);
  }

  /** The token behind white space. */
  function skipBlank(at: number): number {
    return tokens[at]?.kind === 'text' && tokens[at]?.text.trim() === '' ? at + 1 : at;
  }

  /** The token behind `[…]`, which may hold groups; `at` where none stands there. */
  function skipOptional(at: number): number {
    const first = tokens[at];
    if (first?.kind !== 'text' || !first.text.trimStart().startsWith('[')) return at;
    let level = 0;
    for (let i = at; i < tokens.length && i - at < 200; i++) {
      const token = tokens[i];
      if (token?.kind === 'open') level++;
      else if (token?.kind === 'close') level--;
      else if (token?.kind === 'paragraph') return at;
      else if (token?.kind === 'text' && level === 0 && token.text.includes(']')) {
        const rest = token.text.slice(token.text.indexOf(']') + 1);
        if (rest !== '') pending = { at: i, text: rest };
        return rest === '' ? i + 1 : i;
      }
    }
    return at;
  }

  /** What is left of a text token of which the first part was an option. */
  let pending: { at: number; text: string } | null = null;
  const textOf = (at: number) => (pending?.at === at ? pending.text : (tokens[at]?.text ?? ''));

  function skipArguments(at: number, count: number): number {
    let next = skipBlank(skipOptional(at));
    for (let i = 0; i < count; i++) {
      next = skipBlank(skipOptional(next));
      if (tokens[next]?.kind === 'command') next++;
      if (tokens[next]?.kind !== 'open') return next;
      const end = closing(next);
      if (end < 0) return next + 1;
      next = end + 1;
    }
    return next;
  }

  /** The text of the group at `at`; empty where none stands there. */
  function argument(at: number): Argument {
    const start = skipBlank(at);
    if (tokens[start]?.kind !== 'open' || depth >= MAX_DEPTH) return { content: { text: '' }, end: at };
    const end = closing(start);
    if (end < 0) return { content: { text: '' }, end: start + 1 };
    const outer = scanner;
    scanner = createInlineScanner('');
    depth++;
    for (let i = start + 1; i < end; ) {
      const token = tokens[i];
      i++;
      if (!token) break;
      if (token.kind === 'command') i = Math.max(i, Math.min(command(token.text, i), end));
      else append(textOf(i - 1), token.kind);
    }
    depth--;
    const content = scanner.finish();
    scanner = outer;
    return { content, end: end + 1 };
  }

  function append(text: string, kind: LatexToken['kind'] = 'text'): void {
    if (kind === 'open' || kind === 'close' || kind === 'begin' || kind === 'end') return;
    if (kind === 'text' || kind === 'paragraph')
      scanner.append(text.replace(/``|''/g, '"').replace(/---/g, '—').replace(/--/g, '–'));
    else scanner.append(text);
  }

  /** Appends what the command writes; the result is the token behind its arguments. */
  function command(name: string, at: number): number {
    const accent = ACCENTS[name];
    if (accent !== undefined) return takeAccent(accent, at);
    const word = WORDS[name];
    if (word !== undefined) {
      scanner.append(word);
      return tokens[at]?.kind === 'open' && tokens[at + 1]?.kind === 'close' ? at + 2 : at;
    }
    if (name === 'href' || name === 'url' || name === 'nolinkurl' || name === 'path') return takeLink(name, at);
    if (CITATIONS.test(name)) {
      const next = skipOptional(skipOptional(at));
      const keys = argument(next);
      scanner.append(keys.content.text === '' ? '' : `[${keys.content.text}]`);
      return keys.end;
    }
    if (name === 'footnote' || name === 'thanks') {
      const note = argument(skipOptional(at));
      scanner.append(' (');
      scanner.appendAll(note.content);
      scanner.append(')');
      return note.end;
    }
    const silent = SILENT[name];
    if (silent !== undefined) return skipArguments(at, silent);
    // The braces of other commands are passed over, and their words are read.
    return skipOptional(at);
  }

  function takeAccent(accent: string, at: number): number {
    const group = argument(at);
    const token = tokens[at];
    if (group.end > at) {
      const [first = '', ...rest] = group.content.text.replace('ı', 'i').replace('ȷ', 'j');
      scanner.append(`${first}${accent}${rest.join('')}`.normalize('NFC'));
      return group.end;
    }
    if (token?.kind === 'command' && (token.text === 'i' || token.text === 'j')) {
      scanner.append(`${token.text}${accent}`.normalize('NFC'));
      return at + 1;
    }
    if (token?.kind !== 'text') return at;
    const [first = '', ...rest] = textOf(at);
    scanner.append(`${first}${accent}`.normalize('NFC'));
    append(rest.join(''));
    return at + 1;
  }

  function takeLink(name: string, at: number): number {
    const start = skipBlank(at);
    const end = tokens[start]?.kind === 'open' ? closing(start) : -1;
    if (end < 0) return at;
    const inside = tokens.slice(start + 1, Math.min(end, start + 200));
    const url = inside
      .map(({ kind, text }) => (kind === 'command' ? (WORDS[text] ?? text) : text))
      .join('')
      .trim();
    if (name !== 'href') {
      scanner.link(url, url);
      return end + 1;
    }
    const words = argument(end + 1);
    if (isWebUrl(url)) scanner.link(url, words.content.text);
    else scanner.appendAll(words.content);
    return words.end;
  }

  return {
    append,
    command,
    /** The text of the token at `at`, or what an option in front has left of it. */
    textOf,
    argument,
    skipOptional,
    skipArguments,
    /** The label of an item in a description; options of other items are left out. */
    label(at: number): number {
      const end = skipOptional(at);
      if (end === at && pending?.at !== at) return at;
      const label = tokens
        .slice(at, pending?.at === end ? end + 1 : end)
        .map(({ kind, text }) => (kind === 'text' || kind === 'verbatim' ? text : ''))
        .join('');
      const words = label.slice(label.indexOf('[') + 1, label.lastIndexOf(']')).trim();
      if (words !== '') scanner.append(`${words}:`);
      if (pending?.at !== end) return end;
      append(pending.text);
      return end + 1;
    },
    /** The source up to the end of the environment, and the token behind that. */
    takeRaw(at: number, name: string): { text: string; end: number } {
      let end = at;
      while (end < tokens.length && !(tokens[end]?.kind === 'end' && tokens[end]?.text === name)) end++;
      const text = tokens
        .slice(at, end)
        .map((token) => (token.kind === 'command' ? `\\${token.text} ` : token.kind === 'row' ? '\\\\' : token.text))
        .join('');
      return { text, end: end + 1 };
    },
    take(): PlainText {
      const content = scanner.finish();
      scanner = createInlineScanner('');
      pending = null;
      return content;
    },
  };
}
