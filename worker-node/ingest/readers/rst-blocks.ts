/** Lines, indentation and explicit markup of reStructuredText. */
import type { RstNames } from './rst-inline.ts';
import { targetName } from './rst-inline.ts';

/** Directives, targets, footnotes and comments. */
export const EXPLICIT = /^(?:\.\.(?: |$)|__ )/;
const DIRECTIVE = /^\.\. {1,8}(?:\|[^|]{1,100}\| )?([a-zA-Z][\w:+.-]{0,60}) ?::(?: {1,8}(.*)|)$/;
const TARGET = /^\.\. _(`[^`]{1,200}`|(?:[^:\\\n]|\\.|:(?! |$)){1,200}):(?: {1,8}(\S.*)|)$/;
const NOTE = /^\.\. \[([^\]]{1,100})\] {1,8}(.*)$/;
const SUBSTITUTION = /^\.\. \|([^|]{1,100})\| replace:: {0,8}(.*)$/;
const OPTION = /^:([\w -]{1,40}):(?: {1,20}(\S.*)|)$/;

export const indentOf = (line: string) => line.length - line.trimStart().length;

/** A line of one repeated character of punctuation. */
export function isAdornment(line: string): boolean {
  const [mark = ''] = line;
  if (line.length < 2 || !/[!-/:-@[-`{-~]/.test(mark)) return false;
  for (const character of line) if (character !== mark) return false;
  return true;
}

/** The lines from `at` that are empty or indented by `indent` and more, without that indentation. */
export function takeIndented(lines: readonly string[], at: number, indent: number): { body: string[]; end: number } {
  const body: string[] = [];
  let end = at;
  for (let i = at; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line !== '' && indentOf(line) < indent) break;
    body.push(line.slice(indent));
    if (line !== '') end = i + 1;
  }
  return { body: body.slice(0, end - at), end };
}

export interface Directive {
  /** Null for a footnote, whose text is `argument` and `body`, and for what shows nothing: a target or a comment. */
  readonly name: string | null;
  readonly argument: string;
  readonly options: ReadonlyMap<string, string>;
  readonly body: readonly string[];
  readonly end: number;
}

export function takeDirective(lines: readonly string[], at: number): Directive {
  const line = lines[at] ?? '';
  const next = lines[at + 1] ?? '';
  const { body, end } = takeIndented(lines, at + 1, Math.max(1, indentOf(next === '' ? firstFilled(lines, at + 1) : next)));
  const options = new Map<string, string>();
  const note = NOTE.exec(line);
  if (note) return { name: null, argument: `[${note[1]}] ${note[2]}`, options, body, end };
  const match = DIRECTIVE.exec(line);
  // What stands behind an empty line is part of a comment only if it is indented.
  if (!match || SUBSTITUTION.test(line))
    return { name: null, argument: '', options, body: [], end: line === '..' && next === '' ? at + 1 : end };
  const argument = [match[2] ?? ''];
  let start = 0;
  // Options, or further lines of the argument, up to an empty line.
  while (start < body.length && body[start] !== '') {
    const option = OPTION.exec(body[start] ?? '');
    if (option) options.set(option[1] ?? '', option[2] ?? '');
    else if (options.size > 0 || argument[0] === '' || !isSignature(match[1] ?? '')) break;
    else argument.push(body[start] ?? '');
    start++;
  }
  return { name: (match[1] ?? '').toLowerCase(), argument: argument.join('\n').trim(), options, body: body.slice(start), end };
}

const isSignature = (name: string) =>
  /(?:function|method|class|attribute|data|exception|option|macro|type|member|var|describe|object)$/.test(name);

function firstFilled(lines: readonly string[], at: number): string {
  for (let i = at; i < lines.length; i++) if (lines[i] !== '') return lines[i] ?? '';
  return '';
}

/** Targets and substitutions, which may stand below the places that name them. */
export function collectNames(lines: readonly string[]): RstNames {
  const targets = new Map<string, string>();
  const substitutions = new Map<string, string>();
  for (const raw of lines) {
    const line = raw.trimStart();
    const target = TARGET.exec(line);
    const substitution = target ? null : SUBSTITUTION.exec(line);
    if (target?.[2] !== undefined) targets.set(targetName(target[1] ?? ''), target[2]);
    else if (substitution) substitutions.set(substitution[1] ?? '', substitution[2] ?? '');
    for (const [, words = '', url = ''] of line.matchAll(/`([^`<>]{1,200})<(https?:[^`<>\s]{1,2000})>`_(?!_)/g))
      targets.set(targetName(words), url);
  }
  return { targets, substitutions };
}
