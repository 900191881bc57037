/** Starts a reader process and speaks to it. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { deserialize } from 'node:v8';
import { programPath } from '../../src/adapters/package-files.ts';
import { StageError } from '../../src/kernel/core/errors.ts';
import type { DocumentInput } from './read-document.ts';
import type { FromReader, ReadingOutcome, ToReader } from './reader-protocol.ts';

export interface ReadingEvents {
  /** The process takes the document up. */
  begun(): void;
  /** The document was compressed, and has so many bytes. */
  unpacked(bytes: number): void;
}

export interface ReaderProcess {
  readonly pid: number | undefined;
  /**
   * Reads one document at a time. Rejects with OutOfMemory where the heap or the buffers are full, and with another Error where
   * the process ends otherwise.
   */
  read(input: DocumentInput, events: ReadingEvents): Promise<ReadingOutcome>;
  /** Milliseconds of processor time that reading has used since the start; rejects where the process has ended. */
  processorMs(): Promise<number>;
  /** False once the process has ended. */
  isAlive(): boolean;
  /** Ends the process at once, even in the middle of a document. */
  kill(): Promise<void>;
}

export type StartReader = () => ReaderProcess;

/** The process needed more memory than it may have. */
export class OutOfMemory extends Error {
  override readonly name = 'OutOfMemory';
}

/** What a process writes before it dies, such as the trace of V8, for the log. */
const KEPT_ERRORS = 2_000;

/**
 * `memoryMb` limits the heap, and the buffers beside it. The process gets an empty environment: it needs no settings, and so
 * holds no secrets. One that is idle does not keep the worker alive, and ends with it.
 */
export function forkReader({ memoryMb }: { memoryMb: number }): ReaderProcess {
  const child = fork(programPath('reader'), [String(memoryMb)], {
    serialization: 'advanced',
    execArgv: [],
    env: {},
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const exited = Promise.withResolvers<void>();
  let ended: Error | undefined;
  let killed = false;
  let errors = '';
  let reading: { events: ReadingEvents; resolve: (outcome: ReadingOutcome) => void; reject: (error: Error) => void } | undefined;
  /** Those who asked, in order. */
  const asked: PromiseWithResolvers<number>[] = [];

  function end(error: Error): void {
    ended ??= error;
    reading?.reject(ended);
    for (const { reject } of asked.splice(0)) reject(ended);
  }

  function kill(): Promise<void> {
    killed = true;
    end(new Error('the reader process was ended'));
    child.kill('SIGKILL');
    // This process waits for the end, which is near.
    child.ref();
    return exited.promise;
  }

  function send(message: ToReader): void {
    // Sending to a process that has exited fails; `exit` reports it.
    child.send(message, () => undefined);
  }

  function onMessage(message: FromReader): void {
    if (message.kind === 'begun') reading?.events.begun();
    else if (message.kind === 'unpacked') reading?.events.unpacked(message.bytes);
    else if (message.kind === 'outcome') reading?.resolve(deserialize(message.outcome) as ReadingOutcome);
    else if (message.kind === 'usage') asked.shift()?.resolve(message.processorMs);
    else {
      end(message.outOfMemory ? new OutOfMemory(message.message) : new Error(message.message));
      void kill();
    }
  }

  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-KEPT_ERRORS);
  });
  child.on('message', (message) => onMessage(message as FromReader));
  child.on('error', (error) => {
    end(error);
    exited.resolve();
  });
  child.on('exit', (code, signal) => {
    exited.resolve();
    end(deathOf(code, signal, killed, errors));
  });
  hold(child, false);

  return {
    pid: child.pid,
    read: (input, events) => {
      const { promise, resolve, reject } = Promise.withResolvers<ReadingOutcome>();
      if (ended) reject(ended);
      reading = { events, resolve, reject };
      hold(child, true);
      send({ kind: 'read', input });
      return promise.finally(() => {
        reading = undefined;
        hold(child, false);
      });
    },
    processorMs: () => {
      if (ended) return Promise.reject(ended);
      const answer = Promise.withResolvers<number>();
      asked.push(answer);
      send({ kind: 'usage' });
      return answer.promise;
    },
    isAlive: () => ended === undefined,
    kill,
  };
}

/** Whether the child keeps this process alive. */
function hold(child: ChildProcess, alive: boolean): void {
  const method = alive ? 'ref' : 'unref';
  child[method]();
  child.channel?.[method]();
  (child.stderr as Socket | null)?.[method]();
}

function deathOf(code: number | null, signal: NodeJS.Signals | null, killed: boolean, errors: string): Error {
  // V8 ends a process by this signal where an allocation goes beyond the heap.
  if (signal === 'SIGABRT') return new OutOfMemory(errors);
  if (signal === 'SIGKILL' && !killed)
    return new StageError('transient', 'The system ended the reading of the document; its memory may be full');
  return new Error(`the reader process ended by ${signal ?? `exit code ${code}`}: ${errors}`);
}
