/** Metadata of an HTML page from meta elements, Open Graph, Highwire (`citation_*`), Dublin Core and JSON-LD. */
import { findArxivId, findDoi } from '../../../src/services/resources/identifiers.ts';
import type { DocumentMetadata } from '../document.ts';
import { normaliseDate } from './dates.ts';
import { readJsonLd } from './json-ld.ts';
import { languageTag, singleLine } from './normalise.ts';

const MAX_AUTHORS = 50;

/** `resolve` makes a URL absolute and returns null for one that is not http(s). */
export function readHtmlMetadata(document: Document, resolve: (href: string) => string | null): DocumentMetadata {
  const metas = readMetas(document);
  const first = (...names: string[]) => names.flatMap((name) => metas.get(name) ?? []).at(0) ?? null;
  const jsonLd = readJsonLd(
    Array.from(document.querySelectorAll('script[type="application/ld+json"]'), (script) => script.textContent ?? ''),
  );
  const element = (selector: string) => singleLine(document.querySelector(selector)?.textContent);
  const canonical = document.querySelector('link[rel~="canonical"]')?.getAttribute('href') ?? first('og:url');

  const published = [
    first('article:published_time', 'citation_publication_date', 'citation_date', 'dc.date.issued', 'dc.date', 'date', 'pubdate'),
    jsonLd.published,
    document.querySelector('time[datetime][pubdate], article time[datetime], time[datetime]')?.getAttribute('datetime'),
  ];
  return {
    title: first('citation_title', 'og:title', 'twitter:title') ?? jsonLd.title ?? shortTitle(element('title'), element('h1')),
    description:
      first('description', 'og:description', 'twitter:description', 'dc.description') ?? singleLine(jsonLd.description),
    authors: readAuthors(metas, jsonLd.authors, document),
    publishedAt: published.map((date) => (date ? normaliseDate(date) : null)).find((date) => date !== null) ?? null,
    doi: findDoi(first('citation_doi', 'dc.identifier', 'prism.doi', 'bepress_citation_doi') ?? ''),
    arxivId: findArxivId(`arxiv:${first('citation_arxiv_id') ?? ''}`),
    canonicalUrl: canonical ? resolve(canonical) : null,
    language: languageTag(document.documentElement?.getAttribute('lang') ?? document.documentElement?.getAttribute('xml:lang')),
  };
}

/** Drops the site's name: a title `Heading | Site` becomes the page's heading. */
function shortTitle(title: string | null, heading: string | null): string | null {
  if (title === null || heading === null) return title ?? heading;
  return title.startsWith(heading) && /^\s*[|–—·:»-]/.test(title.slice(heading.length)) ? heading : title;
}

/** Values of `<meta>` elements by lower-case name, in document order. */
function readMetas(document: Document): ReadonlyMap<string, readonly string[]> {
  const metas = new Map<string, string[]>();
  for (const meta of document.querySelectorAll('meta[content]')) {
    const name = (meta.getAttribute('property') ?? meta.getAttribute('name') ?? '').trim().toLowerCase();
    const content = singleLine(meta.getAttribute('content'));
    if (name === '' || content === null) continue;
    metas.set(name, [...(metas.get(name) ?? []), content].slice(0, MAX_AUTHORS));
  }
  return metas;
}

function readAuthors(metas: ReadonlyMap<string, readonly string[]>, fromJsonLd: readonly string[], document: Document): string[] {
  const byline = singleLine(document.querySelector('[rel~="author"], [itemprop~="author"]')?.textContent);
  const sources = [
    metas.get('citation_author'),
    metas.get('author'),
    metas.get('article:author'),
    metas.get('dc.creator'),
    fromJsonLd,
    byline ? [byline] : [],
  ];
  for (const source of sources) {
    const names = (source ?? [])
      .map((name) => name.replace(/^by\s+/i, '').slice(0, 200))
      .filter((name) => !/^https?:/i.test(name));
    if (names.length > 0) return [...new Set(names)].slice(0, MAX_AUTHORS);
  }
  return [];
}
