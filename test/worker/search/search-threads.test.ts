import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createSearchThreads,
  type SearchThreadsDependencies,
  type ThreadEvents,
} from '../../../worker-node/search/search-threads.ts';
import type { Outcome, ToThread } from '../../../worker-node/search/thread-messages.ts';
import { type MemoryLog, manualClock, memoryLog } from '../../support/fakes/doubles.ts';

interface FakeThread {
  readonly events: ThreadEvents;
  readonly posted: ToThread[];
  terminated: boolean;
}

let threads: FakeThread[];
let pauses: PromiseWithResolvers<void>[];
let pausesMs: number[];
let log: MemoryLog;
let clock: ReturnType<typeof manualClock>;

beforeEach(() => {
  threads = [];
  pauses = [];
  pausesMs = [];
  log = memoryLog();
  clock = manualClock();
});
afterEach(() => void vi.useRealTimers());

const open = (options: Partial<SearchThreadsDependencies> = {}) =>
  createSearchThreads({
    start: (events) => {
      const thread: FakeThread = { events, posted: [], terminated: false };
      threads.push(thread);
      return {
        post: (message) => void thread.posted.push(message),
        terminate: () => {
          thread.terminated = true;
          events.exit(new Error('terminated'));
        },
      };
    },
    count: 1,
    maxBytes: 1_000,
    clock,
    log,
    sleep: (ms) => {
      pausesMs.push(ms);
      pauses.push(Promise.withResolvers());
      return pauses.at(-1)!.promise;
    },
    embed: async () => Float32Array.of(1),
    ...options,
  });

const suggestion = (owner_id = 'owner') => ({ owner_id, q: 'gla', limit: 5 });
const ANSWER = { titles: [], words: ['glacier'] };

function asked(thread: FakeThread) {
  return thread.posted.flatMap((message) => (message.kind === 'ask' ? [message] : []));
}

function answer(thread: FakeThread, outcome: Outcome = { kind: 'answered', answer: ANSWER }, at = -1): void {
  thread.events.message({ kind: 'answer', id: asked(thread).at(at)!.id, outcome });
}

function answerAll(thread: FakeThread): void {
  for (const at of asked(thread).keys()) answer(thread, undefined, at);
}

