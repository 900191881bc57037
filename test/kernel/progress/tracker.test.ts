import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { writeStages } from '../../../src/kernel/db/resource-stages.ts';
import type { KeyValue } from '../../../src/kernel/kv/key-value.ts';
import { createMemoryKeyValue } from '../../../src/kernel/kv/memory.ts';
import { versionOf } from '../../../src/kernel/model/stage-version.ts';
import { newStages, STAGE_STATUSES, STAGES, type Stage, type StageState } from '../../../src/kernel/model/stages.ts';
import { createProgressTracker, type ProgressRecord, type ProgressTracker } from '../../../src/kernel/progress/tracker.ts';
import { type ManualClock, type MemoryLog, manualClock, memoryLog } from '../../support/fakes/doubles.ts';
import { openTestDatabase, type TestDatabase } from '../../support/kits/database.ts';
import { freshId, seedOwner, seedResource, statesWith } from '../../support/kits/jobs.ts';

let database: TestDatabase;
let clock: ManualClock;
let log: MemoryLog;
let kv: KeyValue & { down: boolean };
let tracker: ProgressTracker;

/** The in-memory store, with a switch to make it fail. */
function breakable(store: KeyValue): KeyValue & { down: boolean } {
  const broken = { ...store, down: false };
  const guard =
    <A extends unknown[], T>(operation: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      if (broken.down) throw new Error('ECONNREFUSED');
      return operation(...args);
    };
  return Object.assign(broken, {
    readHash: guard(store.readHash),
    writeHash: guard(store.writeHash),
    delete: guard(store.delete),
    publish: guard(store.publish),
  });
}

beforeEach(async () => {
  database = await openTestDatabase();
  clock = manualClock();
  log = memoryLog();
  kv = breakable(createMemoryKeyValue({ clock }));
  tracker = createProgressTracker({ kv, db: database.db, clock, log });
});
afterEach(() => database.close());

const working = (more: Partial<StageState> = {}): StageState => ({
  ...statesWith({ status: 'processing', attempt: 1, startedAt: clock.now(), updatedAt: clock.now() }).graph,
  ...more,
});
const completed = (more: Partial<StageState> = {}) =>
  working({ status: 'completed', percent: 100, finishedAt: clock.now(), ...more });

const report = (id: string, stages: Partial<Record<Stage, StageState>>) => tracker.report({ resource_id: id, stages });
const read = async (id: string) => (await tracker.read(id)) as ProgressRecord;
/** A resource with rows in the database and no record in the store. */
const seeded = async (states = newStages(clock.now())) =>
  seedResource({ db: database.db, clock }, await seedOwner({ db: database.db, clock }), states);

