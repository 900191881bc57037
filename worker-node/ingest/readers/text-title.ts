/** Finds the title that a person would give a plain text. */
import { trimEndOf } from '../../../src/kernel/core/trim.ts';
import { singleLine } from './normalise.ts';
import { isGenericHeading } from './titles.ts';
import { headingLevel, isWrapped, shapeOf, unwrap } from './unwrap.ts';

const MAX_CHARACTERS = 100;
const MAX_WORDS = 16;
/** What tells a title stands within so many characters. More would fill the stack of the regular expressions. */
const LOOKED_AT = 2_000;
/** A small letter behind a full stop belongs to an abbreviation, or the text has no capital ones. */
const FIRST_SENTENCE = /^(?:\S+\s.*?[.!?](?=\s+["“„«([]?[\p{Lu}\p{Lo}]|\s*$)|[^。！？]{2,200}[。！？])/su;
/** What a line at the top that is no title looks like: a date, an address, a rule, a field. */
const NO_TITLE = /^[^\s@]+@\S+$|^https?:\S+$|^(?:date|from|to|author|version|copyright)\b[^a-z]{0,3}:/i;
const BYLINE = /^\s*(?:by|von|par|por|edited|translated) /;
/** The first and the last line of a manual page: `TAR(1)   GNU TAR Manual   TAR(1)`. */
const MANUAL_PAGE = /^[\w.+:-]{1,80}\(\d\w{0,5}\)(?=\s)/;

/** Null rather than a part of a sentence or a whole paragraph. */
export function titleOfText(blocks: readonly (readonly string[])[], width: number): string | null {
  const heading = blocks.slice(0, 50).find((lines) => headingLevel(lines) !== null && !isGenericHeading(lines[0] ?? ''));
  if (heading) return singleLine(heading[0]);
  const top = (blocks[0]?.[0] ?? '').trim();
  const manual = MANUAL_PAGE.exec(top)?.[0];
  if (manual && top.endsWith(manual)) return titleOfManual(blocks) ?? manual;
  const first = blocks.slice(0, 3).find((lines) => isTitle((lines[0] ?? '').trim()));
  if (!first || shapeOf(first) !== 'prose') return null;
  const paragraph = (unwrap(first, width)[0] ?? '').replaceAll('\n', ' ');
  const line = singleLine(first[0]) ?? '';
  const next = first[1] ?? blocks[blocks.indexOf(first) + 1]?.[0] ?? '';
  const isAlone = (first.length === 1 || !isWrapped(first)) && (BYLINE.test(next) || !/^\s*\p{Ll}/u.test(next));
  const sentence = singleLine(FIRST_SENTENCE.exec((isAlone ? line : paragraph).slice(0, LOOKED_AT))?.[0]);
  const title = isAlone ? (sentence ?? line) : sentence;
  return title !== null && isShort(title) ? trimEndOf(title, ' .:') : null;
}

const isTitle = (line: string) => /\p{L}/u.test(line.slice(0, LOOKED_AT)) && !NO_TITLE.test(line.slice(0, LOOKED_AT));

const isShort = (text: string) => text.length <= MAX_CHARACTERS && text.split(' ').length <= MAX_WORDS && /\p{L}/u.test(text);

/** `tar - an archiving utility`, which stands under NAME. */
function titleOfManual(blocks: readonly (readonly string[])[]): string | null {
  const section = blocks.slice(0, 10).find((lines) => /^\s*NAME\s*$/.test(lines[0] ?? ''));
  const name = singleLine(section?.slice(1).join(' '));
  return name && isShort(name) ? name : null;
}
