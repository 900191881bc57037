/** Reads a document as a format, without detection. */
import { composeText, type DocumentMetadata } from '../../../worker-node/ingest/document.ts';
import { type ReadFormat, readerOf } from '../../../worker-node/ingest/readers/index.ts';

export interface FormatReading {
  readonly text: string;
  /** The heading paths of the sections. */
  readonly paths: readonly (readonly string[])[];
  /** The texts of links, with their addresses. */
  readonly links: readonly (readonly [words: string, url: string])[];
  readonly metadata: DocumentMetadata;
}

export async function readAs(
  format: ReadFormat,
  content: string | Uint8Array,
  { filename = null, url = null }: { filename?: string | null; url?: string | null } = {},
): Promise<FormatReading> {
  const read = await readerOf(format);
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const { sections, metadata } = await read({ bytes, mediaType: '', charset: null, url, filename });
  const { text, links } = composeText(sections);
  return {
    text,
    paths: sections.map(({ headingPath }) => headingPath),
    links: links.map(({ start, end, url: target }) => [text.slice(start, end), target]),
    metadata,
  };
}
