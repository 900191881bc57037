/**
 * The reader process: reads documents in a thread and answers meanwhile. Where V8 ends the process because one allocation goes
 * beyond the heap, no document of others is lost. `process.argv[2]` is the MiB that the heap, and the buffers, may have.
 */
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { programPath } from '../../src/adapters/package-files.ts';
import type { FromReader, ThreadMessage, ToReader } from './reader-protocol.ts';

/** Measured over HTML pages of 0.5 MB: a thread keeps 56 MB of heap, and 166 MB by default, at equal processor time. */
const YOUNG_GENERATION_MB = 16;

/** How often the buffers of the thread are looked at; it fills about 100 MB in this time. */
const WATCH_MS = 100;

const memoryMb = Number(process.argv[2]);
const thread = new Worker(programPath('read-thread'), {
  resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: YOUNG_GENERATION_MB, stackSizeMb: 4 },
});
let watch: NodeJS.Timeout | undefined;

const reply = (message: FromReader) => process.send?.(message);

function end(outOfMemory: boolean, message: string): void {
  clearInterval(watch);
  reply({ kind: 'ended', outOfMemory, message });
}

/** V8's limit leaves out the buffers, in which a small file may expand to gigabytes. */
function watchBuffers(): void {
  thread.getHeapStatistics().then(
    ({ external_memory: bytes }) => {
      if (bytes > memoryMb * 1024 * 1024) end(true, 'the buffers are full');
    },
    // The thread has ended, which is replied.
    () => clearInterval(watch),
  );
}

thread.on('message', (message: ThreadMessage) => {
  if (message.kind === 'outcome') clearInterval(watch);
  reply(message);
});
thread.on('error', (error: NodeJS.ErrnoException) =>
  end(error.code === 'ERR_WORKER_OUT_OF_MEMORY', error.stack ?? error.message),
);
thread.on('exit', () => end(false, 'the thread ended'));

process.on('message', (request: ToReader) => {
  if (request.kind === 'read') {
    watch = setInterval(watchBuffers, WATCH_MS);
    return thread.postMessage(request.input);
  }
  thread.cpuUsage().then(
    ({ user, system }) => reply({ kind: 'usage', processorMs: (user + system) / 1_000 }),
    // The thread has ended, which is replied.
    () => undefined,
  );
});
// At once, even in the middle of a document.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C signals the whole process group; the worker decides when this process ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
