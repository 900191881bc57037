/** Finds the title that a person would give a document among its headings. */
import { altText } from './html-images.ts';
import { nameOf, TEXT, walk } from './html-walk.ts';
import { singleLine } from './normalise.ts';

export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  readonly text: string;
  /** Whether the document begins with it. */
  readonly isFirst: boolean;
}

/** A longer heading is a paragraph. */
export const MAX_TITLE_CHARACTERS = 200;
const MAX_HEADINGS = 500;

/** Headings of parts that any document may have, in small letters. */
const GENERIC = new Set(
  [
    'readme, read me, read the docs, read the documentation, contents, table of contents, toc, index, badges, menu, navigation',
    'install, installation, installing, setup, set up, start, quick start, quickstart, getting started, get started, download',
    'install and usage, installation and usage, install usage, installation usage, setup and usage, installation and setup',
    'usage, use, using, how to use, how it works, basic usage, simple usage, usage example, usage examples, demo, try it',
    'example, examples, basic example, simple example, api, docs, documentation, reference, api reference, guide, guides',
    'features, options, configuration, requirements, prerequisites, motivation, why, packages, package, help, home, welcome',
    'introduction, intro, overview, about, description, synopsis, summary, background, abstract, preface, purpose, goal, goals',
    'contributor, contributors, contributing, credits, author, authors, maintainers, sponsor, sponsors, backers, support',
    'community, acknowledgments, acknowledgements, license, licence, copyright, news, note, notes, notice, warning, important',
    'status, links, resources, references, see also, faq, test, tests, testing, development, developing, build, building',
    'changes, tldr, related, details, migration, migrating, version, versions, source, source code, current status, roadmap, additional details, error handling, running tests',
    'benchmark, benchmarks, performance, connection, docs community, docs and community, building the library, building',
  ].flatMap((line) => line.split(', ')),
);

/** Whether a heading says nothing about its document: `Getting started`, `Why picomatch?`. */
export function isGenericHeading(text: string): boolean {
  const plain = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .replace(/^[\d ]+/, '')
    .trim()
    .replace(/^the /, '');
  return plain === '' || GENERIC.has(plain) || /^(?:why|what s new|how do i|note on|how to (?:use|install))\b/.test(plain);
}

/**
 * The first heading of the first level, or the heading that the document begins with; else the name in its `picture`, or the
 * first heading of the highest level. A generic heading counts only where it stands for the whole document.
 */
export function titleOfHeadings(all: readonly Heading[], picture: string | null = null): string | null {
  const headings = all.filter(({ text }) => text !== '' && text.length <= MAX_TITLE_CHARACTERS);
  const telling = headings.filter(({ text }) => !isGenericHeading(text));
  const top = telling.find(({ level }) => level === 1);
  if (top) return top.text;
  const only = headings.filter(({ level }) => level === 1);
  if (only.length === 1 && only[0]?.isFirst) return only[0].text;
  const first = telling.find(({ isFirst }) => isFirst);
  if (first) return first.text;
  if (picture) return picture;
  const highest = headings.reduce((level, heading) => Math.min(level, heading.level), 7);
  return telling.find(({ level }) => level === highest)?.text ?? telling[0]?.text ?? null;
}

/** The headings of a page in the order of its text. */
export function headingsOf(root: Node): Heading[] {
  const headings: Heading[] = [];
  let open: { level: number; parts: string[]; isFirst: boolean } | null = null;
  let hasText = false;
  for (const { node, leaving } of walk(root)) {
    if (node.nodeType === TEXT) {
      const text = node.nodeValue ?? '';
      if (open) open.parts.push(text);
      else hasText ||= text.trim() !== '';
      continue;
    }
    const name = nameOf(node);
    if (name === 'IMG' && open && !leaving)
      open.parts.push(altText(node as Element, true).replace(/\s(?:logo|banner|icon)\s*$/i, ' '));
    const level = /^H([1-6])$/.exec(name)?.[1];
    if (!level) continue;
    if (!leaving) open ??= { level: Number(level), parts: [], isFirst: !hasText };
    else if (open) {
      const text = singleLine(open.parts.join(''));
      if (text) headings.push({ level: open.level, text, isFirst: open.isFirst && headings.length === 0 });
      open = null;
    }
    if (headings.length >= MAX_HEADINGS) break;
  }
  return headings;
}

/** The title that the headings of a page give, or the picture that it begins with. */
export function titleOfPage(document: Document): string | null {
  const body = document.documentElement;
  return titleOfHeadings(headingsOf(body), leadingPicture(body));
}

/** The words of the first image, if no text comes before it: the logo of a project. */
function leadingPicture(root: Node): string | null {
  for (const { node, leaving } of walk(root)) {
    if (node.nodeType === TEXT && (node.nodeValue ?? '').trim() !== '') return null;
    if (leaving || nameOf(node) !== 'IMG') continue;
    const alt = singleLine(altText(node as Element, true).replace(/\s(?:logo|banner|icon)\s*$/i, ' '));
    if (alt && alt.split(' ').length <= 6 && !isGenericHeading(alt)) return alt;
  }
  return null;
}

const SEPARATOR = / [|–—·•»«:/-]{1,3} | ?[|»·] ?|: /g;

/** A page's title without the name of its site: `Heading | Site` is the heading, as is `Site: Heading`. */
export function withoutSite(declared: string, headings: readonly Heading[], sites: readonly string[]): string {
  const isSite = (text: string) => sites.some((site) => letters(site) === letters(text));
  const title = singleLine(declared) ?? '';
  for (const { index, 0: separator } of title.matchAll(SEPARATOR)) {
    const [before, after] = [title.slice(0, index), title.slice(index + separator.length)];
    const isHeading = (text: string) => headings.some((heading) => letters(heading.text) === letters(text));
    if (isSite(after) || (isHeading(before) && !isHeading(after))) return before;
    if (isSite(before) || (isHeading(after) && !isHeading(before))) return after;
  }
  return title;
}

const letters = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
