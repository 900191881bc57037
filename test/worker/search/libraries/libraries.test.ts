import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { updateEmbeddingModel } from '../../../../src/kernel/db/embedding-models.ts';
import { appendLibraryChanges } from '../../../../src/kernel/db/library-changes.ts';
import { activateModel } from '../../../../src/services/models/activate-model.ts';
import type { IndexedDocument } from '../../../../worker-node/search/index/library-index.ts';
import { createLibraries, type Libraries } from '../../../../worker-node/search/libraries/libraries.ts';
import { LibraryEvicted, type LibrarySize, LibraryTooLarge } from '../../../../worker-node/search/libraries/library.ts';
import { createSnapshots, DELETION_MS } from '../../../../worker-node/search/libraries/snapshots.ts';
import { type MemoryLog, manualClock, memoryLog } from '../../../support/fakes/doubles.ts';
import { insertUser, testModel } from '../../../support/fixtures/documents.ts';
import { openTestDatabase, type TestDatabase } from '../../../support/kits/database.ts';
import {
  backUp,
  type PlainIndex,
  plainEngine,
  removeDocument,
  restore,
  writeDocument,
} from '../../../support/kits/search-library.ts';

let database: TestDatabase;
let owner: string;
let folder: string;
let log: MemoryLog;
let clock: ReturnType<typeof manualClock>;
/** What each library holds, as it was told last. */
let sizes: Map<string, LibrarySize>;

