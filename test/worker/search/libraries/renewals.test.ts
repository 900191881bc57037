import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { activateModel } from '../../../../src/services/models/activate-model.ts';
import type { LibraryIndex } from '../../../../worker-node/search/index/library-index.ts';
import { createLibraries, type LibrariesDependencies } from '../../../../worker-node/search/libraries/libraries.ts';
import {
  LibraryEvicted,
  type LibrarySize,
  LibraryTooLarge,
  type UpdatableIndex,
} from '../../../../worker-node/search/libraries/library.ts';
import { createSnapshots } from '../../../../worker-node/search/libraries/snapshots.ts';
import { libraryEngine } from '../../../../worker-node/search/library-engine.ts';
import { type MemoryLog, manualClock, memoryLog } from '../../../support/fakes/doubles.ts';
import { insertUser, testModel } from '../../../support/fixtures/documents.ts';
import { openTestDatabase, type TestDatabase } from '../../../support/kits/database.ts';
import { plainEngine, removeDocument, writeDocument } from '../../../support/kits/search-library.ts';

const PAUSE_MS = 10 * 60_000 + 1;

let database: TestDatabase;
let owner: string;
let folder: string;
let log: MemoryLog;
let clock: ReturnType<typeof manualClock>;
let told: LibrarySize[];

beforeEach(async () => {
  database = await openTestDatabase();
  owner = await insertUser(database.db);
  folder = await mkdtemp(join(tmpdir(), 'pharos-test-'));
  log = memoryLog();
  clock = manualClock();
  told = [];
  await activateModel({ db: database.db, clock }, testModel('plane'));
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

type Options<I extends UpdatableIndex> = Pick<LibrariesDependencies<I>, 'engine'> & Partial<LibrariesDependencies<I>>;

const open = <I extends UpdatableIndex>(options: Options<I>) =>
  createLibraries<I>({
    ...{ db: database.db, clock, log, snapshots: createSnapshots({ folder, clock, log, minChunks: 1 }) },
    ...{ maxBytes: 100_000, pause: async () => {}, onSize: (_, size) => void told.push(size), minDeadBytes: 3_000 },
    ...options,
  });
const openPlain = (options: Partial<Options<ReturnType<typeof plainEngine.create>>> = {}) =>
  open({ engine: plainEngine, ...options });

const write = (id: string, ...texts: string[]) => writeDocument(database.db, owner, { id, texts });
const built = () => log.lines.filter(({ message }) => message === 'library indexed').length;

/** Six chunks, and as many of removed documents as are said. */
async function churned(libraries: ReturnType<typeof openPlain>, removed: number): Promise<void> {
  for (let n = 0; n < 6; n++) await write(`d${n}`, `text ${n}`);
  await libraries.use(owner);
  await change(libraries, removed);
}

/** Changes a document as often as is said, each time with a question. */
async function change(libraries: ReturnType<typeof openPlain>, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    await write('d0', `changed ${n}`);
    await libraries.use(owner);
  }
}

test('renewals: an index of which a third is of removed documents is built anew while it answers, and its snapshot follows', async () => {
  const gate = Promise.withResolvers<void>();
  const isLate = () => built() === 1;
  const libraries = openPlain({ pause: () => (isLate() ? gate.promise : Promise.resolve()) });
  await churned(libraries, 0);
  for (let n = 0; n < 2; n++) await write(`d${n}`, 'changed');
  const changing = libraries.use(owner);
  await setTimeout(20);
  gate.resolve();
  const { index: first } = await changing;
  expect([first.bytes, first.deadBytes, built()]).toEqual([8_000, 2_000, 1]);
  await write('d2', 'changed');
  await removeDocument(database.db, owner, 'd5');
  const { index: old } = await libraries.use(owner);
  expect(old).toBe(first);
  expect(old.contents()).toMatchObject({ d2: ['changed'] });
  await expect.poll(async () => (await libraries.use(owner)).index).not.toBe(old);
  const { index } = await libraries.use(owner);
  expect([index.bytes, index.deadBytes, built()]).toEqual([5_000, 0, 2]);
  expect(index.contents()).toEqual({ d0: ['changed'], d1: ['changed'], d2: ['changed'], d3: ['text 3'], d4: ['text 4'] });
  expect(Math.max(...told.map(({ bytes }) => bytes))).toBe(14_000);
  expect(told.at(-1)?.bytes).toBe(5_000);

  await libraries.saveDue();
  const { index: loaded } = await openPlain().use(owner);
  expect([loaded.contents(), loaded.deadBytes, built()]).toEqual([index.contents(), 0, 2]);
});

test('renewals: a library is built anew once in ten minutes at most, also where the build was given up', async () => {
  const gate = Promise.withResolvers<void>();
  let indexes = 0;
  const create = () => {
    indexes++;
    return plainEngine.create();
  };
  const pause = () => (indexes === 2 ? gate.promise : Promise.resolve());
  const libraries = openPlain({ engine: { ...plainEngine, create }, snapshots: undefined, pause });
  await churned(libraries, 3);
  await setTimeout(20);
  expect(indexes).toBe(2);
  await libraries.evict(owner);
  gate.resolve();
  await setTimeout(20);
  expect(built()).toBe(1);

  await libraries.use(owner);
  await change(libraries, 5);
  await setTimeout(20);
  expect([(await libraries.use(owner)).index.deadBytes, built()]).toEqual([5_000, 2]);
  clock.advance(PAUSE_MS);
  await expect.poll(async () => (await libraries.use(owner)).index.deadBytes).toBe(0);
  expect(built()).toBe(3);
});

test('renewals: without room for two indexes the old one is kept, and built before an answer once it is larger than the memory', async () => {
  const libraries = openPlain({ maxBytes: 13_000 });
  await churned(libraries, 4);
  expect((await libraries.use(owner)).index.deadBytes).toBe(4_000);
  await write('d0', 'once', 'more');
  await setTimeout(20);
  await libraries.use(owner);
  expect(built()).toBe(1);
  await change(libraries, 2);
  const { index } = await libraries.use(owner);
  expect([index.bytes, index.deadBytes, built()]).toEqual([6_000, 0, 2]);
});

test('renewals: a snapshot that is larger than the memory because of removed documents is not refused', async () => {
  const large = openPlain({ minDeadBytes: 1_000_000 });
  await churned(large, 9);
  expect((await large.use(owner)).index.bytes).toBe(15_000);
  await large.close();
  expect(built()).toBe(1);
  const { index } = await openPlain({ maxBytes: 12_000 }).use(owner);
  expect([index.bytes, built()]).toEqual([6_000, 2]);
  await expect(openPlain({ maxBytes: 5_000 }).use(owner)).rejects.toThrow(LibraryTooLarge);
});

const WORDS = ['glacier', 'ice', 'breaks', 'bread', 'oven'];
const QUESTION = Float32Array.of(1, 1, 1);

/** All that a search can see of an index, by the ids of documents. */
function seen(index: LibraryIndex) {
  const places = (slots: Iterable<number>) =>
    [...slots].map((slot) => `${index.idOf(index.documentOf(slot))}/${index.seqOf(slot)}`).sort();
  const marked = (bySlot: ArrayLike<number>) => Array.from(bySlot).flatMap((value, slot) => (value === 0 ? [] : [slot]));
  const { vocabulary } = index;
  const terms = WORDS.map((word) => vocabulary.complete(word, 1)[0]?.term ?? word);
  return {
    counts: [index.documents, index.chunks],
    words: terms.map((term) => {
      const { slots, scores } = index.words([{ terms: [{ term }] }]);
      return places(slots).concat(Array.from(slots, (slot) => (scores[slot] as number).toFixed(4)).sort());
    }),
    frequencies: terms.map((term) => vocabulary.frequency(term)),
    completed: ['g', 'gl', 'i', 'b', 'o'].map((prefix) =>
      vocabulary
        .complete(prefix, 100)
        .map(({ word }) => word)
        .sort(),
    ),
    phrase: places(marked(index.phrase(terms.slice(0, 2).map((term, offset) => ({ terms: [term], offset }))))),
    meaning: places(marked(index.meaning(QUESTION))),
    titles: Array.from(index.liveDocuments, (slot) => index.attributesOf(slot).title).sort(),
  };
}

const text = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
const id = fc.constantFrom('a', 'b', 'c');
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('write' as const), id, text, own: fc.nat(10_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), id }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('use' as const), isAwaited: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('evict' as const, 'save' as const, 'wait' as const) }) },
);

