/**
 * Reads documents in processes that can be ended at any moment. Owners take turns, one owner never occupies every process, and
 * a document has time in proportion to its size, so that one owner's documents do not hold up those of others.
 */
import { StageError } from '../../src/kernel/core/errors.ts';
import { createFairQueue } from '../pipeline/fair-queue.ts';
import { forkReader, OutOfMemory, type ReaderProcess, type StartReader } from './fork-reader.ts';
import type { DocumentInput, ExtractedDocument } from './read-document.ts';

export interface DocumentReader {
  /** Throws StageError for a document that cannot be read; rejects with the signal's reason on abort. */
  read(input: DocumentInput, turn: ReadingTurn): Promise<ExtractedDocument>;
  /** Waits for reads under way, then ends the processes. */
  close(): Promise<void>;
}

export interface ReadingTurn {
  readonly owner: string;
  readonly signal: AbortSignal;
}

/** Calls `run` after `ms` milliseconds; the result cancels it. */
export type SetTimer = (run: () => void, ms: number) => () => void;

export interface DocumentReaderOptions {
  /** Documents read at once. One owner may use all but one of several processes. */
  readonly processes: number;
  /** Limit of a process's heap, and of its buffers, in MiB. */
  readonly memoryMb?: number;
  /** Milliseconds of processor time that a document of so many bytes may take. */
  readonly budgetMs?: (bytes: number) => number;
  readonly startReader?: StartReader;
  readonly setTimer?: SetTimer;
}

const BASE_MS = 5_000;
const MS_PER_MEBIBYTE = 2_000;
const MEBIBYTE = 1024 * 1024;
/** On a machine that does other work, too, a document may take so many times its budget from begin to end. */
const MAX_WALL = 4;

/** 5 seconds, and 2 for each MiB: many times what a document that a person wrote takes. */
export function readingBudgetMs(bytes: number): number {
  return BASE_MS + Math.ceil((MS_PER_MEBIBYTE * bytes) / MEBIBYTE);
}

interface Reading {
  readonly owner: string;
  readonly input: DocumentInput;
  readonly signal: AbortSignal;
  readonly resolve: (document: ExtractedDocument) => void;
  readonly reject: (reason: unknown) => void;
}

const ADVICE = 'Send it as plain text or in smaller parts';

const setTimer: SetTimer = (run, ms) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** The first document starts the first process. */
export function createDocumentReader(options: DocumentReaderOptions): DocumentReader {
  const { processes, memoryMb = 512, budgetMs = readingBudgetMs } = options;
  const { startReader = () => forkReader({ memoryMb }), setTimer: after = setTimer } = options;
  const queue = createFairQueue<Reading>({ limit: Number.POSITIVE_INFINITY, perOwner: Math.max(1, processes - 1) });
  const underWay = new Set<Promise<void>>();
  const idle: ReaderProcess[] = [];

  function startNext(): void {
    while (underWay.size < processes) {
      const reading = queue.next();
      if (!reading) return;
      const run = readInProcess(reading).then(() => {
        underWay.delete(run);
        queue.finished(reading);
        startNext();
      });
      underWay.add(run);
    }
  }

  function takeIdle(): ReaderProcess | undefined {
    for (let reader = idle.pop(); reader; reader = idle.pop()) if (reader.isAlive()) return reader;
    return undefined;
  }

  function prepare(): void {
    if (idle.length === 0) idle.push(startReader());
  }

  function giveBack(reader: ReaderProcess): void {
    if (reader.isAlive() && idle.length < processes) idle.push(reader);
    else void reader.kill();
  }

  /** Settles the reading; never rejects. */
  async function readInProcess(reading: Reading): Promise<void> {
    const { input, signal, resolve, reject } = reading;
    if (signal.aborted) return reject(signal.reason);
    const reader = takeIdle() ?? startReader();
    let size = input.bytes.length;
    let ms = budgetMs(size);
    const stop = Promise.withResolvers<never>();
    const onAbort = () => stop.reject(signal.reason);
    const refuse = () => stop.reject(tooSlow(ms, size));
    const timers: (() => void)[] = [];
    let stopWall: () => void = () => undefined;
    let begun = false;
    function limitWall(): void {
      stopWall();
      stopWall = after(refuse, MAX_WALL * ms);
    }
    function onBegin(): void {
      begun = true;
      // Another owner's document finds a process that has its modules, as does the next one should this process be ended.
      if (underWay.size < processes) prepare();
      timers.push(after(prepare, ms / 2));
      limitWall();
      const atBegin = reader.processorMs();
      /** Refuses the document once the process has used its time; looks again when it can have. */
      const look = async () => {
        const used = (await reader.processorMs()) - (await atBegin);
        if (used >= ms) refuse();
        else lookAfter(Math.max(ms - used, ms / 20));
      };
      // A process that has ended tells no time.
      const lookAfter = (wait: number) => timers.push(after(() => void look().catch(() => undefined), wait));
      atBegin.catch(() => undefined);
      lookAfter(ms);
    }
    /** A compressed document has the time of what it holds. */
    function onUnpacked(bytes: number): void {
      size = Math.max(size, bytes);
      ms = budgetMs(size);
      limitWall();
    }
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const outcome = await Promise.race([reader.read(input, { begun: onBegin, unpacked: onUnpacked }), stop.promise]);
      giveBack(reader);
      if (outcome.kind === 'document') resolve(outcome.document);
      else reject(outcome.kind === 'refused' ? new StageError('permanent', outcome.message) : unreadable(outcome.error));
    } catch (error) {
      void reader.kill();
      if (error instanceof OutOfMemory) reject(tooMuchMemory(error, memoryMb));
      // A process that cannot even begin says nothing about the document.
      else reject(signal.aborted || !begun || error instanceof StageError ? error : unreadable(error));
    } finally {
      for (const cancel of [...timers, stopWall]) cancel();
      signal.removeEventListener('abort', onAbort);
    }
  }

  return {
    read: (input, { owner, signal }) => {
      if (signal.aborted) return Promise.reject(signal.reason);
      const { promise, resolve, reject } = Promise.withResolvers<ExtractedDocument>();
      // One that waits is rejected at once; its turn is passed over when it comes.
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      queue.add({ owner, input, signal, resolve, reject });
      startNext();
      return promise;
    },
    close: async () => {
      while (underWay.size > 0) await Promise.all(underWay);
      await Promise.all(idle.splice(0).map((reader) => reader.kill()));
    },
  };
}

function tooSlow(ms: number, bytes: number): StageError {
  const seconds = Math.ceil(ms / 1000);
  return new StageError(
    'permanent',
    `The document is too complex: it was not read within ${seconds} seconds of processor time, the time for its size. ${ADVICE}`,
    { cause: new Error(`${bytes} bytes were not read within ${ms} ms`) },
  );
}

function tooMuchMemory(cause: OutOfMemory, memoryMb: number): StageError {
  const message = `The document is too large or too complex: reading it takes more than ${memoryMb} MB of memory. ${ADVICE}`;
  return new StageError('permanent', message, { cause });
}

function unreadable(cause: unknown): StageError {
  return new StageError('permanent', `The document could not be read: its structure is more than the reader handles. ${ADVICE}`, {
    cause,
  });
}
