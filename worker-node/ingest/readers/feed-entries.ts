/** Writes a feed, whatever its format: its title and description, then a section for each entry. */
import { createSectionBuilder, EMPTY_METADATA, MAX_URL_CHARACTERS, type ParsedDocument, type Section } from '../document.ts';
import { prose } from './blocks.ts';
import { readBlocks } from './html-blocks.ts';
import { parseHtml } from './html-document.ts';
import { languageTag, singleLine } from './normalise.ts';

export interface FeedEntry {
  readonly title: string | null;
  readonly url: string | null;
  /** ISO 8601. */
  readonly date: string | null;
  readonly authors: readonly string[];
  /** Empty without content. */
  readonly html: string;
}

export interface Feed {
  readonly title: string | null;
  readonly description: string | null;
  readonly language: string | null;
  readonly authors: readonly string[];
  readonly entries: readonly FeedEntry[];
}

const MAX_AUTHORS = 50;
const MAX_LEVEL = 6;
/** An entry without a title is named by the beginning of its text. */
const MAX_TITLE = 80;

/** `url` is the address of the feed. */
export function writeFeed(feed: Feed, url: string | null): ParsedDocument {
  const sections = createSectionBuilder();
  if (feed.title !== null) sections.heading(1, prose(feed.title));
  sections.paragraph(prose(feed.description ?? ''));
  for (const entry of feed.entries) {
    const content = /[<&]/.test(entry.html) ? htmlSections(entry.html, entry.url ?? url) : textSections(entry.html);
    const title = entry.title ?? beginningOf(content) ?? entry.date ?? entry.url;
    if (title !== null) sections.heading(2, prose(title));
    sections.paragraph(sourceOf(entry));
    for (const section of content) {
      const level = Math.min(section.headingPath.length + 2, MAX_LEVEL);
      if (section.heading) sections.heading(level, section.heading);
      for (const paragraph of section.paragraphs) sections.paragraph(paragraph);
    }
  }
  return {
    sections: sections.finish(),
    metadata: {
      ...EMPTY_METADATA,
      title: feed.title,
      description: feed.description,
      authors: feed.authors.slice(0, MAX_AUTHORS),
      language: languageTag(feed.language),
    },
  };
}

/** An entry holds its text and nothing around it, so nothing is left out. */
const htmlSections = (html: string, base: string | null): Section[] =>
  readBlocks(parseHtml(html).documentElement, {
    resolve: (href) => {
      if (href.length > MAX_URL_CHARACTERS || !URL.canParse(href.trim(), base ?? undefined)) return null;
      const target = new URL(href.trim(), base ?? undefined);
      return target.protocol === 'http:' || target.protocol === 'https:' ? target.href : null;
    },
    withoutBoilerplate: false,
  });

const textSections = (text: string): Section[] =>
  text.trim() === '' ? [] : [{ headingPath: [], heading: null, paragraphs: [prose(text)] }];

/** Date, authors and address on one line. */
function sourceOf({ date, authors, url }: FeedEntry) {
  const link = url !== null && url.length <= MAX_URL_CHARACTERS && URL.canParse(url) ? url : null;
  const words = [date, authors.slice(0, MAX_AUTHORS).join(', '), link].filter((part) => part !== null && part !== '').join(' · ');
  return prose(words, link === null ? [] : [{ url: link, start: words.length - link.length, end: words.length }]);
}

function beginningOf(sections: readonly Section[]): string | null {
  const text = singleLine(sections.flatMap(({ paragraphs }) => paragraphs.map((paragraph) => paragraph.text))[0]);
  if (text === null || text.length <= MAX_TITLE) return text;
  const cut = text.lastIndexOf(' ', MAX_TITLE);
  return `${text.slice(0, cut > 0 ? cut : MAX_TITLE)}…`;
}
