/** Finds the date of publication in the text and the address of a page. */
import { normaliseDate } from './dates.ts';
import { singleLine } from './normalise.ts';

/** Elements that say that their date is the page's, the most telling first. */
const PUBLISHED = [
  '[itemprop~="datePublished"]',
  'time[pubdate], [class~="dt-published"]',
  'time[class~="published"], time[class~="entry-date"], [class~="published"] time, [class~="entry-date"] time, [class~="post-date"] time, [class~="byline"] time',
  '[class~="entry-date"], [class~="post-date"], [class~="article-date"], [class~="published"], [class~="publish-date"]',
];
const OTHERS = 'aside, footer, nav, [class*="comment" i], [class*="related" i], [class*="sidebar" i], [class*="widget" i]';

/** Null where the page names no date as its own. */
export function dateInPage(document: Document, url: string | null): string | null {
  for (const selector of PUBLISHED)
    for (const element of [...document.querySelectorAll(selector)].slice(0, 20)) {
      const date = element.closest(OTHERS) ? null : dateOf(element);
      if (date) return date;
    }
  return dateBesideHeading(document) ?? dateInAddress(url);
}

function dateOf(element: Element): string | null {
  const declared = element.getAttribute('datetime') ?? element.getAttribute('content') ?? element.getAttribute('title');
  const text = singleLine(element.textContent) ?? '';
  return normaliseDate(declared ?? '') ?? normaliseDate(text) ?? normaliseDate(text.replace(/^[^:]{1,30}:\s*/, ''));
}

/** The first date in the article that the first heading begins. */
function dateBesideHeading(document: Document): string | null {
  const article =
    document.querySelector('h1')?.closest('article, main, header') ??
    (document.querySelectorAll('article').length === 1 ? document.querySelector('article') : null);
  const time = article?.querySelector('time[datetime]');
  return time && !time.closest(OTHERS) ? dateOf(time) : null;
}

/** The date that many addresses hold: `/2024/05/06/title`, `/2024-05-06-title`. */
function dateInAddress(url: string | null): string | null {
  const found = url && /\/((?:19|20)\d\d)[/-]([01]?\d)[/-]([0-3]?\d)(?=[/_-]|$)/.exec(new URL(url).pathname);
  return found ? normaliseDate(`${found[1]}-${found[2]}-${found[3]}`) : null;
}
