/**
 * How much of what people took for the content of web pages is read, and how much of what is read they took for it.
 * `READABILITY=<test/test-pages of mozilla/readability> TRAFILATURA=<tests of adbar/trafilatura> npm run bench:extraction`;
 * one of them is enough. `EVERY=6` reads each sixth page, `WORST=10` lists the pages that agree least. Fetches nothing.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { type ExtractedDocument, readDocument } from '../worker-node/ingest/read-document.ts';
import { altText } from '../worker-node/ingest/readers/html-images.ts';

const every = Number(process.env.EVERY ?? 1);
const worst = Number(process.env.WORST ?? 0);
const URL_OF_PAGES = 'https://fakehost.example/test/page.html';

const BLOCK_TAG =
  /<\/?(?:p|div|li|ul|ol|dl|dt|dd|t[drh]|table|h[1-6]|br|figure|figcaption|section|article|header|pre|blockquote)\b/gi;

/** Runs of letters and digits, in one case and width. */
const words = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .match(/[\p{L}\p{N}]+/gu) ?? [];
const same = (a: string | null, b: string | null) => words(a ?? '').join(' ') === words(b ?? '').join(' ');
/** A time in UTC may be on the day before or after that which the page names. */
const isSameDay = (a: string, b: string) => Math.abs(Date.parse(a) - Date.parse(b)) < 86_400_000;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
const percent = (part: number, whole: number) => `${part} of ${whole} (${((100 * part) / Math.max(whole, 1)).toFixed(1)} %)`;