beforeEach(async () => {
  database = await openTestDatabase();
  owner = await insertUser(database.db);
  folder = await mkdtemp(join(tmpdir(), 'pharos-test-'));
  log = memoryLog();
  clock = manualClock();
  sizes = new Map();
  await activateModel({ db: database.db, clock }, testModel('plane'));
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

type Options = Partial<Parameters<typeof createLibraries<PlainIndex>>[0]> & { readonly minChunks?: number };

const open = ({ minChunks = 1, ...options }: Options = {}): Libraries<PlainIndex> =>
  createLibraries({
    db: database.db,
    engine: plainEngine,
    clock,
    log,
    snapshots: createSnapshots({ folder, clock, log, minChunks }),
    maxBytes: 1_000_000,
    pause: async () => {},
    onSize: (ownerId, size) => void sizes.set(ownerId, size),
    ...options,
  });

/** Makes another model the active one, as a switch does that waited for its vectors. */
async function switchTo(id: string): Promise<void> {
  const { db } = database;
  await activateModel({ db, clock }, testModel(id));
  await updateEmbeddingModel(db, 'plane', { state: 'retired', retiredAt: clock.now() });
  await updateEmbeddingModel(db, id, { state: 'active' });
}

const contentsOf = async (libraries: Libraries<PlainIndex>, ownerId = owner) => (await libraries.use(ownerId)).index.contents();
const write = (id: string, ...texts: string[]) => writeDocument(database.db, owner, { id, texts });
const built = () => log.lines.filter(({ message }) => message === 'library indexed').length;
const files = async () => (await readdir(folder)).sort();

describe('libraries', () => {
  test('libraries: what was committed before the call is found, and what was deleted is not', async () => {
    const libraries = open();
    expect(await contentsOf(libraries)).toEqual({});
    await write('a', 'one', 'two');
    await write('b', 'three');
    expect(await contentsOf(libraries)).toEqual({ a: ['one', 'two'], b: ['three'] });
    await write('b', 'four');
    await removeDocument(database.db, owner, 'a');
    expect(await contentsOf(libraries)).toEqual({ b: ['four'] });
    expect(built()).toBe(1);
  });

  test('libraries: vectors are those of the active model', async () => {
    const { db } = database;
    await writeDocument(db, owner, { id: 'a', texts: ['one'], vectors: [[0.6, 0.8]] });
    await writeDocument(db, owner, { id: 'b', texts: ['two'], vectors: [[1, 0]], model: 'other' });
    const libraries = open();
    const vectors = async () => {
      const library = await libraries.use(owner);
      const documents = plainEngine.all(library.index);
      return [library.model, ...documents.map(({ chunks }) => chunks[0]!.embedding && [...chunks[0]!.embedding])];
    };
    expect(await vectors()).toEqual(['plane', [...Float32Array.of(0.6, 0.8)], null]);
    await switchTo('other');
    expect(await vectors()).toEqual(['other', null, [1, 0]]);
  });

  test('libraries: a change that says rebuild, or changes that were pruned, build the library anew', async () => {
    const { db } = database;
    const libraries = open();
    await write('a', 'one');
    await libraries.use(owner);
    await appendLibraryChanges(db, owner, [{ resourceId: null, kind: 'rebuild' }], 0);
    expect(await contentsOf(libraries)).toEqual({ a: ['one'] });
    expect(built()).toBe(2);
    await write('b', 'two');
    await write('c', 'three');
    await database.execute(`delete from library_changes where owner_id = '${owner}'`);
    await write('d', 'four');
    expect(await contentsOf(libraries)).toEqual({ a: ['one'], b: ['two'], c: ['three'], d: ['four'] });
    expect(built()).toBe(3);
  });

  test('libraries: many calls at once build the library once', async () => {
    await write('a', 'one');
    const libraries = open();
    const all = await Promise.all(Array.from({ length: 20 }, () => libraries.use(owner)));
    expect(new Set(all).size).toBe(1);
    expect(built()).toBe(1);
  });

  test('libraries: a database that is away leaves the library in memory', async () => {
    await write('a', 'one');
    let away = false;
    const db = new Proxy(database.db, {
      get: (target, key) => {
        if (away) throw new Error('the database is away');
        return Reflect.get(target, key) as unknown;
      },
    });
    const libraries = open({ db, snapshots: undefined });
    await libraries.use(owner);
    // The query for the version is prepared, and asks this database no more.
    await write('b', 'two');
    away = true;
    await expect(libraries.use(owner)).rejects.toThrow('the database is away');
    away = false;
    expect(await contentsOf(libraries)).toEqual({ a: ['one'], b: ['two'] });
    expect(built()).toBe(1);
  });

  test('libraries: an index that fails in a change is given up, and the library built anew', async () => {
    await write('a', 'one');
    let fails = false;
    const create = () => {
      const index = plainEngine.create();
      const putting: PlainIndex['putting'] = (document) => {
        if (fails) throw new Error('out of memory');
        return index.putting(document);
      };
      return new Proxy(index, { get: (target, key) => (key === 'putting' ? putting : Reflect.get(target, key)) });
    };
    const libraries = open({ engine: { ...plainEngine, create }, snapshots: undefined });
    await libraries.use(owner);
    fails = true;
    await write('a', 'two');
    await expect(libraries.use(owner)).rejects.toThrow('the index failed in a change');
    expect(sizes.get(owner)?.bytes).toBe(0);
    fails = false;
    expect(await contentsOf(libraries)).toEqual({ a: ['two'] });
  });

  test('libraries: one that alone is larger than the memory is refused, and tried again ten minutes later', async () => {
    await write('a', 'one', 'two', 'three');
    const libraries = open({ maxBytes: 2_500 });
    await expect(libraries.use(owner)).rejects.toThrow(LibraryTooLarge);
    expect(sizes.get(owner)?.bytes).toBe(0);
    await write('a', 'one');
    await expect(libraries.use(owner)).rejects.toThrow('a short time ago');
    clock.advance(10 * 60_000 + 1);
    expect(await contentsOf(libraries)).toEqual({ a: ['one'] });
    await write('b', 'two', 'three');
    await expect(libraries.use(owner)).rejects.toThrow(LibraryTooLarge);
    expect(sizes.get(owner)?.bytes).toBe(0);
  });

  test('libraries: memory is told as it is used and given back', async () => {
    await write('a', 'one', 'two');
    const libraries = open();
    await libraries.use(owner);
    expect(sizes.get(owner)).toEqual({ documents: 1, chunks: 2, bytes: 2_000 });
    await libraries.evict(owner);
    expect(sizes.get(owner)).toEqual({ documents: 0, chunks: 0, bytes: 0 });
    await libraries.evict(owner);
    expect(await contentsOf(libraries)).toEqual({ a: ['one', 'two'] });
    expect(sizes.get(owner)?.bytes).toBe(2_000);
  });
});

describe('a library that leaves the memory while it is built', () => {
  test('libraries: its build ends, the caller is told, and it is built again a minute later', async () => {
    await write('a', 'one');
    await write('b', 'two');
    const paused = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    let steps = 0;
    const libraries = open({
      snapshots: undefined,
      pause: () => {
        steps++;
        paused.resolve();
        return gate.promise;
      },
    });
    const refused = expect(libraries.use(owner)).rejects.toThrow(LibraryEvicted);
    await paused.promise;
    await libraries.evict(owner);
    gate.resolve();
    await refused;
    expect([steps, built(), sizes.get(owner)?.bytes]).toEqual([1, 0, 0]);
    await expect(libraries.use(owner)).rejects.toThrow('a short time ago');
    clock.advance(60_001);
    expect(await contentsOf(libraries)).toEqual({ a: ['one'], b: ['two'] });
    expect(built()).toBe(1);
  });
});

describe('a switch of the model', () => {
  /** Libraries whose second index is built up to the gate, and no further until it is opened. */
  function gated(options: Options = {}) {
    const gate = Promise.withResolvers<void>();
    let indexes = 0;
    let isSecond = false;
    const create = () => {
      const index = plainEngine.create();
      const { putting } = index;
      const own = ++indexes;
      return Object.assign(index, {
        putting: (document: IndexedDocument) => {
          isSecond = own === 2;
          return putting(document);
        },
      });
    };
    const libraries = open({
      engine: { ...plainEngine, create },
      pause: () => (isSecond ? gate.promise : Promise.resolve()),
      minChunksBehind: 2,
      ...options,
    });
    return { libraries, openGate: gate.resolve };
  }

  test('libraries: while another index is built after a switch, the old one answers, with all changes', async () => {
    await writeDocument(database.db, owner, { id: 'a', texts: ['one'], vectors: [[1, 0]] });
    await write('b', 'two');
    const told: LibrarySize[] = [];
    const { libraries, openGate } = gated({ onSize: (_, size) => void told.push(size) });
    await libraries.use(owner);
    await switchTo('other');
    const old = await libraries.use(owner);
    expect([old.model, old.index.contents()]).toEqual(['plane', { a: ['one'], b: ['two'] }]);
    expect(plainEngine.all(old.index)[0]?.chunks[0]?.embedding).toEqual(Float32Array.of(1, 0));
    await setTimeout(20);
    await write('c', 'three');
    await removeDocument(database.db, owner, 'b');
    const changed = await libraries.use(owner);
    expect([changed.model, changed.index.contents()]).toEqual(['plane', { a: ['one'], c: ['three'] }]);
    expect(built()).toBe(1);

    openGate();
    await expect.poll(async () => (await libraries.use(owner)).model).toBe('other');
    expect(await contentsOf(libraries)).toEqual({ a: ['one'], c: ['three'] });
    expect(built()).toBe(2);
    // Both count while both are in memory, the old one with what it holds of the removed document.
    expect(Math.max(...told.map(({ bytes }) => bytes))).toBe(5_000);
    // The new one was given the removed document before.
    expect(told.at(-1)).toEqual({ documents: 2, chunks: 2, bytes: 3_000 });
  });

  test('libraries: what has to be built before it answers ends the build behind, so that one library is built once at a time', async () => {
    await write('a', 'one');
    await write('b', 'two');
    const { libraries, openGate } = gated({ snapshots: undefined });
    await libraries.use(owner);
    await switchTo('other');
    await libraries.use(owner);
    await setTimeout(20);
    const { db } = database;
    await activateModel({ db, clock }, testModel('plane'));
    await updateEmbeddingModel(db, 'other', { state: 'retired', retiredAt: clock.now() });
    await updateEmbeddingModel(db, 'plane', { state: 'active' });
    await appendLibraryChanges(db, owner, [{ resourceId: null, kind: 'rebuild' }], 0);
    const own = libraries.use(owner);
    await setTimeout(20);
    openGate();
    expect((await own).model).toBe('plane');
    await setTimeout(20);
    expect((await libraries.use(owner)).index).toBe((await own).index);
    expect(built()).toBe(2);
    expect(sizes.get(owner)?.bytes).toBe(2_000);
  });

  test('libraries: where two indexes have no room, the library is built before it answers after a switch', async () => {
    await write('a', 'one');
    await write('b', 'two');
    const { libraries, openGate } = gated({ maxBytes: 3_000 });
    openGate();
    expect((await libraries.use(owner)).model).toBe('plane');
    await switchTo('other');
    expect((await libraries.use(owner)).model).toBe('other');
    expect(built()).toBe(2);
  });

  test('libraries: one that leaves the memory is not built any further, and the next question begins anew', async () => {
    await write('a', 'one');
    await write('b', 'two');
    const { libraries, openGate } = gated({ snapshots: undefined });
    await libraries.use(owner);
    await switchTo('other');
    await libraries.use(owner);
    await setTimeout(20);
    await libraries.evict(owner);
    openGate();
    await setTimeout(20);
    expect(sizes.get(owner)?.bytes).toBe(0);
    expect(built()).toBe(1);
    expect((await libraries.use(owner)).model).toBe('other');
  });
});

describe('snapshots', () => {
  /** A library whose snapshot is on the disk. */
  async function saved(): Promise<string> {
    await write('a', 'one');
    await write('b', 'two');
    const libraries = open();
    await libraries.use(owner);
    await libraries.close();
    expect(await files()).toEqual([`${owner}.library`]);
    log.lines.length = 0;
    return join(folder, `${owner}.library`);
  }

  test('snapshots: a library is loaded from its file, and changes since are applied', async () => {
    const path = await saved();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await removeDocument(database.db, owner, 'a');
    await write('c', 'three');
    expect(await contentsOf(open())).toEqual({ b: ['two'], c: ['three'] });
    expect(built()).toBe(0);
  });

  test('snapshots: a file that is cut, damaged or longer is not used', async () => {
    const path = await saved();
    const whole = await readFile(path);
    const damages: (() => Promise<void>)[] = [
      ...[0, 5, 20, 40, whole.length - 1].map((length) => async () => truncate(path, length)),
      async () => writeFile(path, Buffer.concat([whole, Buffer.from('x')])),
      ...[3, 18, 60, whole.length - 2].map((at) => async () => writeFile(path, whole.with(at, whole[at]! ^ 1))),
    ];
    for (const [count, damage] of damages.entries()) {
      await writeFile(path, whole);
      await damage();
      expect(await contentsOf(open())).toEqual({ a: ['one'], b: ['two'] });
      expect(built()).toBe(count + 1);
    }
  });

  test('snapshots: a file of another owner, model or history is not used', async () => {
    const path = await saved();
    const { db } = database;
    const other = await insertUser(db);
    await writeDocument(db, other, { id: 'x', texts: ['secret'] });
    await writeDocument(db, other, { id: 'y', texts: ['secret'] });
    await writeFile(join(folder, `${other}.library`), await readFile(path));
    expect(await contentsOf(open(), other)).toEqual({ x: ['secret'], y: ['secret'] });
    expect(built()).toBe(1);

    await database.execute(`update library_changes set id = id || '-' where owner_id = '${owner}'`);
    expect(await contentsOf(open())).toEqual({ a: ['one'], b: ['two'] });
    expect(built()).toBe(2);

    await open().use(owner);
    await saved();
    await switchTo('other');
    await open().use(owner);
    expect(built()).toBe(1);
  });

  test('snapshots: a restored database finds exactly what it holds', async () => {
    const { db } = database;
    await write('a', 'one');
    const backup = await backUp(db, owner);
    await write('b', 'two');
    const running = open();
    expect(await contentsOf(running)).toEqual({ a: ['one'], b: ['two'] });
    const another = open();
    await another.use(owner);
    await another.close();

    await restore(db, owner, backup);
    expect(await contentsOf(running)).toEqual({ a: ['one'] });
    expect(await contentsOf(open())).toEqual({ a: ['one'] });
    // The version that the snapshot has applied exists again, in another history.
    await restore(db, owner, backup);
    await write('c', 'three');
    await write('d', 'four');
    expect(await contentsOf(running)).toEqual({ a: ['one'], c: ['three'], d: ['four'] });
    expect(await contentsOf(open())).toEqual({ a: ['one'], c: ['three'], d: ['four'] });
  });

  test('snapshots: written when a tenth has changed, and within an hour of a deletion', async () => {
    for (let i = 0; i < 30; i++) await write(`d${i}`, 'text');
    const libraries = open();
    await libraries.use(owner);
    await libraries.saveDue();
    const path = join(folder, `${owner}.library`);
    const isRewritten = async () => {
      const before = await readFile(path, 'latin1');
      await libraries.use(owner);
      await libraries.saveDue();
      return before !== (await readFile(path, 'latin1'));
    };
    await write('d0', 'changed');
    expect(await isRewritten()).toBe(false);
    await write('d1', 'changed');
    await write('d2', 'changed');
    expect(await isRewritten()).toBe(true);
    await removeDocument(database.db, owner, 'd3');
    expect(await isRewritten()).toBe(false);
    clock.advance(DELETION_MS);
    expect(DELETION_MS).toBeLessThan(3_600_000);
    expect(await isRewritten()).toBe(true);
    expect(await readFile(path, 'latin1')).not.toContain('"d3"');
  });

  test('snapshots: a small library has none, and one that cannot be written is tried again', async () => {
    await write('a', 'one');
    const small = open({ minChunks: 2 });
    await small.use(owner);
    await small.close();
    expect(await files()).toEqual([]);

    await rm(folder, { recursive: true });
    await writeFile(folder, 'a file where the folder should be');
    const libraries = open();
    await libraries.use(owner);
    await libraries.saveDue();
    expect(log.lines.at(-1)).toMatchObject({ level: 'warning', message: 'snapshot not written' });
    await rm(folder);
    await libraries.saveDue();
    expect(await files()).toEqual([`${owner}.library`]);
  });
});

/** Milliseconds after which a library is built anew again, and one that was refused is tried again. */
const PAUSE_MS = 10 * 60_000 + 1;
const ID = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('write' as const), id: ID }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), id: ID }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('use' as const), worker: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('evict' as const, 'save' as const), worker: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), worker: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('back up' as const, 'restore' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'wait' as const) }) },
);

