/** Extracts everything ingestion stores from a document's bytes. Pure and CPU-bound, so it runs in a process of its own (reader-process.ts). */
import { StageError } from '../../src/kernel/core/errors.ts';
import { findArxivId, findDoi, identifierKeys } from '../../src/services/resources/identifiers.ts';
import { extractKeywords } from '../analysis/text/keywords.ts';
import { unescapeMarkdown } from '../analysis/text/markdown.ts';
import { summarise } from '../analysis/text/summary.ts';
import { countWords } from '../analysis/text/words.ts';
import { chunkText, type TextChunk } from './chunk.ts';
import { composeText, type DocumentMetadata, type ParsedDocument } from './document.ts';
import { documentLanguage } from './document-language.ts';
import { type ExtractedLink, extractLinks } from './links.ts';
import { type DocumentBytes, type OpenedDocument, openDocument } from './open-document.ts';
import { proseOf } from './prose.ts';
import { type ReadFormat, readerOf } from './readers/index.ts';

const MAX_TITLE = 500;
const MAX_DESCRIPTION = 2_000;

export interface DocumentInput extends DocumentBytes {
  /** Other URLs of the document. */
  readonly aliases: readonly string[];
  /** The title that a person gave it; undefined without one. It takes the place of the document's in contexts of chunks. */
  readonly ownTitle?: string | null;
}

export interface ExtractedDocument {
  /** The registered media type of the detected format. */
  readonly contentType: string;
  /** Markdown. */
  readonly text: string;
  readonly wordCount: number;
  readonly metadata: DocumentMetadata;
  readonly summary: string | null;
  readonly keywords: readonly string[];
  /** The title in the contexts of the chunks, which were measured with it. */
  readonly contextTitle: string | null;
  readonly chunks: readonly TextChunk[];
  readonly links: readonly ExtractedLink[];
  /** Keys that identify the document (`url:`, `doi:`, `arxiv:`), against which links of others resolve. */
  readonly identifiers: readonly string[];
}

/** Zero-width characters, soft hyphens and fillers show nothing, as spaces do. */
const SOMETHING = /[^\s\p{Default_Ignorable_Code_Point}\p{Cc}]/u;
const NO_TEXT = 'The document holds no text; of pictures of text, send what a program for text recognition (OCR) makes of them';

export interface ReadingOptions {
  /** Called for a compressed document with the bytes that it has. */
  readonly onUnpacked?: (bytes: number) => void;
}

/** Throws a permanent StageError for a document without text, and for one in a format that is not read. */
export async function readDocument(
  input: DocumentInput,
  { onUnpacked = () => undefined }: ReadingOptions = {},
): Promise<ExtractedDocument> {
  const { bytes, filename, url, aliases, ownTitle } = input;
  if (bytes.length === 0) throw new StageError('permanent', 'The document is empty');
  const opened = openDocument(input);
  if (opened.input.bytes !== bytes) onUnpacked(opened.input.bytes.length);
  const document = await parse(opened);
  const composed = composeText(document.sections);
  if (!SOMETHING.test(composed.text)) throw new StageError('permanent', NO_TEXT);

  const metadata = completeMetadata(document, { url, filename, language: await documentLanguage(document) });
  const identifiers = identifierKeys({
    urls: [url, ...aliases, metadata.canonicalUrl],
    doi: metadata.doi,
    arxivId: metadata.arxivId,
  });
  const contextTitle = ownTitle === undefined ? metadata.title : ownTitle;
  const prose = proseOf(document.sections);
  const headings = document.sections
    .flatMap(({ heading }) => (heading ? [unescapeMarkdown(heading.text)] : []))
    // `class Lamp` is about lamps, not about classes.
    .map((heading) => (opened.format === 'code' ? heading.slice(heading.lastIndexOf(' ') + 1) : heading));
  const keywords = extractKeywords([...headings, ...prose].join('\n\n'), {
    language: metadata.language,
    titles: [metadata.title ?? '', ...headings],
  });
  return {
    contentType: opened.mediaType,
    text: composed.text,
    wordCount: countWords(composed.text),
    metadata,
    summary: summarise(prose, { language: metadata.language, keywords }),
    keywords: keywords.map(({ phrase }) => phrase),
    contextTitle,
    chunks: chunkText(composed.text, composed.sections, {
      title: contextTitle,
      language: metadata.language,
      pages: composed.pages,
    }),
    links: extractLinks(composed.text, composed.links, new Set(identifiers)),
    identifiers,
  };
}

/** Markup and data that may show nothing, such as a file that only sets attributes: it is then kept as it is written. */
const KEPT_AS_WRITTEN: ReadonlySet<ReadFormat> = new Set<ReadFormat>([
  'rst',
  'asciidoc',
  'org',
  'latex',
  'man',
  'json',
  'yaml',
  'toml',
  'settings',
  'subtitles',
  'calendar',
  'csv',
  'tsv',
]);

async function parse({ format, input }: OpenedDocument): Promise<ParsedDocument> {
  const read = await readerOf(format);
  const document = await read(input);
  if (document.sections.length > 0 || !KEPT_AS_WRITTEN.has(format)) return document;
  const readLines = await readerOf('log');
  return readLines(input);
}

/** Fills metadata that the document does not declare from its URL, its file name and its first lines. */
function completeMetadata(
  { metadata, sections }: ParsedDocument,
  { url, filename, language }: { url: string | null; filename: string | null; language: string | null },
): DocumentMetadata {
  const head = identifierLines(sections);
  const address = url ?? '';
  return {
    ...metadata,
    title: (metadata.title ?? filename)?.slice(0, MAX_TITLE) ?? null,
    description: metadata.description?.slice(0, MAX_DESCRIPTION) ?? null,
    doi: metadata.doi ?? (/^https?:\/\/(?:dx\.)?doi\.org\//i.test(address) ? findDoi(address) : null) ?? findDoi(head),
    arxivId: metadata.arxivId ?? findArxivId(address) ?? findArxivId(head),
    language,
  };
}

/**
 * Opening lines of a paper that carry its own identifier, such as `arXiv:2401.01234v2 [cs.CL]`. Identifiers in longer
 * paragraphs or further down cite other works.
 */
function identifierLines(sections: ParsedDocument['sections']): string {
  const paragraphs = sections.slice(0, 2).flatMap((section) => section.paragraphs);
  const lines = paragraphs.slice(0, 4).filter(({ text, links }) => text.length <= 160 && links.length === 0);
  return lines.map(({ text }) => (/^\s*(?:doi|arxiv)\b|\[[a-z-]+\.[A-Z]{2}\]/i.test(text) ? text : '')).join('\n');
}
