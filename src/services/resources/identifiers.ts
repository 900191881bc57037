/**
 * Keys of the identifiers by which documents are cited, normalised so that equivalent identifiers are equal:
 * `url:<normalised URL>`, `doi:<lower case>`, `arxiv:<id without version>`.
 */

import { trimEndOf } from '../../kernel/core/trim.ts';

/** Punctuation of a sentence that ends after an identifier. */
export const SENTENCE_PUNCTUATION = '.,;:!?';

/** Query parameters that identify the visit and not the document. */
const TRACKING = /^(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|yclid|_hsenc|_hsmi)$/i;

/**
 * Normalises an http(s) URL (RFC 3986 section 6.2): removes fragment, default port, credentials, tracking parameters and
 * trailing slashes, sorts the parameters, and lowers the case of the host. Null for other schemes and invalid URLs.
 */
export function normaliseUrl(input: string): string | null {
  let url: URL;
  try {
    url = new URL(input.trim());
  } catch {
    return null;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  url.hash = '';
  url.username = '';
  url.password = '';
  // One assignment: each change of `searchParams` writes the URL anew.
  const parameters = new URLSearchParams([...url.searchParams].filter(([name]) => !TRACKING.test(name)));
  parameters.sort();
  url.search = parameters.toString();
  url.hostname = url.hostname.replace(/\.$/, '');
  const path = trimEndOf(url.pathname, '/');
  return `${url.protocol}//${url.host}${path}${url.search}`;
}

/** The first DOI in `text`, in lower case and without surrounding punctuation; null if there is none. */
export function findDoi(text: string): string | null {
  const found = /\b10\.\d{4,9}\/[^\s"'<>{}|\\^`]+/.exec(text)?.[0];
  return found === undefined ? null : trimDoi(found);
}

function trimDoi(found: string): string | null {
  let doi = trimEndOf(found.toLowerCase(), SENTENCE_PUNCTUATION);
  // A closing bracket without its opening bracket belongs to the sentence around the DOI.
  let unopened = count(doi, ')') + count(doi, ']') - count(doi, '(') - count(doi, '[');
  for (; unopened > 0 && /[)\]]$/.test(doi); unopened--) doi = trimEndOf(doi.slice(0, -1), SENTENCE_PUNCTUATION);
  return /^10\.\d{4,9}\/.+/.test(doi) ? doi : null;
}

const count = (text: string, character: string) => text.split(character).length - 1;

/** Ids since 2007 (`2401.01234`) and before (`hep-th/9901001`, `math.GT/0309136`). */
const ARXIV = /(?:arxiv:\s?|arxiv\.org\/(?:abs|pdf|html)\/)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?\/\d{7})/i;

/** The first arXiv id in `text` (`arXiv:2401.01234v2`, `arxiv.org/abs/...`), without its version; null if there is none. */
export function findArxivId(text: string): string | null {
  return ARXIV.exec(text)?.[1]?.toLowerCase() ?? null;
}

/** The key of a link: the DOI or arXiv id if its URL names one, else the URL. Null unless the URL is http(s). */
export function citationKey(url: string): string | null {
  const normalised = normaliseUrl(url);
  if (normalised === null) return null;
  const { hostname } = new URL(normalised);
  if (/(?:^|\.)doi\.org$/.test(hostname)) {
    const doi = findDoi(decode(normalised));
    if (doi !== null) return `doi:${doi}`;
  }
  if (/(?:^|\.)arxiv\.org$/.test(hostname)) {
    const id = findArxivId(normalised);
    if (id !== null) return `arxiv:${id}`;
  }
  return `url:${normalised}`;
}

function decode(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

export interface DocumentIdentifiers {
  readonly urls: readonly (string | null | undefined)[];
  readonly doi: string | null;
  readonly arxivId: string | null;
}

/** All keys of a document, without duplicates. */
export function identifierKeys({ urls, doi, arxivId }: DocumentIdentifiers): string[] {
  const keys = new Set<string>();
  for (const url of urls) {
    const key = url ? citationKey(url) : null;
    if (key !== null) keys.add(key);
    const normalised = url ? normaliseUrl(url) : null;
    if (normalised !== null) keys.add(`url:${normalised}`);
  }
  if (doi !== null) keys.add(`doi:${doi}`);
  if (arxivId !== null) keys.add(`arxiv:${arxivId}`);
  return [...keys];
}
