/**
 * Reader processes in virtual time: `filename` of a document is the milliseconds that reading it takes, or `crash`, `memory` or
 * `killed`. A `url` is the number of bytes that the document has when it is unpacked.
 */
import { OutOfMemory, type ReaderProcess, type ReadingEvents } from '../../../worker-node/ingest/fork-reader.ts';
import type { DocumentInput, ExtractedDocument } from '../../../worker-node/ingest/read-document.ts';
import type { ReadingOutcome } from '../../../worker-node/ingest/reader-protocol.ts';

interface Event {
  readonly at: number;
  readonly run: () => void;
}

/** Time that passes only by `runUntil`. Events of one moment happen in the order in which they were set. */
export function virtualTime() {
  const events = new Set<Event>();
  let now = 0;

  return {
    now: () => now,
    setTimer: (run: () => void, ms: number) => {
      const event = { at: now + ms, run };
      events.add(event);
      return () => {
        events.delete(event);
      };
    },
    /** Lets the events until `end` happen one after the other, each with all that follows from it. */
    async runUntil(end: number): Promise<void> {
      for (;;) {
        await new Promise(setImmediate);
        const [next] = [...events].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        events.delete(next);
        now = next.at;
        next.run();
      }
      now = end;
    },
  };
}

export interface FakeReadersOptions {
  readonly time: ReturnType<typeof virtualTime>;
  /** Milliseconds until a process has its modules. */
  readonly startMs?: number;
  /** Called with what happens, such as `start` and `begin <contentType>`. */
  readonly onEvent?: (event: string) => void;
  /** The share of the time in which a process has the processor. Default: 1. */
  readonly share?: number;
  /** The error with which processes end while they load their modules. */
  readonly broken?: Error;
}

export function fakeReaders({
  time,
  startMs = 0,
  share = 1,
  onEvent = () => undefined,
  broken,
}: FakeReadersOptions): () => ReaderProcess {
  return () => {
    onEvent('start');
    const readyAt = time.now() + startMs;
    let alive = true;
    let cancel: () => void = () => undefined;

    function read({ filename, contentType, url }: DocumentInput, { begun, unpacked }: ReadingEvents): Promise<ReadingOutcome> {
      const { promise, resolve, reject } = Promise.withResolvers<ReadingOutcome>();
      const end = (error: Error) => {
        alive = false;
        reject(error);
      };
      cancel = time.setTimer(
        () => {
          if (broken) return end(broken);
          begun();
          if (url !== null) unpacked(Number(url));
          onEvent(`begin ${contentType}`);
          cancel = time.setTimer(() => {
            if (filename === 'memory') return end(new OutOfMemory('full'));
            if (filename === 'crash') return end(new Error('crashed'));
            onEvent(`end ${contentType}`);
            if (filename === 'failed') resolve({ kind: 'failed', error: new RangeError('stack') });
            else if (filename === 'refused') resolve({ kind: 'refused', message: 'The document is empty' });
            else resolve({ kind: 'document', document: { text: contentType } as ExtractedDocument });
          }, Number(filename) || 1);
        },
        Math.max(0, readyAt - time.now()),
      );
      return promise;
    }

    return {
      pid: undefined,
      read,
      processorMs: async () => share * time.now(),
      isAlive: () => alive,
      kill: async () => {
        onEvent('kill');
        alive = false;
        cancel();
      },
    };
  };
}
