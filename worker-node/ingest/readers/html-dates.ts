/** Finds the date of publication in the text and the address of a page. */
import { normaliseDate } from './dates.ts';
import { singleLine } from './normalise.ts';

/** Elements that say that their date is the page's, the most telling first. */
const PUBLISHED = [
  '[itemprop~="datePublished"], [property~="datePublished"], [property~="schema:datePublished"], [property~="dc:date"]',
  'time[pubdate], [class~="dt-published"]',
  'time[class~="published"], time[class~="entry-date"], [class~="published"] time, [class~="entry-date"] time, [class~="post-date"] time, [class~="byline"] time',
  '[class~="entry-date"], [class~="post-date"], [class~="article-date"], [class~="published"], [class~="publish-date"], [class~="date-header"]',
];
const TITLES = '[class~="entry-title"], [class~="post-title"], [itemprop~="headline"]';
const OTHERS =
  'aside, footer, nav, [class*="comment" i], [class*="related" i], [class*="sidebar" i], [class*="widget" i], [class*="teaser" i]';
/** The line of date and author beside a heading. */
const DATE_LINE =
  'time, [class*="date" i], [class*="datum" i], [class*="time" i], [class*="publish" i], [class*="posted" i], [class*="submitted" i], [class*="meta" i], [class*="byline" i], [class*="author" i], [class*="info" i]';
const MAX_DATE_LINE = 120;
/** Levels above the heading on which such a line is looked for. */
const MAX_LEVELS = 4;
/** Elements of a kind that are looked at. */
const MAX_ELEMENTS = 20;

/** Null where the page names no date as its own. */
export function dateInPage(document: Document, url: string | null): string | null {
  // The first heading of a blog is often its name.
  const heading = document.querySelector(TITLES) ?? document.querySelector('h1');
  for (const selector of PUBLISHED)
    for (const element of [...document.querySelectorAll(selector)].slice(0, MAX_ELEMENTS)) {
      const date = isOfOther(element, heading) ? null : dateOf(element);
      if (date) return date;
    }
  return dateInArticle(document, heading) ?? dateInAddress(url) ?? (heading && dateBesideHeading(heading));
}

/** Whether the element belongs to something beside the article, which `heading` and the article's own footer do not. */
function isOfOther(element: Element, heading: Element | null): boolean {
  for (let part = element.closest(OTHERS); part; part = part.parentElement?.closest(OTHERS) ?? null) {
    const isArticles = part.localName === 'footer' && part.parentElement?.closest('article, [class~="hentry"]');
    if (!isArticles && !(heading && part.contains(heading))) return true;
  }
  return false;
}

function dateOf(element: Element): string | null {
  const declared = element.getAttribute('datetime') ?? element.getAttribute('content') ?? element.getAttribute('title');
  const text = singleLine(element.textContent) ?? '';
  return normaliseDate(declared ?? '') ?? normaliseDate(text) ?? normaliseDate(text.replace(/^[^:]{1,30}:\s*/, ''));
}

/** The first date in the article that the first heading begins. */
function dateInArticle(document: Document, heading: Element | null): string | null {
  const article =
    heading?.closest('article, main, header') ??
    (document.querySelectorAll('article').length === 1 ? document.querySelector('article') : null);
  const time = article?.querySelector('time[datetime]');
  return time && !isOfOther(time, heading) ? dateOf(time) : null;
}

/** The date in the line nearest to the heading that has one. */
function dateBesideHeading(heading: Element): string | null {
  let part = heading.parentElement;
  for (let level = 0; part && part.localName !== 'body' && level < MAX_LEVELS; level++) {
    for (const line of [...part.querySelectorAll(DATE_LINE)].slice(0, MAX_ELEMENTS)) {
      const date = isOfOther(line, heading) || isOfChange(line) ? null : (dateOf(line) ?? onlyDateIn(line));
      if (date && date.length >= 10) return date;
    }
    part = part.parentElement;
  }
  return null;
}

const DATES_WITHIN = [
  /\b\d{1,4}[./-] ?\d{1,2}[./-] ?\d{2,4}\b/g,
  /\b\d{1,2}(?:st|nd|rd|th|\.)? (?:de )?\p{L}{3,12}\.?,? (?:del? )?\d{4}\b/gu,
  /\b\p{L}{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b/gu,
];
/** Words beside the date of a change. */
const OF_CHANGE = /\b(?:updated?|modified|edited|aktualisiert|geändert|stand|copyright|mis à jour|actualizado)\b|©/i;

function isOfChange(line: Element): boolean {
  const [own, around] = [line, line.parentElement].map((element) => singleLine(element?.textContent) ?? '');
  return OF_CHANGE.test(own ?? '') || (around !== undefined && around.length <= MAX_DATE_LINE && OF_CHANGE.test(around));
}

/** Null for a line of several dates. */
function onlyDateIn(line: Element): string | null {
  const text = singleLine(line.textContent) ?? '';
  if (text.length > MAX_DATE_LINE) return null;
  const found = DATES_WITHIN.flatMap((pattern) => text.match(pattern) ?? []);
  const dates = new Set(found.flatMap((date) => normaliseDate(date) ?? []));
  return dates.size === 1 ? ([...dates][0] ?? null) : null;
}

/** The date that many addresses hold: `/2024/05/06/title`, `/2024-05-06-title`. */
function dateInAddress(url: string | null): string | null {
  const found = url && /\/((?:19|20)\d\d)[/-]([01]?\d)[/-]([0-3]?\d)(?=[/_-]|$)/.exec(new URL(url).pathname);
  return found ? normaliseDate(`${found[1]}-${found[2]}-${found[3]}`) : null;
}
