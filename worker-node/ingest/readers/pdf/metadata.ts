/** The metadata that a PDF declares: its information dictionary, and XMP. */
import { findArxivId, findDoi } from '../../../../src/services/resources/identifiers.ts';
import { type DocumentMetadata, EMPTY_METADATA } from '../../document.ts';
import { normaliseDate } from '../dates.ts';
import { singleLine } from '../normalise.ts';
import { type Page, textOf } from './geometry.ts';
import { bodySizeOf } from './headings.ts';

const MAX_AUTHORS = 50;
const MAX_TITLE_CHARACTERS = 300;
/** In heights of the running text. */
const MIN_TITLE_SIZE = 1.15;

/** What pdf.js gives of both. */
export interface DeclaredMetadata {
  readonly info: object;
  readonly metadata: { get(name: string): unknown } | null;
}

export function metadataOf({ info, metadata }: DeclaredMetadata, pages: readonly Page[]): DocumentMetadata {
  const declared = info as Record<string, unknown>;
  const xmp = (name: string) => strings(metadata?.get(name));
  const title = goodTitle(strings(declared.Title)[0]) ?? goodTitle(xmp('dc:title')[0]) ?? largestLine(pages);
  const description = singleLine(strings(declared.Subject)[0] ?? xmp('dc:description')[0]);
  const head = firstLines(pages);
  return {
    ...EMPTY_METADATA,
    title,
    description: description !== null && description.length > 10 && description !== title ? description : null,
    authors: authorsOf(strings(declared.Author), xmp('dc:creator')),
    publishedAt: dateOf(strings(declared.CreationDate)[0]) ?? normaliseDate(xmp('xmp:createdate')[0] ?? ''),
    doi: findDoi(xmp('prism:doi')[0] ?? head.find((line) => /^(?:doi\b|https?:\/\/(?:dx\.)?doi\.org\/)/i.test(line)) ?? ''),
    arxivId: findArxivId(head.find((line) => /^arxiv:/i.test(line)) ?? ''),
  };
}

/** The strings in what XMP has: one, or a list. */
function strings(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === 'string' && one.trim() !== '');
}

const NO_TITLE =
  /^(?:untitled(?:[\s-]*(?:\d+|document))?|no title|title|document\s*\d*|slide\s*\d*|presentation\s*\d*|powerpoint presentation|powerpoint-präsentation|présentation powerpoint|print|(?:table of )?contents|abstract|introduction|inhalt(?:sverzeichnis)?|layout \d+|page \d+|sans titre.*|unbenannt.*|\(?anonymous\)?|\(?unspecified\)?)$/i;
const FILE_NAME =
  /\.(?:docx?|pdf|tex|dvi|indd?|pptx?|xlsx?|od[tsp]|rtf|txt|html?|qxd|p?s|eps|pmd|fm|wpd|cdr|ai|dwg|md|png|jpe?g|tiff?)$/i;

/** Null for what a program filled in: the name of the file, or nothing. */
function goodTitle(declared: string | undefined): string | null {
  const title = singleLine(declared?.replace(/^\s*Microsoft (?:Office )?(?:Word|PowerPoint|Excel)\s*-\s*/i, ''));
  if (title === null || NO_TITLE.test(title) || FILE_NAME.test(title) || !/\p{L}\P{L}*\p{L}/u.test(title)) return null;
  if (/^(?:https?:|file:|[a-z]:\\|\/)/i.test(title) || (/[_\\]/.test(title) && !/\s/.test(title))) return null;
  return title;
}

/** Two numbers of articles, accounts or the like, which are longer than a year or a day. */
const isTableRow = (line: string) => (line.match(/\d{6,}/g)?.length ?? 0) > 1;

/** The first text in the largest font of the first page; null where no text stands out. */
function largestLine(pages: readonly Page[]): string | null {
  const body = bodySizeOf(pages) ?? Infinity;
  const lines = (pages[0]?.blocks ?? []).flatMap((block) => block.lines).filter((line) => /\p{L}{2}/u.test(textOf(line)));
  const largest = lines.reduce((most, { size }) => Math.max(most, size), 0);
  if (largest < body * MIN_TITLE_SIZE) return null;
  const first = lines.findIndex(({ size }) => size >= largest * 0.97);
  let end = first;
  while (end < lines.length && (lines[end]?.size ?? 0) >= largest * 0.97) end++;
  const title = singleLine(lines.slice(first, end).map(textOf).join(' '));
  const isTitle = title !== null && title.length <= MAX_TITLE_CHARACTERS && !NO_TITLE.test(title) && !isTableRow(title);
  return isTitle ? title : null;
}

const NO_AUTHOR = /^(?:unknown|anonymous|administrator|admin|user|owner|author|default|root|\(?unspecified\)?|none|-+)$/i;

function authorsOf(info: readonly string[], xmp: readonly string[]): string[] {
  const declared = xmp.length > 1 || info.length === 0 ? xmp : info;
  const parts = declared.flatMap((value) => value.split(/[;&\n]/)).flatMap((part) => singleLine(part)?.split(' and ') ?? []);
  const names = parts.flatMap((part) => (part.split(',').every((name) => name.trim().includes(' ')) ? part.split(',') : [part]));
  const good = names
    .map((name) => singleLine(name))
    .filter((name) => name !== null && !NO_AUTHOR.test(name) && /\p{L}/u.test(name));
  return [...new Set(good as string[])].map((name) => name.slice(0, 200)).slice(0, MAX_AUTHORS);
}

/** `D:20260314120000+01'00'`. A time without a zone is left out. */
function dateOf(declared: string | undefined): string | null {
  const found = /^(?:D:)?(\d{4})(\d{2})?(\d{2})?(?:(\d{2})(\d{2})(\d{2})?)?(?:(Z)|([+-])(\d{2})'?(\d{2})?)?/.exec(
    declared?.trim() ?? '',
  );
  if (!found) return declared === undefined ? null : normaliseDate(declared);
  const [, year, month, day, hour, minute, second = '00', utc, sign, zoneHour, zoneMinute = '00'] = found;
  const date = [year, month, day].filter((part) => part !== undefined).join('-');
  const zone = sign === undefined ? utc : `${sign}${zoneHour}:${zoneMinute}`;
  return normaliseDate(hour === undefined || zone === undefined ? date : `${date}T${hour}:${minute}:${second}${zone}`);
}

/** The short lines of page one. */
const firstLines = (pages: readonly Page[]) =>
  (pages[0]?.blocks ?? [])
    .flatMap((block) => block.lines.map((line) => textOf(line).trim()))
    .filter((line) => line.length <= 160);
