/** The thread that reads documents, so that parsing can neither stall `/health` nor crash the worker. */
import { parentPort } from 'node:worker_threads';
import { StageError } from '../../src/kernel/core/errors.ts';
import { type DocumentInput, type ExtractedDocument, readDocument } from './read-document.ts';

/** What became of a document. */
export type ReadingOutcome =
  | { readonly kind: 'document'; readonly document: ExtractedDocument }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** `begun` is sent when the thread has its modules and takes up the document. */
export type ThreadMessage = { readonly kind: 'begun' } | ReadingOutcome;

parentPort?.on('message', (input: DocumentInput) => {
  post({ kind: 'begun' });
  void read(input).then(post);
});

function post(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

/** Never rejects. */
async function read(input: DocumentInput): Promise<ReadingOutcome> {
  try {
    return { kind: 'document', document: await readDocument(input) };
  } catch (error) {
    return error instanceof StageError ? { kind: 'refused', message: error.message } : { kind: 'failed', error };
  }
}
