/** What a reader takes and returns. */
import type { ParsedDocument } from '../document.ts';

export interface ReaderInput {
  readonly bytes: Uint8Array;
  /** The media type that was declared, lower case; empty without one. It may be another than the format's. */
  readonly mediaType: string;
  /** The charset of the `Content-Type`; null where none was declared. */
  readonly charset: string | null;
  /** Where the document was fetched from; null for uploaded content. */
  readonly url: string | null;
  /** The name of the uploaded file; null without one. */
  readonly filename: string | null;
}

/** Throws a permanent StageError, with what a person can do about it, for bytes that it cannot read. */
export type Reader = (input: ReaderInput) => ParsedDocument | Promise<ParsedDocument>;