describe('search threads', () => {
  test('search threads: a question is answered by the thread that holds its owner’s library', async () => {
    const pool = open({ count: 3 });
    const owners = Array.from({ length: 30 }, (_, i) => `owner-${i}`);
    const all = owners.flatMap((owner) => [pool.ask('suggest', suggestion(owner)), pool.ask('suggest', suggestion(owner))]);
    expect(pool.state()).toMatchObject({ threads: 3, waiting: 60 });
    for (const thread of threads) {
      expect(asked(thread).length).toBeGreaterThan(0);
      answerAll(thread);
    }
    expect(await Promise.all(all)).toEqual(all.map(() => ({ kind: 'answered', answer: ANSWER })));
    const placeOf = (owner: string) =>
      threads.filter((thread) => asked(thread).some(({ question }) => question.request.owner_id === owner)).length;
    expect(owners.map(placeOf)).toEqual(owners.map(() => 1));
    expect(pool.state().waiting).toBe(0);
  });

  test('search threads: a thread that ends is replaced, and the question asked again once', async () => {
    const pool = open();
    const first = pool.ask('suggest', suggestion());
    clock.advance(5_000);
    threads[0]!.events.exit(new Error('out of memory'));
    expect(threads).toHaveLength(2);
    answer(threads[1]!);
    expect(await first).toEqual({ kind: 'answered', answer: ANSWER });

    const second = expect(pool.ask('suggest', suggestion())).rejects.toMatchObject({ code: 'unavailable', retryAfter: 1 });
    clock.advance(5_000);
    threads[1]!.events.exit(new Error('out of memory'));
    clock.advance(5_000);
    threads[2]!.events.exit(new Error('out of memory'));
    await second;
    expect(threads).toHaveLength(4);
    expect(log.lines.filter(({ message }) => message === 'search thread ended')).toHaveLength(3);
  });

  test('search threads: one that ends at its start is replaced after a pause, and questions wait meanwhile', async () => {
    const pool = open();
    threads[0]!.events.exit(new Error('the database cannot be opened'));
    await vi.waitFor(() => expect(pauses).toHaveLength(1), { timeout: 60_000, interval: 20 });
    const waiting = pool.ask('suggest', suggestion());
    expect(threads).toHaveLength(1);
    pauses[0]!.resolve();
    await vi.waitFor(() => expect(threads).toHaveLength(2), { timeout: 60_000, interval: 20 });
    answer(threads[1]!);
    expect(await waiting).toEqual({ kind: 'answered', answer: ANSWER });
  });

  test('search threads: the pause doubles up to half a minute, and is one second again after a thread that lived', async () => {
    open();
    for (let n = 0; n < 7; n++) {
      threads.at(-1)!.events.exit(new Error('the database cannot be opened'));
      await vi.waitFor(() => expect(pauses).toHaveLength(n + 1), { timeout: 60_000, interval: 20 });
      pauses[n]!.resolve();
      await vi.waitFor(() => expect(threads).toHaveLength(n + 2), { timeout: 60_000, interval: 20 });
    }
    clock.advance(5_000);
    threads.at(-1)!.events.exit(new Error('out of memory'));
    expect(threads).toHaveLength(9);
    threads.at(-1)!.events.exit(new Error('out of memory'));
    await vi.waitFor(() => expect(pauses).toHaveLength(8), { timeout: 60_000, interval: 20 });
    expect(pausesMs).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 1_000]);
  });

  test('search threads: a question more than may wait is refused', async () => {
    const pool = open({ maxWaiting: 2 });
    const all = [pool.ask('suggest', suggestion()), pool.ask('suggest', suggestion())];
    await expect(pool.ask('suggest', suggestion())).rejects.toMatchObject({ code: 'unavailable', retryAfter: 1 });
    answerAll(threads[0]!);
    await Promise.all(all);
    const next = pool.ask('suggest', suggestion());
    answer(threads[0]!);
    await next;
  });

  test('search threads: a caller who leaves, or an answer that is late, frees the place', async () => {
    vi.useFakeTimers();
    const pool = open({ maxWaiting: 1 });
    const controller = new AbortController();
    const left = expect(pool.ask('suggest', suggestion(), controller.signal)).rejects.toThrow('gone');
    controller.abort(new Error('gone'));
    await left;
    await expect(pool.ask('suggest', suggestion(), controller.signal)).rejects.toThrow('gone');
    const late = expect(pool.ask('suggest', suggestion())).rejects.toMatchObject({ code: 'unavailable' });
    await vi.advanceTimersByTimeAsync(10_000);
    await late;
    // An answer to a question that is forgotten changes nothing.
    answer(threads[0]!);
    expect(pool.state().waiting).toBe(0);
    expect(asked(threads[0]!).map(({ expiresAt }) => expiresAt)).toEqual(asked(threads[0]!).map(() => clock.now() + 10_000));
  });

  test('search threads: refusals keep their code and fields, and other failures are no answer', async () => {
    const pool = open();
    const errors = [{ path: 'cursor', message: 'is of another question' }];
    const refused = pool.ask('suggest', suggestion());
    answer(threads[0]!, { kind: 'refused', code: 'invalid_input', detail: 'The cursor is not valid', options: { errors } });
    await expect(refused).rejects.toMatchObject({ code: 'invalid_input', detail: 'The cursor is not valid', errors });
    const failed = pool.ask('suggest', suggestion());
    answer(threads[0]!, { kind: 'failed', message: 'a bug' });
    await expect(failed).rejects.toThrow('a search thread failed: a bug');
    const other = pool.ask('suggest', suggestion());
    answer(threads[0]!, { kind: 'other_model', model: 'b' });
    expect(await other).toEqual({ kind: 'other_model', model: 'b' });
  });

  test('search threads: a corrected question is embedded for the thread, as far as that is possible', async () => {
    const embed = vi.fn(async (text: string) => {
      if (text === 'bad') throw new Error('away');
      return Float32Array.of(2);
    });
    open({ embed });
    threads[0]!.events.message({ kind: 'embed', id: 7, model: 'm', text: 'glacier' });
    threads[0]!.events.message({ kind: 'embed', id: 8, model: 'm', text: 'bad' });
    await vi.waitFor(() => expect(threads[0]!.posted).toHaveLength(2), { timeout: 60_000, interval: 20 });
    expect(threads[0]!.posted).toEqual([
      { kind: 'embedded', id: 7, vector: Float32Array.of(2) },
      { kind: 'embedded', id: 8, vector: null },
    ]);
    expect(embed).toHaveBeenCalledWith('glacier', 'm');
  });

  test('search threads: libraries leave by need of any thread, and on demand', async () => {
    const pool = open({ count: 2 });
    const size = (bytes: number) => ({ bytes, documents: 1, chunks: 1 });
    threads[0]!.events.message({ kind: 'size', ownerId: 'a', size: size(600) });
    threads[1]!.events.message({ kind: 'size', ownerId: 'b', size: size(600) });
    expect(threads[0]!.posted).toEqual([{ kind: 'evict', ownerId: 'a' }]);
    expect(pool.state()).toEqual({ threads: 2, waiting: 0, libraries: 1, bytes: 600, documents: 1, chunks: 1 });
    pool.evict('z');
    expect(threads.flatMap(({ posted }) => posted)).toContainEqual({ kind: 'evict', ownerId: 'z' });
    clock.advance(5_000);
    threads[1]!.events.exit(new Error('ended'));
    expect(pool.state().libraries).toBe(0);
  });

  test('search threads: at the end they write their snapshots; one that does not end is ended', async () => {
    vi.useFakeTimers();
    const pool = open({ count: 2 });
    const waiting = expect(pool.ask('suggest', suggestion())).rejects.toMatchObject({ code: 'unavailable' });
    const closed = pool.close();
    await waiting;
    expect(threads.map(({ posted }) => posted.at(-1))).toEqual([{ kind: 'close' }, { kind: 'close' }]);
    threads[0]!.events.exit(undefined);
    await vi.advanceTimersByTimeAsync(5_000);
    await closed;
    expect(threads.map(({ terminated }) => terminated)).toEqual([false, true]);
    expect(threads).toHaveLength(2);
    await expect(pool.ask('suggest', suggestion())).rejects.toMatchObject({ code: 'unavailable' });
  });
});