async function read(path: string, url: string): Promise<ExtractedDocument | null> {
  const bytes = readFileSync(path);
  try {
    return await readDocument({ bytes, contentType: 'text/html', filename: null, url, aliases: [] });
  } catch (error) {
    console.log(`refused: ${path}: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

/** The share of `wanted`'s words that `found` has, each as often as it stands there. */
function share(wanted: readonly string[], found: readonly string[]): number {
  const left = new Map<string, number>();
  for (const word of found) left.set(word, (left.get(word) ?? 0) + 1);
  let hits = 0;
  for (const word of wanted) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    hits++;
    left.set(word, count - 1);
  }
  return wanted.length === 0 ? 1 : hits / wanted.length;
}

/** With the texts of images, which are read as well. */
function textOf(html: string): string {
  const { document } = parseHTML(`<!doctype html><html><body>${html.replace(BLOCK_TAG, ' $&')}</body></html>`);
  for (const image of document.querySelectorAll('img')) image.replaceWith(document.createTextNode(altText(image, false)));
  return document.documentElement.textContent ?? '';
}

function listWorst(pages: { name: string; score: number; note: string }[]): void {
  pages.sort((a, b) => a.score - b.score);
  for (const { name, score, note } of pages.slice(0, worst)) console.log(`  ${score.toFixed(3)} ${name} ${note}`);
}

interface ReadabilityMetadata {
  readonly title: string | null;
  readonly byline: string | null;
  readonly publishedTime: string | null;
}

async function measureReadability(folder: string): Promise<void> {
  const pages: { name: string; score: number; note: string }[] = [];
  const recalls: number[] = [];
  const precisions: number[] = [];
  const right = { title: 0, author: 0, date: 0 };
  const known = { title: 0, author: 0, date: 0 };
  for (const [i, name] of readdirSync(folder).sort().entries()) {
    if (i % every !== 0) continue;
    const expected = words(textOf(readFileSync(join(folder, name, 'expected.html'), 'utf8')));
    const metadata: ReadabilityMetadata = JSON.parse(readFileSync(join(folder, name, 'expected-metadata.json'), 'utf8'));
    const document = await read(join(folder, name, 'source.html'), URL_OF_PAGES);
    const found = words(document?.text ?? '');
    const recall = share(expected, found);
    const precision = share(found, expected);
    recalls.push(recall);
    precisions.push(precision);
    const score = (2 * recall * precision) / Math.max(recall + precision, 1e-9);
    pages.push({ name, score, note: `recall ${recall.toFixed(2)} precision ${precision.toFixed(2)}` });
    known.title++;
    if (same(metadata.title, document?.metadata.title ?? null)) right.title++;
    else if (worst > 0) console.log(`  title of ${name}: ${document?.metadata.title} | expected ${metadata.title}`);
    if (metadata.byline) {
      known.author++;
      if (same(metadata.byline.replace(/^by\s/i, ''), document?.metadata.authors.join(', ') ?? null)) right.author++;
      else if (worst > 0) console.log(`  author of ${name}: ${document?.metadata.authors.join('; ')} | ${metadata.byline}`);
    }
    if (metadata.publishedTime) {
      known.date++;
      const own = document?.metadata.publishedAt;
      if (own && isSameDay(own, metadata.publishedTime)) right.date++;
      else if (worst > 0) console.log(`  date of ${name}: ${own} | ${metadata.publishedTime}`);
    }
  }
  console.log(`mozilla/readability, ${pages.length} pages:`);
  console.log(
    `  words: F1 ${mean(pages.map(({ score }) => score)).toFixed(4)}, recall ${mean(recalls).toFixed(4)}, precision ${mean(precisions).toFixed(4)}`,
  );
  console.log(
    `  title ${percent(right.title, known.title)}, author ${percent(right.author, known.author)}, date ${percent(right.date, known.date)}`,
  );
  listWorst(pages);
}

interface TrafilaturaPage {
  readonly file: string;
  readonly with: readonly string[];
  readonly without: readonly string[];
  readonly title?: string;
  readonly author?: string | readonly string[];
  readonly date?: string;
}

async function measureTrafilatura(folder: string): Promise<void> {
  const data: Record<string, TrafilaturaPage> = JSON.parse(readFileSync(join(folder, 'evaldata.json'), 'utf8'));
  const counts = {
    found: 0,
    wanted: 0,
    kept: 0,
    unwanted: 0,
    title: 0,
    titles: 0,
    author: 0,
    authors: 0,
    date: 0,
    dates: 0,
    noDate: 0,
  };
  const pages: { name: string; score: number; note: string }[] = [];
  for (const [i, [url, page]] of Object.entries(data).entries()) {
    const path = ['cache', 'eval'].map((part) => join(folder, part, page.file)).find(existsSync);
    if (i % every !== 0 || path === undefined) continue;
    const document = await read(path, url);
    const text = words(document?.text ?? '').join(' ');
    // Many segments begin or end within a word.
    const has = (segment: string) => text.includes(words(segment).join(' '));
    const found = page.with.filter(has);
    const kept = page.without.filter(has);
    counts.found += found.length;
    counts.wanted += page.with.length;
    counts.kept += kept.length;
    counts.unwanted += page.without.length;
    const score = found.length / page.with.length - kept.length / Math.max(page.without.length, 1);
    const missing = page.with.filter((segment) => !found.includes(segment)).map((segment) => segment.slice(0, 40));
    pages.push({
      name: page.file,
      score,
      note: `missing ${JSON.stringify(missing)} kept ${JSON.stringify(kept.map((segment) => segment.slice(0, 40)))}`,
    });
    const metadata = document?.metadata;
    if (page.title) {
      counts.titles++;
      if (same(page.title, metadata?.title ?? null)) counts.title++;
    }
    if (page.author) {
      counts.authors++;
      if (same([page.author].flat().join(', ').replaceAll('; ', ', '), metadata?.authors.join(', ') ?? null)) counts.author++;
      else if (worst > 0) console.log(`  author of ${page.file}: ${metadata?.authors.join('; ')} | ${page.author}`);
    }
    if (page.date) {
      counts.dates++;
      const own = metadata?.publishedAt;
      if (!own) counts.noDate++;
      else if (isSameDay(own, page.date)) counts.date++;
      else if (worst > 0) console.log(`  date of ${page.file}: ${own} | ${page.date}`);
    }
  }
  const recall = counts.found / counts.wanted;
  const precision = counts.found / (counts.found + counts.kept);
  console.log(`adbar/trafilatura, ${pages.length} pages:`);
  console.log(
    `  segments: wanted found ${percent(counts.found, counts.wanted)}, unwanted absent ${percent(counts.unwanted - counts.kept, counts.unwanted)}, F1 ${((2 * recall * precision) / (recall + precision)).toFixed(4)}`,
  );
  console.log(
    `  title ${percent(counts.title, counts.titles)}, author ${percent(counts.author, counts.authors)}, date ${percent(counts.date, counts.dates)}, none ${counts.noDate}`,
  );
  listWorst(pages);
}

const { READABILITY, TRAFILATURA } = process.env;
if (READABILITY === undefined && TRAFILATURA === undefined)
  throw new Error('READABILITY or TRAFILATURA: expected the folder of test pages; the head of bench/extraction.ts says which');
if (READABILITY !== undefined) await measureReadability(READABILITY);
if (TRAFILATURA !== undefined) await measureTrafilatura(TRAFILATURA);
