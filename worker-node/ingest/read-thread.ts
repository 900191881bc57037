/** The thread documents are read in: parsing must neither stall `/health` nor take the worker down with it. */
import { parentPort } from 'node:worker_threads';
import { StageError } from '../../src/kernel/core/errors.ts';
import { type DocumentInput, type DocumentReading, readDocument } from './read-document.ts';

export type ThreadAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reading'; readonly reading: DocumentReading }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly error: unknown };

parentPort?.on('message', (input: DocumentInput) => {
  parentPort?.postMessage(answer(input));
});

parentPort?.postMessage({ kind: 'ready' } satisfies ThreadAnswer);

function answer(input: DocumentInput): ThreadAnswer {
  try {
    return { kind: 'reading', reading: readDocument(input) };
  } catch (error) {
    return error instanceof StageError ? { kind: 'refused', message: error.message } : { kind: 'failed', error };
  }
}
