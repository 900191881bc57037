/** The links and citations of a text: what was marked up, and what only stands in the words. */
import { citationKey, findArxivId, findDoi } from '../../src/services/resources/identifiers.ts';
import type { TextLink } from './document.ts';

/** Characters kept on either side. */
const CONTEXT = 50;
const MAX_LINKS = 500;
const MAX_ANCHOR = 300;
/** URLs, DOIs and arXiv ids as written in running text. */
const WRITTEN_LINK =
  /https?:\/\/[^\s<>"'`|\\^{}]+|(?:\bdoi:\s?)?\b10\.\d{4,9}\/[^\s"'<>{}|\\^`]+|\barxiv:\s?(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?\/\d{7})(?:v\d+)?/gi;

export interface ExtractedLink {
  /** As in `resource_identifiers.key`. */
  readonly targetKey: string;
  readonly url: string;
  readonly anchor: string;
  readonly context: string;
}

/** In the order of the text, each target once per place it is named at; `own` keys are left out. */
export function extractLinks(text: string, marked: readonly TextLink[], own: ReadonlySet<string>): ExtractedLink[] {
  const taken = [...marked].sort((a, b) => a.start - b.start);
  const found = [...marked, ...findWrittenLinks(text, taken)].sort((a, b) => a.start - b.start || a.end - b.end);
  const citations: ExtractedLink[] = [];
  const seen = new Set<string>();
  for (const { url, start, end } of found) {
    if (citations.length === MAX_LINKS) break;
    const targetKey = citationKey(url);
    if (targetKey === null || own.has(targetKey) || seen.has(`${start} ${targetKey}`)) continue;
    seen.add(`${start} ${targetKey}`);
    const anchorEnd = Math.min(end, start + MAX_ANCHOR);
    citations.push({
      targetKey,
      url: url.slice(0, 2048),
      anchor: oneLine(text.slice(start, anchorEnd)),
      context: oneLine(text.slice(Math.max(0, start - CONTEXT), anchorEnd + CONTEXT)),
    });
  }
  return citations;
}

/** What is written out and not inside a marked link; `taken` is sorted by start. */
function findWrittenLinks(text: string, taken: readonly TextLink[]): TextLink[] {
  const links: TextLink[] = [];
  let next = 0;
  for (const match of text.matchAll(WRITTEN_LINK)) {
    const start = match.index;
    const raw = match[0];
    const end = start + raw.length;
    while (next < taken.length && (taken[next]?.end ?? 0) <= start) next++;
    const marked = taken[next];
    if (marked && marked.start < end && marked.end > marked.start) continue;
    const url = urlOf(raw);
    if (url !== null) links.push({ url, start, end: start + Math.min(raw.length, trimTrailingPunctuation(raw).length) });
  }
  return links;
}

function urlOf(raw: string): string | null {
  if (/^https?:/i.test(raw)) return URL.canParse(trimTrailingPunctuation(raw)) ? trimTrailingPunctuation(raw) : null;
  if (/^arxiv:/i.test(raw)) return `https://arxiv.org/abs/${findArxivId(raw)}`;
  const doi = findDoi(raw);
  return doi === null ? null : `https://doi.org/${doi}`;
}

/** Without the punctuation of the sentence it stands in, and a closing bracket that opened before it. */
function trimTrailingPunctuation(raw: string): string {
  const trimmed = raw.replace(/[.,;:!?]+$/, '');
  return /[)\]]$/.test(trimmed) && !/[([]/.test(trimmed) ? trimTrailingPunctuation(trimmed.slice(0, -1)) : trimmed;
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