test('libraries: whatever happens at once, an answer has what was committed before its call, and nothing deleted before', async () => {
  const { db } = database;
  let round = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30 }), async (steps) => {
      const ownerId = await insertUser(db, `owner-${++round}`);
      const name = (id: string) => `${id}-${round}`;
      const slow = () => open({ pause: () => setTimeout(2), minDeadBytes: 1_000 });
      const workers = [slow(), slow()];
      /** What is committed, by document: its text, or undefined where it is deleted. */
      const committed = new Map<string, string | undefined>();
      /** How often each document was written, deleted or restored: what changes during a call is not judged. */
      const touched = new Map<string, number>();
      const touch = (id: string) => touched.set(id, (touched.get(id) ?? 0) + 1);
      let backup: { rows: Awaited<ReturnType<typeof backUp>>; committed: Map<string, string | undefined> } | undefined;
      const calls: Promise<void>[] = [];
      let text = 0;

      async function judge(libraries: Libraries<PlainIndex>): Promise<void> {
        const before = new Map(committed);
        const touches = new Map(touched);
        const found = await libraries.use(ownerId).catch((error) => {
          // What leaves the memory while it is built is asked of the database for a minute.
          if (error instanceof LibraryTooLarge) return undefined;
          throw error;
        });
        if (!found) return;
        const contents = found.index.contents();
        for (const [id, expected] of before)
          if (touches.get(id) === touched.get(id)) expect([id, contents[id]?.[0]]).toEqual([id, expected]);
        for (const id of Object.keys(contents)) expect(touched.has(id)).toBe(true);
      }

      async function perform(one: (typeof steps)[number]): Promise<void> {
        switch (one.kind) {
          case 'write': {
            const id = name(one.id);
            const content = `text ${++text}`;
            touch(id);
            await writeDocument(db, ownerId, { id, texts: [content] });
            committed.set(id, content);
            touch(id);
            return;
          }
          case 'remove': {
            const id = name(one.id);
            touch(id);
            await removeDocument(db, ownerId, id);
            committed.set(id, undefined);
            touch(id);
            return;
          }
          case 'use':
            clock.advance(PAUSE_MS);
            // Not waited for: what follows happens during the call.
            calls.push(judge(workers[one.worker]!));
            return;
          case 'evict':
            calls.push(workers[one.worker]!.evict(ownerId));
            return;
          case 'save':
            calls.push(workers[one.worker]!.saveDue());
            return;
          case 'restart':
            await workers[one.worker]!.close();
            workers[one.worker] = slow();
            return;
          case 'back up':
            backup = { rows: await backUp(db, ownerId), committed: new Map(committed) };
            return;
          case 'restore': {
            if (!backup) return;
            await Promise.all(calls);
            for (const id of [...committed.keys()]) touch(id);
            await restore(db, ownerId, backup.rows);
            for (const id of [...committed.keys()]) committed.set(id, backup.committed.get(id));
            return;
          }
          case 'cut':
            await truncate(join(folder, `${ownerId}.library`), 100).catch(() => undefined);
            return;
          case 'wait':
            await Promise.all(calls);
        }
      }

      for (const one of steps) await perform(one);
      await Promise.all(calls);
      clock.advance(PAUSE_MS);
      const expected = Object.fromEntries([...committed].flatMap(([id, one]) => (one === undefined ? [] : [[id, [one]]])).sort());
      for (const libraries of workers) expect((await libraries.use(ownerId)).index.contents()).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});

test('libraries: of many owners, each sees its own documents only', async () => {
  const { db } = database;
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ owner: fc.nat(3), document: fc.nat(5), remove: fc.boolean() }), { maxLength: 25 }),
      async (writes) => {
        round += 1;
        const owners = [0, 1, 2, 3].map((which) => `own${which}-${round}`);
        const ids = await Promise.all(owners.map((name) => insertUser(db, name)));
        const libraries = open();
        const expected = owners.map(() => ({}) as Record<string, string[]>);
        for (const { owner: which, document, remove } of writes) {
          const id = `${owners[which]}-${document}`;
          if (remove) await removeDocument(db, ids[which]!, id);
          else await writeDocument(db, ids[which]!, { id, texts: [`of ${owners[which]}`] });
          if (remove) delete expected[which]![id];
          else expected[which]![id] = [`of ${owners[which]}`];
        }
        const found = await Promise.all(ids.map((id) => contentsOf(libraries, id)));
        expect(found).toEqual(expected);
      },
    ),
    { numRuns: 15 },
  );
});
