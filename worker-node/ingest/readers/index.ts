/** The reader of each format. A reader turns bytes into sections of paragraphs and the metadata the document declares. */
import type { Format } from '../../../src/kernel/model/formats.ts';
import { decodeText } from '../charset.ts';
import type { ParsedDocument } from '../document.ts';
import { readHtml } from './html.ts';
import { readMarkdown } from './markdown.ts';
import { readText } from './plain-text.ts';

export interface ReaderInput {
  readonly bytes: Uint8Array;
  /** The charset of the `Content-Type`; null where none was declared. */
  readonly charset: string | null;
  /** Where the document was fetched from; null for uploaded content. */
  readonly url: string | null;
}

export type Reader = (input: ReaderInput) => ParsedDocument;

/** NUL bytes are removed: PostgreSQL stores none in text. */
const decode = ({ bytes, charset }: ReaderInput, html = false) =>
  decodeText(bytes, { declared: charset, html }).replaceAll('\0', '');

export const READERS: Readonly<Record<Format, Reader>> = {
  html: (input) => readHtml(decode(input, true), input.url),
  markdown: (input) => readMarkdown(decode(input)),
  text: (input) => readText(decode(input)),
};
