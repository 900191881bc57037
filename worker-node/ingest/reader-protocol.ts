/** What the worker and a reader process say to each other (reader-process.ts, fork-reader.ts). */
import type { DocumentInput, ExtractedDocument } from './read-document.ts';

/** What became of a document. */
export type ReadingOutcome =
  | { readonly kind: 'document'; readonly document: ExtractedDocument }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** From the thread that reads, in this order. */
export type ThreadMessage =
  /** The thread has its modules and takes the document up. */
  | { readonly kind: 'begun' }
  /** The document was compressed, and has so many bytes. */
  | { readonly kind: 'unpacked'; readonly bytes: number }
  /** A ReadingOutcome as `v8.serialize` writes it, which the worker alone reads. */
  | { readonly kind: 'outcome'; readonly outcome: Uint8Array };

export type ToReader = { readonly kind: 'read'; readonly input: DocumentInput } | { readonly kind: 'usage' };

export type FromReader =
  | ThreadMessage
  /** Milliseconds of processor time that the thread has used. */
  | { readonly kind: 'usage'; readonly processorMs: number }
  /** The thread has ended. */
  | { readonly kind: 'ended'; readonly outOfMemory: boolean; readonly message: string };