test('renewals: whenever an index is built anew, answers and snapshots are those of an index of what is committed', async () => {
  const { db } = database;
  let round = 0;
  let renewed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      const ownerId = await insertUser(db, `owner-${++round}`);
      log.lines.length = 0;
      const libraries = open({ engine: libraryEngine, maxBytes: 1e8, minDeadBytes: 1, pause: () => setTimeout(1) });
      const calls: Promise<unknown>[] = [];
      const use = async () => {
        clock.advance(PAUSE_MS);
        return await libraries.use(ownerId).catch((error) => {
          if (!(error instanceof LibraryEvicted)) throw error;
          return undefined;
        });
      };
      const expectCommitted = async (held: typeof libraries) => {
        clock.advance(PAUSE_MS);
        const found = seen((await held.use(ownerId)).index);
        const fresh = open({ engine: libraryEngine, maxBytes: 1e8, snapshots: undefined });
        expect(found).toEqual(seen((await fresh.use(ownerId)).index));
      };
      for (const one of steps)
        switch (one.kind) {
          case 'write': {
            const vectors = [[one.own % 3, 1, 1]];
            await writeDocument(db, ownerId, { id: `${one.id}-${round}`, texts: [`${one.text} g${one.own}`], vectors });
            break;
          }
          case 'remove':
            await removeDocument(db, ownerId, `${one.id}-${round}`);
            break;
          case 'use':
            calls.push(use());
            if (one.isAwaited)
              await expectCommitted(libraries).catch((error) => {
                if (!(error instanceof LibraryEvicted)) throw error;
              });
            break;
          case 'evict':
            calls.push(libraries.evict(ownerId));
            break;
          case 'save':
            calls.push(libraries.saveDue());
            break;
          case 'wait':
            await setTimeout(5);
        }
      await Promise.all(calls);
      await expectCommitted(libraries);
      await setTimeout(10);
      await expectCommitted(libraries);
      await libraries.close();
      renewed += Math.max(0, built() - 1);
      await expectCommitted(open({ engine: libraryEngine, maxBytes: 1e8 }));
    }),
    { numRuns: 25 },
  );
  expect(renewed).toBeGreaterThan(0);
});
