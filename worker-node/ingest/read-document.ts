/** Bytes -> all that ingestion knows of a document. Pure, and heavy: it runs in a thread of its own. */
import { detectAll } from 'tinyld';
import { StageError } from '../../src/kernel/core/errors.ts';
import { findArxivId, findDoi, identifierKeys } from '../../src/services/resources/identifiers.ts';
import { extractKeywords } from '../analysis/text/keywords.ts';
import { summarise } from '../analysis/text/summary.ts';
import { countWords } from '../analysis/text/words.ts';
import { decodeText } from './charset.ts';
import { chunkText, type TextChunk } from './chunk.ts';
import { detectFormat, type Format, parseContentType } from './detect-format.ts';
import { type ComposedText, composeText, type DocumentMetadata, type ParsedDocument } from './document.ts';
import { type ExtractedLink, extractLinks } from './links.ts';
import { readHtml } from './readers/html.ts';
import { readMarkdown } from './readers/markdown.ts';
import { readText } from './readers/plain-text.ts';

export const MIN_CHARACTERS = 50;
const MAX_TITLE = 500;
const MAX_DESCRIPTION = 2_000;

export interface DocumentInput {
  readonly bytes: Uint8Array;
  /** The `Content-Type` header or what the owner declared; null for none. */
  readonly contentType: string | null;
  readonly filename: string | null;
  /** Where it was found in the end, and under which names it is known besides; null and none for posted content. */
  readonly url: string | null;
  readonly aliases: readonly string[];
}

export interface ExtractedDocument {
  readonly contentType: string;
  readonly text: string;
  readonly wordCount: number;
  readonly metadata: DocumentMetadata;
  readonly summary: string | null;
  readonly keywords: readonly string[];
  readonly chunks: readonly TextChunk[];
  readonly links: readonly ExtractedLink[];
  /** The keys the document itself answers to. */
  readonly identifiers: readonly string[];
}

const MEDIA_TYPES: Readonly<Record<Format, string>> = { html: 'text/html', markdown: 'text/markdown', text: 'text/plain' };

/** Throws a permanent StageError for what is not text, not supported or too short. */
export function readDocument({ bytes, contentType, filename, url, aliases }: DocumentInput): ExtractedDocument {
  if (bytes.length === 0) throw new StageError('permanent', 'The document is empty');
  const declared = parseContentType(contentType);
  const format = detectFormat(bytes, declared, filename ?? (url === null ? '' : new URL(url).pathname));
  const source = decodeText(bytes, { declared: declared.charset, html: format === 'html' }).replaceAll('\0', '');
  const document = read(format, source, url);
  const composed = composeText(document.sections);
  if (composed.text.trim().length < MIN_CHARACTERS)
    throw new StageError(
      'permanent',
      `The document holds ${composed.text.trim().length} characters of text; at least ${MIN_CHARACTERS} are needed`,
    );

  const metadata = complete(document, composed, { url, filename });
  const identifiers = identifierKeys({
    urls: [url, ...aliases, metadata.canonicalUrl],
    doi: metadata.doi,
    arxivId: metadata.arxivId,
  });
  const headings = document.sections.flatMap(({ heading }) => (heading ? [heading.text] : []));
  const keywords = extractKeywords(composed.text, { language: metadata.language, titles: [metadata.title ?? '', ...headings] });
  return {
    contentType: MEDIA_TYPES[format],
    text: composed.text,
    wordCount: countWords(composed.text),
    metadata,
    summary: summarise(
      document.sections.flatMap(({ paragraphs }) => paragraphs.map(({ text }) => text)),
      { language: metadata.language, keywords },
    ),
    keywords: keywords.map(({ phrase }) => phrase),
    chunks: chunkText(composed.text, composed.sections, metadata.language),
    links: extractLinks(composed.text, composed.links, new Set(identifiers)),
    identifiers,
  };
}

function read(format: Format, source: string, url: string | null): ParsedDocument {
  switch (format) {
    case 'html':
      return readHtml(source, url);
    case 'markdown':
      return readMarkdown(source);
    case 'text':
      return readText(source);
  }
}

/** What the document does not declare is looked for in its URL and its first lines. */
function complete(
  { metadata, sections }: ParsedDocument,
  { text }: ComposedText,
  { url, filename }: { url: string | null; filename: string | null },
): DocumentMetadata {
  const head = headLines(sections);
  const named = url ?? '';
  return {
    ...metadata,
    title: (metadata.title ?? filename)?.slice(0, MAX_TITLE) ?? null,
    description: metadata.description?.slice(0, MAX_DESCRIPTION) ?? null,
    doi: metadata.doi ?? (/^https?:\/\/(?:dx\.)?doi\.org\//i.test(named) ? findDoi(named) : null) ?? findDoi(head),
    arxivId: metadata.arxivId ?? findArxivId(named) ?? findArxivId(head),
    language: metadata.language ?? detectLanguage(text),
  };
}

/**
 * The short lines a document opens with, where papers print their own identifier. What stands in a paragraph, or after
 * the opening, is a citation of somebody else.
 */
function headLines(sections: ParsedDocument['sections']): string {
  const paragraphs = sections.slice(0, 2).flatMap((section) => section.paragraphs);
  const lines = paragraphs.slice(0, 4).filter(({ text, links }) => text.length <= 160 && links.length === 0);
  return lines.map(({ text }) => (/^\s*(?:doi|arxiv)\b|\[[a-z-]+\.[A-Z]{2}\]/i.test(text) ? text : '')).join('\n');
}

const LANGUAGE_SAMPLE = 4_000;
const MIN_LANGUAGE_ACCURACY = 0.5;

/** Null unless one language is clearly ahead. */
function detectLanguage(text: string): string | null {
  const [best, second] = detectAll(text.slice(0, LANGUAGE_SAMPLE));
  if (!best || best.accuracy < MIN_LANGUAGE_ACCURACY || best.accuracy - (second?.accuracy ?? 0) < 0.2) return null;
  return best.lang;
}
