/** The thread documents are read in: parsing must neither stall `/health` nor take the worker down with it. */
import { parentPort } from 'node:worker_threads';
import { StageError } from '../../src/kernel/core/errors.ts';
import { type DocumentInput, type ExtractedDocument, readDocument } from './read-document.ts';

export type ThreadResponse =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reading'; readonly reading: ExtractedDocument }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly error: unknown };

parentPort?.on('message', (input: DocumentInput) => {
  parentPort?.postMessage(answer(input));
});

parentPort?.postMessage({ kind: 'ready' } satisfies ThreadResponse);

function answer(input: DocumentInput): ThreadResponse {
  try {
    return { kind: 'reading', reading: readDocument(input) };
  } catch (error) {
    return error instanceof StageError ? { kind: 'refused', message: error.message } : { kind: 'failed', error };
  }
}
