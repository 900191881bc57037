/** Tokens of LaTeX. Comments are left out, and an empty line is a token of its own. */

export interface LatexToken {
  /** `math` is a formula with its delimiters; `verbatim` the text of `\verb`. */
  readonly kind: 'text' | 'command' | 'begin' | 'end' | 'open' | 'close' | 'paragraph' | 'cell' | 'row' | 'math' | 'verbatim';
  readonly text: string;
  /** Offsets in the source. */
  readonly start: number;
  readonly end: number;
}

const COMMAND = /\\(?:[a-zA-Z@]+\*?|[\s\S]|$)/y;
const ENVIRONMENT = /[ \t]{0,10}\{([^{}\n]{1,60})\}/y;
const COMMENT = /%[^\n]*(?:\n[ \t]*)?/y;
const TEXT = /[^\\{}%&$~\n]+/y;
const EMPTY_LINE = /\n(?:[ \t]*\n)+/y;
/** Environments whose body is no LaTeX. */
const RAW = new Set([
  'verbatim',
  'verbatim*',
  'Verbatim',
  'lstlisting',
  'minted',
  'comment',
  'alltt',
  'filecontents',
  'filecontents*',
]);

/** Characters of `\verb`. */
const MAX_VERB = 500;

export function tokeniseLatex(source: string): LatexToken[] {
  const tokens: LatexToken[] = [];
  let at = 0;
  const add = (kind: LatexToken['kind'], text: string, end: number) => {
    tokens.push({ kind, text, start: at, end });
    at = end;
  };
  const match = (expression: RegExp, from = at) => {
    expression.lastIndex = from;
    return expression.exec(source);
  };
  /** Where `mark` was not found any more. */
  const missing = new Set<string>();
  const find = (mark: string, from: number) => {
    if (missing.has(mark)) return -1;
    const found = source.indexOf(mark, from);
    if (found < 0) missing.add(mark);
    return found;
  };

  while (at < source.length) {
    const mark = source[at] ?? '';
    if (mark === '\\') {
      const name = match(COMMAND)?.[0].slice(1) ?? '';
      const after = at + 1 + name.length;
      const environment = name === 'begin' || name === 'end' ? match(ENVIRONMENT, after) : null;
      if (environment) {
        const own = environment[1] ?? '';
        add(name === 'begin' ? 'begin' : 'end', own, after + environment[0].length);
        if (name !== 'begin' || !RAW.has(own)) continue;
        const stop = find(`\\end{${own}}`, at);
        add('verbatim', source.slice(at, stop < 0 ? source.length : stop), stop < 0 ? source.length : stop);
      } else if (/^(?:verb\*?|lstinline)$/.test(name)) {
        const quote = source[after] ?? '';
        const near = source.slice(after + 1, after + 1 + MAX_VERB);
        const length = quote === '' || /[a-zA-Z\s]/.test(quote) ? -1 : near.indexOf(quote === '{' ? '}' : quote);
        if (length < 0) add('command', name, after);
        else add('verbatim', near.slice(0, length), after + 1 + length + 1);
      } else if (name === '(' || name === '[') {
        const stop = find(name === '(' ? '\\)' : '\\]', after);
        if (stop < 0) add('text', name, after);
        else add('math', source.slice(at, stop + 2), stop + 2);
      } else if (name === '\\') add('row', '\n', after);
      else add('command', name, /[a-zA-Z]$/.test(name) ? skipSpace(source, after) : after);
    } else if (mark === '%') at += match(COMMENT)?.[0].length ?? 1;
    else if (mark === '{') add('open', '{', at + 1);
    else if (mark === '}') add('close', '}', at + 1);
    else if (mark === '&') add('cell', '&', at + 1);
    else if (mark === '~') add('text', ' ', at + 1);
    else if (mark === '$') {
      const delimiter = source[at + 1] === '$' ? '$$' : '$';
      const stop = source.indexOf(delimiter, at + delimiter.length);
      const end = stop + delimiter.length;
      // A dollar that no other closes in its paragraph is one.
      if (stop < 0 || stop - at > 5_000 || source.slice(at, stop).includes('\n\n')) add('text', '$', at + 1);
      else add('math', source.slice(at, end), end);
    } else if (mark === '\n') {
      const empty = match(EMPTY_LINE)?.[0];
      if (empty) add('paragraph', '\n\n', at + empty.length);
      else add('text', '\n', at + 1);
    } else {
      const text = match(TEXT)?.[0] ?? mark;
      add('text', text, at + text.length);
    }
  }
  return tokens;
}

/** Spaces behind the name of a command belong to it. */
function skipSpace(source: string, at: number): number {
  let end = at;
  while (source[end] === ' ') end++;
  return end;
}

/** Tokens of a group that has an empty line. One that is longer was not closed where its author meant to. */
const MAX_GROUP = 5_000;

/** Finds the token that closes the group that the token `at` opens; -1 where there is none. All groups are matched at once. */
export function groupEnds(tokens: readonly LatexToken[]): (at: number) => number {
  const ends = new Map<number, number>();
  const open: number[] = [];
  /** For each token the next empty line, itself included. */
  const emptyLines = new Int32Array(tokens.length + 1).fill(tokens.length);
  for (const [i, { kind }] of tokens.entries()) {
    if (kind === 'open') open.push(i);
    const start = kind === 'close' ? open.pop() : undefined;
    if (start !== undefined) ends.set(start, i);
  }
  for (let i = tokens.length - 1; i >= 0; i--) emptyLines[i] = tokens[i]?.kind === 'paragraph' ? i : (emptyLines[i + 1] ?? i);
  return (at) => {
    const end = ends.get(at) ?? -1;
    return (emptyLines[Math.min(at + MAX_GROUP + 1, tokens.length)] ?? end) < end ? -1 : end;
  };
}
