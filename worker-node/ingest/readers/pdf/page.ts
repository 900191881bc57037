/** Reads one page: its text, the links and notes on it, and the fields that were filled in. */
import type { PDFPageProxy } from 'pdfjs-dist';
import { removeControlCharacters, singleLine } from '../normalise.ts';
import { blocksOf } from './blocks.ts';
import type { Block } from './geometry.ts';
import { framesOf, segmentsOf, type TextItem } from './segments.ts';

/** What a page may have; more is left out. */
const MAX_ANNOTATIONS = 5_000;
const MAX_LINKS = 1_000;
const MAX_NOTE_CHARACTERS = 10_000;
const FIELD_SIZE = 10;

interface Annotation {
  readonly subtype?: unknown;
  readonly rect?: unknown;
  readonly url?: unknown;
  readonly fieldType?: unknown;
  readonly fieldValue?: unknown;
  readonly password?: unknown;
  readonly contentsObj?: { readonly str?: unknown };
  readonly titleObj?: { readonly str?: unknown };
}

export interface PageContent {
  readonly blocks: readonly Block[];
  /** What readers noted on the page, each with its author's name. */
  readonly notes: readonly string[];
}

export async function readPage(page: PDFPageProxy): Promise<PageContent> {
  const { items, styles } = await page.getTextContent();
  const annotations = await annotationsOf(page);
  const texts = items.filter((item) => 'str' in item) as TextItem[];
  const frames = framesOf([...texts, ...annotations.flatMap(fieldItems)], styles, linkFinder(annotations));
  page.cleanup();
  return { blocks: frames.flatMap(({ pieces }) => blocksOf(segmentsOf(pieces))), notes: annotations.flatMap(noteOf) };
}

/** A page without those that cannot be read is better than none. */
async function annotationsOf(page: PDFPageProxy): Promise<readonly Annotation[]> {
  try {
    return ((await page.getAnnotations()) as Annotation[]).slice(0, MAX_ANNOTATIONS);
  } catch {
    return [];
  }
}

const rectOf = ({ rect }: Annotation): readonly [number, number, number, number] | null =>
  Array.isArray(rect) && rect.length === 4 && rect.every(Number.isFinite)
    ? (rect as unknown as [number, number, number, number])
    : null;

/** Finds the address of the link at a point; null where the page has no links. */
function linkFinder(annotations: readonly Annotation[]): ((x: number, y: number) => string | null) | null {
  const links = annotations.slice(0, MAX_LINKS).flatMap((annotation) => {
    const rect = rectOf(annotation);
    const { subtype, url } = annotation;
    return subtype === 'Link' && typeof url === 'string' && /^https?:/i.test(url) && rect ? [{ url, rect }] : [];
  });
  if (links.length === 0) return null;
  return (x, y) => links.find(({ rect: [x0, y0, x1, y1] }) => x >= x0 && x <= x1 && y >= y0 && y <= y1)?.url ?? null;
}

/** The text that a field of a form was filled in with, at its place. */
function fieldItems(annotation: Annotation): TextItem[] {
  const rect = rectOf(annotation);
  const { subtype, fieldType, fieldValue, password } = annotation;
  if (subtype !== 'Widget' || (fieldType !== 'Tx' && fieldType !== 'Ch') || password === true || !rect) return [];
  const values = (Array.isArray(fieldValue) ? fieldValue : [fieldValue]).filter((value) => typeof value === 'string');
  const [x0, y0, x1, y1] = rect;
  const lines = values.flatMap((value) => value.split(/\r\n?|\n/)).filter((line) => line.trim() !== '');
  const size = Math.max(1, Math.min(FIELD_SIZE, (y1 - y0) / Math.max(1, lines.length)));
  const top = y1 - (y1 - y0 - size * lines.length) / 2;
  return lines.map((str, index) => ({
    str,
    dir: 'ltr',
    transform: [size, 0, 0, size, x0 + 2, top - size * (index + 0.8)],
    width: Math.min(x1 - x0, str.length * size * 0.5),
    height: size,
    fontName: '',
  }));
}

const NOTES = new Set(['Text', 'FreeText', 'Highlight', 'Underline', 'Squiggly', 'StrikeOut', 'Caret']);

function noteOf({ subtype, contentsObj, titleObj }: Annotation): string[] {
  if (typeof subtype !== 'string' || !NOTES.has(subtype)) return [];
  const text =
    typeof contentsObj?.str === 'string' ? removeControlCharacters(contentsObj.str).trim().slice(0, MAX_NOTE_CHARACTERS) : '';
  const author = typeof titleObj?.str === 'string' ? singleLine(titleObj.str) : null;
  return text === '' ? [] : [author === null || subtype === 'FreeText' ? text : `${author}: ${text}`];
}
