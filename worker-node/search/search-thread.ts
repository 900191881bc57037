/** The thread that searches: libraries in its memory, and a connection to the database of its own. */
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { startInterval } from '../../src/adapters/interval.ts';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { createProcessLog } from '../../src/adapters/process-log.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { createAnswerQuestion } from './answer-question.ts';
import { createLibraries } from './libraries/libraries.ts';
import type { LibrarySize } from './libraries/library.ts';
import { createSnapshots } from './libraries/snapshots.ts';
import { libraryEngine as engine } from './library-engine.ts';
import { type SearchThreadData, unpackDatabase } from './thread-data.ts';
import type { FromThread, ToThread } from './thread-messages.ts';
import { createTurns } from './turns.ts';

/** Milliseconds of work on libraries after which questions are looked at. */
const TURN_MS = 8;
/** Milliseconds between two looks at the snapshots that are due. */
const SAVE_MS = 60_000;

const { database: packed, log: logging, folder, maxBytes } = workerData as SearchThreadData;
const log = createProcessLog(logging, 'search');
const pause = createTurns({ turnMs: TURN_MS, monotonic: clock.monotonic, events: () => setImmediate() });
const database = await openDatabase({ database: unpackDatabase(packed) }, { preparedReads: true, pause });

const post = (message: FromThread) => parentPort?.postMessage(message);

/** What the worker was told last, by owner. */
const told = new Map<string, number>();
function tellSize(ownerId: string, size: LibrarySize): void {
  if (told.get(ownerId) === size.bytes) return;
  if (size.bytes === 0) told.delete(ownerId);
  else told.set(ownerId, size.bytes);
  post({ kind: 'size', ownerId, size });
}

const libraries = createLibraries({
  ...{ db: database.db, engine, clock, log, maxBytes, pause, onSize: tellSize },
  snapshots: createSnapshots({ folder, clock, log }),
});

const embedding = new Map<number, (vector: Float32Array | null) => void>();
let lastEmbedding = 0;

const answerQuestion = createAnswerQuestion({
  ...{ db: database.db, chunkIndex: database.chunkIndex, clock, log, libraries },
  embed: (text, model) => {
    const id = ++lastEmbedding;
    post({ kind: 'embed', id, model, text });
    return new Promise((resolve) => embedding.set(id, resolve));
  },
});

const saving = startInterval(SAVE_MS, () => libraries.saveDue());

async function close(): Promise<void> {
  await saving.stop();
  await libraries.close();
  await database.close();
  parentPort?.close();
}

parentPort?.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'ask':
      // The questions of a thread that was busy may have been given up meanwhile.
      if (clock.now() > message.expiresAt) return;
      void answerQuestion(message.question).then((outcome) => post({ kind: 'answer', id: message.id, outcome }));
      return;
    case 'embedded':
      embedding.get(message.id)?.(message.vector);
      embedding.delete(message.id);
      return;
    case 'evict':
      void libraries.evict(message.ownerId);
      return;
    case 'close':
      void close();
  }
});
