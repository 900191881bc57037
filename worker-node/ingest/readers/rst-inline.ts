/** Inline markup of reStructuredText: roles, literals, references, emphasis and substitutions. */
import type { PlainText } from './escape.ts';
import { createInlineScanner, type InlineScanner, isWebUrl } from './inline-scanner.ts';

export interface RstNames {
  /** Addresses of named targets, by name in lower case. */
  readonly targets: ReadonlyMap<string, string>;
  /** Texts of substitutions. */
  readonly substitutions: ReadonlyMap<string, string>;
}

/** Roles whose text is a reference with an optional explicit title, or has a prefix that is not shown. */
const ROLE = /:[a-zA-Z][\w+.:-]{0,60}:`/y;
const TITLED = /^([^<]*)<([^<>]*)>$/;
/** A reference of one word, such as `docs_`. */
const WORD_REFERENCE = /[\p{L}\p{N}][\p{L}\p{N}.+-]{0,100}_(?![\p{L}\p{N}_])/uy;

export const targetName = (name: string) =>
  name
    .replace(/[\s`]+/g, ' ')
    .trim()
    .toLowerCase();

export function rstInline(text: string, names: RstNames): PlainText {
  const scan = createInlineScanner(text);
  while (scan.at < text.length) if (!takeMarkup(scan, names)) takeText(scan);
  return scan.finish();
}

function takeMarkup(scan: InlineScanner, names: RstNames): boolean {
  switch (scan.text[scan.at]) {
    case '\\': {
      // An escaped space joins what stands around it.
      const next = scan.text[scan.at + 1] ?? '';
      if (!/\s/.test(next)) scan.append(next);
      scan.at += 2;
      return true;
    }
    case '`': {
      const literal = scan.enclosed('``', '``');
      if (literal !== null) scan.append(literal);
      return literal !== null || takeInterpreted(scan, names);
    }
    case ':': {
      ROLE.lastIndex = scan.at;
      const role = ROLE.exec(scan.text)?.[0];
      if (role === undefined) return false;
      const start = scan.at;
      scan.at += role.length - 1;
      if (takeInterpreted(scan, names)) return true;
      scan.at = start;
      return false;
    }
    case '*': {
      const content = scan.emphasised('**') ?? scan.emphasised('*');
      if (content !== null) scan.append(content);
      return content !== null;
    }
    case '|': {
      const name = scan.emphasised('|');
      if (name === null) return false;
      scan.append(names.substitutions.get(name) ?? name);
      if (scan.startsWith('_')) scan.at += scan.startsWith('__') ? 2 : 1;
      return true;
    }
    default:
      return takeWordReference(scan, names);
  }
}

/** `text`, `text <target>`_ and the like, with the role before them passed over. */
function takeInterpreted(scan: InlineScanner, { targets }: RstNames): boolean {
  const content = scan.enclosed('`', '`');
  if (content === null) return false;
  const titled = TITLED.exec(content);
  const words = (titled?.[1]?.trim() || (titled?.[2] ?? content)).replace(/^[~!]/, '');
  const reference = scan.startsWith('_');
  if (reference) scan.at += scan.startsWith('__') ? 2 : 1;
  const target = titled?.[2]?.trim() ?? '';
  const url = isWebUrl(target) ? target : (targets.get(targetName(target.replace(/_$/, '') || words)) ?? '');
  scan.link(reference ? url : '', words);
  // A trailing role.
  if (!reference && scan.startsWith(':')) {
    const role = /^:[a-z][\w-]{0,40}:(?!`)/i.exec(scan.text.slice(scan.at, scan.at + 44))?.[0];
    scan.at += role?.length ?? 0;
  }
  return true;
}

function takeWordReference(scan: InlineScanner, { targets }: RstNames): boolean {
  if (/[\p{L}\p{N}_]/u.test(scan.text[scan.at - 1] ?? ' ')) return false;
  WORD_REFERENCE.lastIndex = scan.at;
  const word = WORD_REFERENCE.exec(scan.text)?.[0];
  const url = word === undefined ? undefined : targets.get(targetName(word.slice(0, -1)));
  if (word === undefined || url === undefined) return false;
  scan.at += word.length;
  scan.link(url, word.slice(0, -1));
  return true;
}

/** A word, or one character that could have been markup. */
const TEXT = /[\p{L}\p{N}]+|[^\\`:*|]/uy;

function takeText(scan: InlineScanner): void {
  TEXT.lastIndex = scan.at;
  const piece = TEXT.exec(scan.text)?.[0] ?? scan.text[scan.at] ?? '';
  scan.append(piece);
  scan.at += piece.length;
}
