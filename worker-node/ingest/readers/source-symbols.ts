/** Finds the line that declares a function, class or the like. */
import { trimEndOf } from '../../../src/kernel/core/trim.ts';
import type { SourceLanguage } from './source-languages.ts';

export interface SourceSymbol {
  /** `class Lamp`, `function light`: the keyword and the name. */
  readonly name: string;
  readonly indent: number;
}

/** Words before the keyword of a declaration. */
const MODIFIERS = new Set(
  'export default public private protected internal static final abstract async unsafe override virtual inline data sealed open suspend declare partial const extern readonly local pub fileprivate mutating @objc noinline inner companion implicit lazy external nonisolated'.split(
    ' ',
  ),
);
/** Keywords of declarations in the languages that begin them so. */
const KEYWORDS = new Set(
  'class interface enum record struct trait object protocol extension namespace module mod package function func fun fn def defp defmodule defmacro defn defun defmethod defprotocol sub procedure proc type union impl macro_rules! message service resource'.split(
    ' ',
  ),
);
const NAME = /^[\p{L}_$@'"][\p{L}\p{N}_$.:'"?!-]{0,100}/u;
const SQL =
  /^create (?:or replace )?(?:temporary |temp |unique |materialized )?(table|view|function|procedure|trigger|index|type) (?:if not exists )?([\w."`[\]]{1,100})/i;
const SHELL_FUNCTION = /^([\w:.-]{1,80}) ?\(\) ?[{(]?/;
const GO_METHOD = /^func \([^()]{1,100}\) (\w{1,100})/;
const ASSIGNED = /^(?:export )?(?:const|let|var) ([\w$]{1,100})(?:: [^=]{1,200})? = (?:async )?(?:function\b|\(|[\w$]{1,60} =>)/;
const R_FUNCTION = /^([\w.]{1,100}) ?(?:<-|=) ?function\b/;
/** `name(arguments) {` with types and modifiers before it, and no keyword of control. */
const METHOD = /^(?:[\w$<>[\]*&:,.?#@~]{1,100} ){0,8}[*&]{0,2}([\w$#~:]{1,100})\(/;
const CONTROL = new Set(
  'if for while switch catch return else do with foreach using lock new throw await super function typeof sizeof'.split(' '),
);

export function symbolOf(line: string, { name: language, braces = false }: SourceLanguage): SourceSymbol | null {
  const text = line.trim().replace(/[ \t]+/g, ' ');
  const indent = line.length - line.trimStart().length;
  if (text === '' || text.length > 500) return null;
  const found = declared(text, language, indent) ?? (braces ? bracketed(text, indent, language) : null);
  return found === null ? null : { name: found, indent };
}

function declared(text: string, language: string, indent: number): string | null {
  const sql = language === 'sql' ? SQL.exec(text) : null;
  if (sql) return `${sql[1]?.toLowerCase()} ${sql[2]?.replace(/["`[\]]/g, '')}`;
  if (language === 'bash') return SHELL_FUNCTION.exec(text)?.[1] ?? keyword(text);
  if (language === 'r') return R_FUNCTION.exec(text)?.[1] ?? null;
  if (language === 'go') return GO_METHOD.exec(text)?.[1] ?? keyword(text);
  if (language === 'javascript' || language === 'typescript')
    return (indent === 0 ? ASSIGNED.exec(text)?.[1] : null) ?? keyword(text);
  if (language === 'css' || language === 'scss' || language === 'vue' || language === 'makefile') return null;
  return keyword(text.startsWith('(') ? text.slice(1) : text);
}

/** The name behind a keyword of declarations. */
function keyword(text: string): string | null {
  const words = text.split(' ', 12);
  const at = words.findIndex((word) => !MODIFIERS.has(word) && !/^(?:pub\([a-z ]{1,20}\)|@\w{1,40})$/.test(word));
  const kind = words[at]?.split(/[*<(]/)[0] ?? '';
  if (at < 0 || !KEYWORDS.has(kind)) return null;
  const rest = words
    .slice(at + 1)
    .join(' ')
    .replace(/^\* ?/, '');
  if (kind === 'impl') return `impl ${trimEndOf(rest, '{ ')}`.slice(0, 120);
  const name = trimEndOf(NAME.exec(rest)?.[0] ?? '', ':.\'"-').replace(/^["']/, '');
  // `type` and `message` are ordinary names in many languages: a declaration goes on with something after the name.
  if (name === '' || CONTROL.has(name) || /^(?:=|:|\.)/.test(rest)) return null;
  return `${kind} ${name}`;
}

function bracketed(text: string, indent: number, language: string): string | null {
  const name = METHOD.exec(text)?.[1];
  if (name === undefined || CONTROL.has(name) || CONTROL.has(text.split(/[ (]/, 1)[0] ?? '')) return null;
  const opens = text.endsWith('{');
  // In C a definition begins at the margin, and its bracket may stand on the next line.
  if (language === 'c' || language === 'cpp' || language === 'objectivec')
    return indent === 0 && text.includes(' ') && (opens || text.endsWith(')') || text.endsWith(',')) ? name : null;
  return opens && indent > 0 && indent <= 8 && !text.includes('=>') && !text.includes(' = ') ? name : null;
}
