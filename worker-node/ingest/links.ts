/** Extracts a text's links and citations: those in markup, and those written out in the text. */
import { trimEndOf } from '../../src/kernel/core/trim.ts';
import { citationKey, findArxivId, findDoi, SENTENCE_PUNCTUATION } from '../../src/services/resources/identifiers.ts';
import { unescapeMarkdown } from '../analysis/text/markdown.ts';
import { MAX_URL_CHARACTERS, type TextLink } from './document.ts';

/** Characters of context kept on either side of a link. */
const CONTEXT = 50;
const MAX_LINKS = 500;
const MAX_ANCHOR = 300;
/** URLs, DOIs and arXiv ids as written in running text. */
const WRITTEN_LINK = /https?:\/\/[^\s<>"'`|\\^{}]+|(?:\bdoi:\s?)?\b10\.\d{4,9}\/[^\s"'<>{}|\\^`]+|\barxiv:\s?[a-z\d./-]+/gi;

export interface ExtractedLink {
  /** The key of the target, in the form of `resource_identifiers.key`. */
  readonly targetKey: string;
  readonly url: string;
  readonly anchor: string;
  readonly context: string;
}

/** Links in the order of the text, at most 500. `marked` are those of the markup; links to an `own` key are left out. */
export function extractLinks(text: string, marked: readonly TextLink[], own: ReadonlySet<string>): ExtractedLink[] {
  const inOrder = [...marked].sort((a, b) => a.start - b.start);
  const found = [...marked, ...findWrittenLinks(text, inOrder)].sort((a, b) => a.start - b.start || a.end - b.end);
  const links: ExtractedLink[] = [];
  const seen = new Set<string>();
  for (const { url, start, end } of found) {
    if (links.length === MAX_LINKS) break;
    const targetKey = citationKey(url);
    if (targetKey === null || own.has(targetKey) || seen.has(`${start} ${targetKey}`)) continue;
    seen.add(`${start} ${targetKey}`);
    const anchorEnd = Math.min(end, start + MAX_ANCHOR);
    links.push({
      targetKey,
      url: url.slice(0, 2048),
      anchor: oneLine(text.slice(start, anchorEnd)),
      context: oneLine(text.slice(Math.max(0, start - CONTEXT), anchorEnd + CONTEXT)),
    });
  }
  return links;
}

/** Links written out in the text outside of `marked` links, which are sorted by start. */
function findWrittenLinks(text: string, marked: readonly TextLink[]): TextLink[] {
  const links: TextLink[] = [];
  let next = 0;
  for (const match of text.matchAll(WRITTEN_LINK)) {
    const start = match.index;
    const raw = match[0];
    const end = start + raw.length;
    if (raw.length > MAX_URL_CHARACTERS) continue;
    while (next < marked.length && (marked[next]?.end ?? 0) <= start) next++;
    const overlapping = marked[next];
    if (overlapping && overlapping.start < end && overlapping.end > overlapping.start) continue;
    const url = urlOf(raw);
    if (url !== null) links.push({ url, start, end: start + Math.min(raw.length, trimTrailingPunctuation(raw).length) });
  }
  return links;
}

function urlOf(raw: string): string | null {
  if (/^https?:/i.test(raw)) return URL.canParse(trimTrailingPunctuation(raw)) ? trimTrailingPunctuation(raw) : null;
  if (/^arxiv:/i.test(raw)) {
    const id = findArxivId(raw);
    return id === null ? null : `https://arxiv.org/abs/${id}`;
  }
  const doi = findDoi(raw);
  return doi === null ? null : `https://doi.org/${doi}`;
}

/** Removes punctuation of the surrounding sentence, and a closing bracket whose opening one is outside. */
function trimTrailingPunctuation(raw: string): string {
  return trimEndOf(raw, /[([]/.test(raw) ? SENTENCE_PUNCTUATION : `${SENTENCE_PUNCTUATION})]`);
}

const oneLine = (markdown: string) => unescapeMarkdown(markdown).replace(/\s+/g, ' ').trim();
