/** The thread of a reader process that reads documents, so that the process can answer and end meanwhile. */
import { serialize } from 'node:v8';
import { parentPort } from 'node:worker_threads';
import { StageError } from '../../src/kernel/core/errors.ts';
import { type DocumentInput, readDocument } from './read-document.ts';
import type { ReadingOutcome, ThreadMessage } from './reader-protocol.ts';

parentPort?.on('message', (input: DocumentInput) => {
  post({ kind: 'begun' });
  void read(input).then((outcome) => {
    const bytes = serialize(outcome);
    parentPort?.postMessage({ kind: 'outcome', outcome: bytes } satisfies ThreadMessage, [bytes.buffer as ArrayBuffer]);
  });
});

function post(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

/** Never rejects. */
async function read(input: DocumentInput): Promise<ReadingOutcome> {
  try {
    const onUnpacked = (bytes: number) => post({ kind: 'unpacked', bytes });
    return { kind: 'document', document: await readDocument(input, { onUnpacked }) };
  } catch (error) {
    return error instanceof StageError ? { kind: 'refused', message: error.message } : { kind: 'failed', error };
  }
}