describe('progress tracker: report', () => {
  test('progress tracker: a report of any stage and state is read back', async () => {
    const state = fc.record({
      status: fc.constantFrom(...STAGE_STATUSES),
      percent: fc.double({ min: 0, max: 100, noNaN: true }).map((percent) => percent + 0),
      attempt: fc.integer({ min: 1, max: 50 }),
      run: fc.integer({ min: 1, max: 50 }),
      message: fc.option(fc.string({ unit: 'grapheme' })),
      startedAt: fc.option(fc.nat()),
      finishedAt: fc.option(fc.nat()),
      updatedAt: fc.constant(Number.MAX_SAFE_INTEGER),
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...STAGES), state, async (stage, given) => {
        const id = freshId();
        await tracker.begin(id, newStages(0));
        await report(id, { [stage]: given });
        expect((await read(id)).states).toEqual({ ...newStages(0), [stage]: given });
      }),
      { numRuns: 50 },
    );
  });

  test('progress tracker: concurrent reports of five stages are all kept', async () => {
    const orders = fc.shuffledSubarray([...STAGES], { minLength: STAGES.length });
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const id = freshId();
        await tracker.begin(id, newStages(clock.now()));
        await Promise.all(order.map((stage) => report(id, { [stage]: completed() })));
        const { states } = await read(id);
        expect(STAGES.map((stage) => states[stage].status)).toEqual(Array(5).fill('completed'));
      }),
      { numRuns: 20 },
    );
  });

  test('progress tracker: reports in any order and number never move a stage backwards', async () => {
    const step = fc.record({
      attempt: fc.integer({ min: 1, max: 3 }),
      status: fc.constantFrom(...STAGE_STATUSES),
      percent: fc.integer({ min: 0, max: 100 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (deliveries) => {
        const id = freshId();
        await tracker.begin(id, newStages(clock.now()));
        let highest = 0;
        for (const delivery of deliveries) {
          await report(id, { graph: working(delivery) });
          const version = versionOf((await read(id)).states.graph);
          expect(version).toBeGreaterThanOrEqual(highest);
          highest = version;
        }
        expect(highest).toBe(Math.max(...deliveries.map((delivery) => versionOf(working(delivery)))));
      }),
      { numRuns: 50 },
    );
  });

  test('progress tracker: the report of a retry clears the old error', async () => {
    const id = freshId();
    await tracker.begin(id, newStages(clock.now()));
    await report(id, { quality: working({ status: 'failed', message: 'It broke' }) });
    await report(id, { quality: working({ status: 'pending', attempt: 2 }) });
    expect((await read(id)).states.quality).toMatchObject({ status: 'pending', message: null });
  });

  test('progress tracker: a new run resets all stages, and late reports of the previous run are ignored', async () => {
    const id = freshId();
    await tracker.begin(id, statesWith({ status: 'completed', attempt: 1, percent: 100 }));
    await tracker.begin(id, statesWith({ status: 'pending', run: 2 }));
    await report(id, { graph: completed() });
    expect((await read(id)).states.graph.status).toBe('pending');
  });

  test('progress tracker: the sequence increases with every change and not otherwise', async () => {
    const id = freshId();
    await tracker.begin(id, newStages(clock.now()));
    const first = (await read(id)).sequence;
    expect(first).toBe(clock.now());
    await report(id, { ingestion: working() });
    expect((await read(id)).sequence).toBe(first + 1);
    await report(id, { ingestion: working() });
    expect((await read(id)).sequence).toBe(first + 1);
  });
});

