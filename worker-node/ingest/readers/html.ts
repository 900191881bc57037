/** Reads HTML into sections: the article that Readability finds, or the whole page where it finds too little. */
import { Readability } from '@mozilla/readability';
import { MAX_URL_CHARACTERS, type Paragraph, type ParsedDocument, type Section } from '../document.ts';
import { decodeInput } from './decode-input.ts';
import { readBlocks } from './html-blocks.ts';
import { parseHtml } from './html-document.ts';
import { readHtmlMetadata } from './html-metadata.ts';
import { walk } from './html-walk.ts';
import type { Reader } from './reader.ts';

/** Above these limits Readability takes quadratic time. Ordinary pages nest less than 60 levels deep. */
const MAX_READABILITY_DEPTH = 120;
const MAX_READABILITY_ELEMENTS = 30_000;
/** A result with fewer characters, or a smaller share of the page, is not taken for the article. */
const MIN_ARTICLE_CHARACTERS = 250;
const MIN_ARTICLE_SHARE = 0.1;
/**
 * A page of which so much is prose has no site around its article. Readability takes one of several sections of a manual for
 * it; a smaller share of such a page's prose is not taken.
 */
const BARE_PAGE_SHARE = 0.9;
const MIN_PROSE_SHARE = 0.6;
/** A shorter paragraph, or one of which more is links, is no prose. */
const MIN_PROSE_CHARACTERS = 80;
const MAX_LINKED_SHARE = 1 / 3;
const MIN_CHARACTERS = 50;
/** How much longer a page has to be with what is left out, if without it there is little. */
const MIN_GAIN = 3;
const PAGE_OPTIONS = [
  { withoutBoilerplate: true },
  { withoutBoilerplate: false },
  { withoutBoilerplate: false, withHidden: true },
] as const;

export const read: Reader = (input) => readHtml(decodeInput(input, { html: true }), input.url);

/** `url` is the page's address, or null for uploaded content, whose relative links are dropped. */
export function readHtml(html: string, url: string | null): ParsedDocument {
  const document = parseHtml(html);
  const resolve = resolver(document, url);
  const metadata = readHtmlMetadata(document, { url, resolve });
  const page = readPage(document, resolve);
  const article = isSimple(document) ? readArticle(document, resolve) : [];
  return { sections: isWhole(article, page) ? article : page, metadata };
}

/** Whether the article is what the page is about, and not a part of it. */
function isWhole(article: readonly Section[], page: readonly Section[]): boolean {
  const all = characters(page);
  if (characters(article) < Math.max(MIN_ARTICLE_CHARACTERS, MIN_ARTICLE_SHARE * all)) return false;
  const prose = proseCharacters(page);
  return prose < BARE_PAGE_SHARE * all || proseCharacters(article) >= MIN_PROSE_SHARE * prose;
}

/** What the page shows without the site around it; with that, or with what it hides, where hardly anything else is left. */
function readPage(document: Document, resolve: (href: string) => string | null): Section[] {
  const root = document.documentElement;
  const [shown, ...others] = PAGE_OPTIONS;
  let best = readBlocks(root, { resolve, ...shown });
  for (const options of others) {
    if (characters(best) >= MIN_CHARACTERS) return best;
    const more = readBlocks(root, { resolve, ...options });
    if (characters(more) >= MIN_GAIN * characters(best)) best = more;
  }
  return best;
}

/** The article's sections; empty where Readability finds none or throws. Readability modifies `document`. */
function readArticle(document: Document, resolve: (href: string) => string | null): Section[] {
  const heading = document.querySelector('h1')?.textContent?.replace(/\s+/g, ' ').trim() ?? '';
  try {
    const article = new Readability<Node>(document, {
      serializer: (node) => node,
      charThreshold: MIN_ARTICLE_CHARACTERS,
      // Highlighters write the language of code into them.
      keepClasses: true,
    }).parse();
    if (!article?.content) return [];
    const sections = readBlocks(article.content, { resolve, withoutBoilerplate: true });
    return heading === '' ? sections : underTopHeading(heading, sections);
  } catch {
    return [];
  }
}

/** Restores the top heading: Readability removes one that repeats the title and turns other `h1` into `h2`. */
function underTopHeading(heading: string, sections: readonly Section[]): Section[] {
  const under = sections.map(({ headingPath, ...rest }) => {
    const inner = headingPath[0] === heading ? headingPath.slice(1) : headingPath;
    return { ...rest, headingPath: [heading, ...inner] };
  });
  const top: Paragraph = { text: heading, links: [] };
  const [first, ...rest] = under;
  if (first?.heading?.text === heading) return under;
  return first?.heading === null
    ? [{ ...first, heading: top }, ...rest]
    : [{ headingPath: [heading], heading: top, paragraphs: [] }, ...under];
}

function proseCharacters(sections: readonly Section[]): number {
  const isProse = ({ text, links }: Paragraph) =>
    text.length >= MIN_PROSE_CHARACTERS && linkedCharacters(links) < MAX_LINKED_SHARE * text.length;
  return sum(
    sections.flatMap(({ paragraphs }) => paragraphs.map((paragraph) => (isProse(paragraph) ? paragraph.text.length : 0))),
  );
}

const linkedCharacters = (links: Paragraph['links']) => sum(links.map(({ start, end }) => end - start));

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function isSimple(document: Document): boolean {
  let elements = 0;
  for (const { leaving, depth } of walk(document.documentElement)) {
    if (leaving) continue;
    elements++;
    if (depth > MAX_READABILITY_DEPTH || elements > MAX_READABILITY_ELEMENTS) return false;
  }
  return true;
}

const characters = (sections: readonly Section[]) =>
  sections.reduce((sum, { paragraphs }) => sum + paragraphs.reduce((all, { text }) => all + text.length, 0), 0);

/** Resolves links against `<base>` and the page's address; returns null for anything but http(s). */
function resolver(document: Document, url: string | null): (href: string) => string | null {
  const declared = document.querySelector('base[href]')?.getAttribute('href');
  const base = declared && URL.canParse(declared, url ?? undefined) ? new URL(declared, url ?? undefined).href : url;
  return (href) => {
    if (href.length > MAX_URL_CHARACTERS || !URL.canParse(href.trim(), base ?? undefined)) return null;
    const target = new URL(href.trim(), base ?? undefined);
    return target.protocol === 'http:' || target.protocol === 'https:' ? target.href : null;
  };
}
