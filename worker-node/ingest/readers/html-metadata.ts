/** Metadata of an HTML page from meta elements, Open Graph, Highwire (`citation_*`), Dublin Core and JSON-LD. */
import { findArxivId, findDoi } from '../../../src/services/resources/identifiers.ts';
import type { DocumentMetadata } from '../document.ts';
import { normaliseDate } from './dates.ts';
import { findAuthors } from './html-authors.ts';
import { dateInPage } from './html-dates.ts';
import { type JsonLd, readJsonLd } from './json-ld.ts';
import { languageTag, singleLine } from './normalise.ts';
import { headingsOf, titleOfHeadings, withoutSite } from './titles.ts';

const MAX_VALUES = 50;
const DATES = [
  'article:published_time',
  'citation_publication_date',
  'citation_online_date',
  'citation_date',
  'bepress_citation_date',
  'og:published_time',
  'parsely-pub-date',
  'sailthru.date',
  'datepublished',
  'publish-date',
  'publishdate',
  'publish_date',
  'publication_date',
  'published_time',
  'pubdate',
  'dcterms.issued',
  'dc.date.issued',
  'dcterms.date',
  'dc.date',
  'dc:date',
  'og:release_date',
  'displaydate',
  'dcterms.created',
  'dc.date.created',
  'date',
];

export interface PageAddress {
  /** Null for uploaded content. */
  readonly url: string | null;
  /** Makes a URL absolute; null for one that is not http(s). */
  readonly resolve: (href: string) => string | null;
}

export function readHtmlMetadata(document: Document, { url, resolve }: PageAddress): DocumentMetadata {
  const metas = readMetas(document);
  const first = (...names: string[]) => names.flatMap((name) => metas.get(name) ?? []).at(0) ?? null;
  const pageTitle = singleLine(document.querySelector('title')?.textContent);
  const scripts = Array.from(document.querySelectorAll('script'), (script) => script.textContent ?? '');
  const jsonLd = readJsonLd(scripts, pageTitle);
  const sites = siteNames(metas, jsonLd, url);
  const canonical = document.querySelector('link[rel~="canonical"]')?.getAttribute('href') ?? first('og:url');
  const published = [first(...DATES.slice(0, 5)), jsonLd.published, ...DATES.slice(5).map((name) => first(name))];
  return {
    title: readTitle(document, first, jsonLd, pageTitle, sites),
    description:
      first('description', 'og:description', 'twitter:description', 'dc.description', 'dcterms.description') ??
      singleLine(jsonLd.description),
    authors: findAuthors(
      [
        metas.get('citation_author') ?? [],
        metas.get('author') ?? [],
        jsonLd.authors,
        metas.get('article:author') ?? [],
        metas.get('dc.creator') ?? metas.get('dcterms.creator') ?? [],
        metas.get('parsely-author') ?? metas.get('sailthru.author') ?? [],
      ],
      sites,
      document,
    ),
    publishedAt:
      published.map((date) => (date ? normaliseDate(date) : null)).find((date) => date !== null) ?? dateInPage(document, url),
    doi: findDoi(first('citation_doi', 'dc.identifier', 'prism.doi', 'bepress_citation_doi') ?? ''),
    arxivId: findArxivId(`arxiv:${first('citation_arxiv_id') ?? ''}`),
    canonicalUrl: canonical ? resolve(canonical) : null,
    language: languageTag(document.documentElement?.getAttribute('lang') ?? document.documentElement?.getAttribute('xml:lang')),
  };
}

function readTitle(
  document: Document,
  first: (...names: string[]) => string | null,
  jsonLd: JsonLd,
  pageTitle: string | null,
  sites: readonly string[],
): string | null {
  const headings = headingsOf(document.documentElement);
  const declared = first('citation_title', 'og:title', 'twitter:title', 'dc.title', 'dcterms.title') ?? jsonLd.title ?? pageTitle;
  const title = declared && singleLine(withoutSite(declared, headings, sites));
  return title ?? titleOfHeadings(headings);
}

/** Names of the site: what it calls itself, and the labels of its host. */
function siteNames(metas: ReadonlyMap<string, readonly string[]>, { publishers }: JsonLd, url: string | null): string[] {
  const declared = ['og:site_name', 'application-name', 'apple-mobile-web-app-title', 'twitter:site'].flatMap(
    (name) => metas.get(name) ?? [],
  );
  const host = url === null ? [] : [new URL(url).hostname.replace(/^www\./, '')];
  return [
    ...declared.map((name) => name.replace(/^@/, '')),
    ...publishers,
    ...host,
    ...host.map((name) => name.split('.').slice(0, -1).join('')),
  ];
}

/** Values of `<meta>` elements by lower-case name, in document order. */
function readMetas(document: Document): ReadonlyMap<string, readonly string[]> {
  const metas = new Map<string, string[]>();
  for (const meta of document.querySelectorAll('meta[content]')) {
    const name = (meta.getAttribute('property') ?? meta.getAttribute('name') ?? meta.getAttribute('itemprop') ?? '')
      .trim()
      .toLowerCase();
    const content = singleLine(meta.getAttribute('content'));
    if (name === '' || content === null) continue;
    metas.set(name, [...(metas.get(name) ?? []), content].slice(0, MAX_VALUES));
  }
  return metas;
}