describe('progress tracker: database rows', () => {
  test('progress tracker: a read returns the rows, marked degraded, after the live record expired', async () => {
    const states = statesWith({ status: 'completed', percent: 100, attempt: 1, updatedAt: 77 });
    const id = await seeded(states);
    await tracker.begin(id, states);
    expect((await read(id)).degraded).toBe(false);
    clock.advance(24 * 60 * 60 * 1000);
    expect(await read(id)).toEqual({ resourceId: id, sequence: 77, states, degraded: true, etaSeconds: 0 });
  });

  test('progress tracker: an unknown resource reads as undefined', async () => {
    expect(await tracker.read(freshId())).toBeUndefined();
  });

  test('progress tracker: the next report restores stages that the store lost, and subscribers receive the whole record', async () => {
    const states = statesWith({}, { ingestion: { status: 'completed', percent: 100, attempt: 1 } });
    const id = await seeded(states);
    const heard = vi.fn();
    tracker.subscribe(id, heard);
    await report(id, { embedding: working({ percent: 40 }) });
    const record = await read(id);
    expect(record.degraded).toBe(false);
    expect(record.states).toMatchObject({
      ingestion: { status: 'completed' },
      embedding: { percent: 40 },
      graph: { status: 'pending' },
    });
    expect(heard).toHaveBeenCalledTimes(1);
    expect(heard.mock.calls[0]?.[0]).toEqual(record);
  });

  test('progress tracker: a read restores stages that the store lost', async () => {
    const id = await seeded();
    await kv.writeHash(
      `progress:resource:${id}`,
      [
        { field: 'ingestion', version: versionOf(working()), value: JSON.stringify(working()) },
        { field: 'quality', version: 1, value: 'not JSON' },
      ],
      { ttlMs: 1000, now: clock.now() },
    );
    expect(await read(id)).toMatchObject({
      degraded: false,
      states: { ingestion: { status: 'processing' }, quality: { status: 'pending' } },
    });
  });

  test('progress tracker: a read corrects a stale record whose last report was lost', async () => {
    const id = await seeded();
    await tracker.begin(id, newStages(clock.now()));
    const heard = vi.fn();
    tracker.subscribe(id, heard);
    await writeStages(database.db, id, { ingestion: completed() });
    expect((await read(id)).states.ingestion.status).toBe('pending');
    clock.advance(10_001);
    expect((await read(id)).states.ingestion.status).toBe('completed');
    expect(heard).toHaveBeenCalledTimes(1);
    // The store is up to date now, so a second read writes nothing.
    const { sequence } = await read(id);
    expect((await read(id)).sequence).toBe(sequence);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  test('progress tracker: a complete live record without rows is returned unchanged', async () => {
    const id = freshId();
    await tracker.begin(id, newStages(clock.now()));
    clock.advance(60_000);
    expect((await read(id)).degraded).toBe(false);
  });

  test('progress tracker: a late report of a deleted resource leaves no record', async () => {
    const id = freshId();
    await report(id, { graph: completed() });
    expect(await kv.readHash(`progress:resource:${id}`)).toBeUndefined();
    await kv.writeHash(`progress:resource:${id}`, [{ field: 'graph', version: 1, value: '{}' }], { ttlMs: 1000, now: 0 });
    expect(await tracker.read(id)).toBeUndefined();
  });
});

describe('progress tracker: store outage', () => {
  test('progress tracker: a store outage is logged once and raises nothing, and reads use the rows', async () => {
    const id = await seeded(statesWith({ updatedAt: 5 }, { ingestion: { status: 'processing', attempt: 1, updatedAt: 9 } }));
    kv.down = true;
    await tracker.begin(id, newStages(clock.now()));
    await report(id, { graph: completed() });
    await tracker.forget(id);
    expect(await read(id)).toMatchObject({ degraded: true, sequence: 9, states: { ingestion: { status: 'processing' } } });
    expect(log.lines.map((line) => line.level)).toEqual(['warning']);
    kv.down = false;
    await read(id);
    await read(id);
    expect(log.lines.map((line) => line.message)).toEqual(['the progress store fails', 'the progress store works again']);
  });

  test('progress tracker: a store that fails between a read and its correction still yields the correct record', async () => {
    const id = await seeded(statesWith({ status: 'completed', attempt: 1, updatedAt: 5 }));
    await tracker.begin(id, newStages(0));
    const { readHash } = kv;
    kv.readHash = async (key) => {
      const hash = await readHash(key);
      kv.down = true;
      return hash;
    };
    expect((await read(id)).states).toEqual(statesWith({ status: 'completed', attempt: 1, updatedAt: 5 }));
  });
});

describe('progress tracker: subscribe', () => {
  test('progress tracker: every listener receives every change over one upstream subscription per resource', async () => {
    const subscribe = vi.spyOn(kv, 'subscribe');
    const watched = createProgressTracker({ kv, db: database.db, clock, log });
    const id = freshId();
    const listeners = Array.from({ length: 20 }, () => vi.fn());
    const leaving = listeners.map((listener) => watched.subscribe(id, listener));
    expect(subscribe).toHaveBeenCalledTimes(1);
    await tracker.begin(id, newStages(clock.now()));
    await report(id, { ingestion: working() });
    for (const listener of listeners) expect(listener).toHaveBeenCalledTimes(2);
    for (const leave of leaving) leave();
    await report(id, { ingestion: completed() });
    for (const listener of listeners) expect(listener).toHaveBeenCalledTimes(2);
    watched.subscribe(id, vi.fn());
    expect(subscribe).toHaveBeenCalledTimes(2);
  });

  test('progress tracker: with isolatedRequests every listener has its own upstream subscription', async () => {
    const subscribe = vi.spyOn(kv, 'subscribe');
    const watched = createProgressTracker({ kv, db: database.db, clock, log, isolatedRequests: true });
    const id = freshId();
    const [first, second] = [vi.fn(), vi.fn()];
    const leave = watched.subscribe(id, first);
    watched.subscribe(id, second);
    expect(subscribe).toHaveBeenCalledTimes(2);
    await tracker.begin(id, newStages(clock.now()));
    leave();
    await report(id, { ingestion: working() });
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 2]);
  });

  test('progress tracker: other listeners keep receiving changes when one unsubscribes or throws', async () => {
    const id = freshId();
    const [leaving, staying] = [vi.fn(), vi.fn()];
    tracker.subscribe(id, () => {
      throw new Error('a faulty listener');
    });
    const leave = tracker.subscribe(id, leaving);
    tracker.subscribe(id, staying);
    leave();
    leave();
    await tracker.begin(id, newStages(clock.now()));
    expect(leaving).not.toHaveBeenCalled();
    expect(staying).toHaveBeenCalledTimes(1);
    expect(log.lines.map((line) => line.message)).toEqual(['a progress listener failed']);
  });

  test('progress tracker: a function subscribed twice is called twice', async () => {
    const id = freshId();
    const listener = vi.fn();
    const leave = tracker.subscribe(id, listener);
    tracker.subscribe(id, listener);
    leave();
    await tracker.begin(id, newStages(clock.now()));
    expect(listener).toHaveBeenCalledTimes(1);
  });

  test('progress tracker: a message that lacks a stage, from another version, is completed from the record', async () => {
    const id = await seeded();
    await tracker.begin(id, newStages(clock.now()));
    const [heard, gone] = [vi.fn(), vi.fn()];
    tracker.subscribe(id, heard);
    const leave = tracker.subscribe(id, gone);
    const { graph: _unknown, ...states } = statesWith({ status: 'completed' });
    await kv.publish(`progress:${id}`, JSON.stringify({ sequence: 1, states: { ...states, cooking: { heat: 1 } } }));
    leave();
    await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(1), { timeout: 60_000, interval: 20 });
    expect(heard.mock.calls[0]?.[0]).toEqual(await read(id));
    expect(gone).not.toHaveBeenCalled();
  });

  test('progress tracker: a message that lacks a stage of a resource without a record is dropped', async () => {
    const heard = vi.fn();
    const id = freshId();
    tracker.subscribe(id, heard);
    const { graph: _unknown, ...states } = newStages(0);
    await kv.publish(`progress:${id}`, JSON.stringify({ sequence: 1, states }));
    await vi.waitFor(async () => expect(await tracker.read(id)).toBeUndefined(), { timeout: 60_000, interval: 20 });
    expect(heard).not.toHaveBeenCalled();
  });

  test('progress tracker: a message that cannot be completed, or its listener, fails with a line in the log', async () => {
    const id = await seeded();
    await tracker.begin(id, newStages(clock.now()));
    tracker.subscribe(id, () => {
      throw new Error('a faulty listener');
    });
    const { graph: _unknown, ...states } = newStages(0);
    await kv.publish(`progress:${id}`, JSON.stringify({ sequence: 1, states }));
    await vi.waitFor(() => expect(log.lines.map((line) => line.message)).toEqual(['a progress message could not be completed']), {
      timeout: 60_000,
      interval: 20,
    });
  });

  test('progress tracker: older and malformed messages are ignored', async () => {
    const id = freshId();
    const heard: number[] = [];
    tracker.subscribe(id, ({ sequence }) => heard.push(sequence));
    const message = (sequence: number) => JSON.stringify({ sequence, states: newStages(0) });
    for (const text of [message(2), message(1), message(2), 'not JSON', '{"sequence":9}', message(3)]) {
      await kv.publish(`progress:${id}`, text);
    }
    expect(heard).toEqual([2, 3]);
    expect(log.lines.map((line) => line.message)).toEqual(Array(2).fill('a progress message is malformed'));
  });
});

test('progress tracker: etaSeconds is estimated from the stages reported in this process', async () => {
  const [first, second] = [freshId(), freshId()];
  await tracker.begin(first, newStages(clock.now()));
  expect((await read(first)).etaSeconds).toBeNull();
  const took = (ms: number) => completed({ startedAt: clock.now() - ms });
  await report(first, {
    ingestion: took(2000),
    quality: took(1000),
    embedding: took(3000),
    taxonomy: took(500),
    graph: took(1000),
  });
  expect((await read(first)).etaSeconds).toBe(0);
  await tracker.begin(second, newStages(clock.now()));
  expect((await read(second)).etaSeconds).toBe(6);
});

test('progress tracker: forget deletes the live record', async () => {
  const id = freshId();
  await tracker.begin(id, newStages(clock.now()));
  await tracker.forget(id);
  expect(await tracker.read(id)).toBeUndefined();
});
