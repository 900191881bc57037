/** The thread that reads documents, so that parsing can neither stall `/health` nor crash the worker. */
import { parentPort } from 'node:worker_threads';
import { StageError } from '../../src/kernel/core/errors.ts';
import { type DocumentInput, type ExtractedDocument, readDocument } from './read-document.ts';

export type ThreadResponse =
  | { readonly kind: 'ready' }
  | { readonly kind: 'document'; readonly document: ExtractedDocument }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly error: unknown };

parentPort?.on('message', (input: DocumentInput) => {
  parentPort?.postMessage(respond(input));
});

parentPort?.postMessage({ kind: 'ready' } satisfies ThreadResponse);

function respond(input: DocumentInput): ThreadResponse {
  try {
    return { kind: 'document', document: readDocument(input) };
  } catch (error) {
    return error instanceof StageError ? { kind: 'refused', message: error.message } : { kind: 'failed', error };
  }
}
