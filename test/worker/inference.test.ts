import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Priority } from '../../worker-node/embedder/batcher.ts';
import { createEmbedder, type Embedder } from '../../worker-node/embedder/embedder.ts';
import type { InferenceEvents, StartInference } from '../../worker-node/embedder/fork-inference.ts';
import type { ToInference } from '../../worker-node/embedder/infer-protocol.ts';
import { ModelChanged } from '../../worker-node/embedder/model-problems.ts';
import { manualClock, memoryLog } from '../support/fakes/doubles.ts';

/** A scripted process. The vector of a row is its length and its first id. */
function fakeProcesses(
  behave: {
    load?: (start: number) => 'loads' | 'refuses' | 'dies';
    run?: (run: number) => 'responds' | 'fails' | 'dies' | 'hangs';
  } = {},
) {
  const running = new Set<InferenceEvents>();
  const runs: Extract<ToInference, { type: 'run' }>[] = [];
  let starts = 0;
  const start: StartInference = (events) => {
    const number = starts++;
    running.add(events);
    const exit = (reason: string) => {
      if (running.delete(events)) events.exit(reason);
    };
    const respond = (message: ToInference) => {
      if (!running.has(events)) return;
      if (message.type === 'load') {
        const outcome = behave.load?.(number) ?? 'loads';
        if (outcome === 'dies') exit('killed by SIGKILL');
        else if (outcome === 'refuses') events.message({ type: 'refused', message: `cannot read ${message.onnxPath}` });
        else events.message({ type: 'loaded', dimensions: 2, memoryBefore: 1e7, memoryAfter: 2e7 });
        return;
      }
      runs.push(message);
      const outcome = behave.run?.(runs.length - 1) ?? 'responds';
      if (outcome === 'dies') exit('killed by SIGKILL');
      else if (outcome === 'fails') events.message({ type: 'failed', id: message.id, message: 'bad shape' });
      else if (outcome === 'responds') {
        let offset = 0;
        const vectors = [...message.lengths].flatMap((length) => {
          const first = message.ids[offset] ?? 0;
          offset += length;
          return [length, first];
        });
        events.message({ type: 'vectors', id: message.id, vectors: Float32Array.from(vectors) });
      }
    };
    return {
      pid: 100 + number,
      send: (message) => queueMicrotask(() => respond(message)),
      kill: () => queueMicrotask(() => exit('killed by SIGKILL')),
    };
  };
  return {
    start,
    runs,
    starts: () => starts,
    dieNow: () => {
      const [events] = running;
      running.clear();
      events?.exit('killed by SIGKILL');
    },
  };
}

/** A character is a token, a line is a window. */
const idsOf = (text: string) => Int32Array.from(text, (char) => char.charCodeAt(0) % 100);

interface Options {
  readonly capacity?: number;
  readonly cacheSize?: number;
  /** Looks at the model's files. */
  readonly verify?: () => Promise<void>;
}

function open(processes: ReturnType<typeof fakeProcesses>, { verify = async () => {}, ...options }: Options = {}) {
  const slept: number[] = [];
  const log = memoryLog();
  const embedder = createEmbedder({
    model: {
      id: 'fake',
      aliases: [],
      onnxPath: '/models/fake/model.onnx',
      tokeniser: {
        encode: (text) => ({ ids: idsOf(text), truncated: false }),
        windows: (text, prefix) => text.split('\n').map((part) => ({ ids: idsOf(prefix + part), weight: part.length })),
        size: 100,
      },
      prefixes: { query: 'q:', document: '' },
      maxTokens: 50,
      tokenBudget: 64,
      oneTextARun: false,
      threads: 1,
      pooling: 'mean',
      padId: 0,
      fingerprint: '',
      verify,
    },
    start: processes.start,
    log,
    clock: manualClock(),
    sleep: async (ms, signal) => {
      slept.push(ms / 1000);
      signal.throwIfAborted();
    },
    ...options,
  });
  return { embedder, slept, log };
}

const bulk = { priority: 'bulk', kind: 'document' } as const;
const embedAll = (embedder: Embedder, texts: readonly string[]) => embedder.embed(texts, bulk);
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('inference: concurrent calls load the model once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.string({ maxLength: 20 }), { maxLength: 5 }), { maxLength: 40 }), async (requests) => {
      const processes = fakeProcesses();
      const { embedder } = open(processes);
      const responses = await Promise.all(requests.map((texts) => embedAll(embedder, texts)));
      expect(responses.map((vectors) => vectors.map(([length]) => length))).toEqual(
        requests.map((texts) => texts.map((text) => [...text].length)),
      );
      expect(processes.starts()).toBe(1);
      await embedder.close();
    }),
  );
});

test('inference: loading is retried after 1, 2, 4, 8 and 16 s, then fails with the reason', async () => {
  const processes = fakeProcesses({ load: (start) => (start % 2 ? 'refuses' : 'dies') });
  const { embedder, slept } = open(processes);
  const pending = embedAll(embedder, ['text']);
  await expect(pending).rejects.toMatchObject({ code: 'unavailable', detail: 'The embedding model could not be loaded' });
  expect(slept).toEqual([1, 2, 4, 8, 16]);
  expect(processes.starts()).toBe(6);
  expect(embedder.state()).toMatchObject({
    status: 'failed',
    message: 'The embedding model could not be loaded: cannot read model.onnx',
  });
  await expect(embedAll(embedder, ['later'])).rejects.toMatchObject({ code: 'unavailable' });
  expect(processes.starts()).toBe(6);
});

test('inference: a model that loads at the third attempt serves the waiting calls', async () => {
  const { embedder, slept, log } = open(fakeProcesses({ load: (start) => (start < 2 ? 'refuses' : 'loads') }));
  expect(embedder.state().status).toBe('loading');
  expect(await embedAll(embedder, ['abc'])).toEqual([Float32Array.of(3, 97)]);
  expect(slept).toEqual([1, 2]);
  expect(embedder.state()).toMatchObject({ status: 'ready', dimensions: 2, crashes: 0 });
  expect(log.lines.map(({ level }) => level)).toEqual(['error', 'error', 'info']);
});

test('inference: a batch during which the process died is retried once, then rejected, and the next batch is served', async () => {
  const once = open(fakeProcesses({ run: (run) => (run === 0 ? 'dies' : 'responds') }));
  expect(await embedAll(once.embedder, ['abc'])).toEqual([Float32Array.of(3, 97)]);
  expect(once.slept).toEqual([]);

  const twice = open(fakeProcesses({ run: (run) => (run < 2 ? 'dies' : 'responds') }));
  await expect(embedAll(twice.embedder, ['abc'])).rejects.toMatchObject({ code: 'unavailable', retryAfter: 5 });
  expect(await embedAll(twice.embedder, ['abc'])).toEqual([Float32Array.of(3, 97)]);
  expect(twice.embedder.state().crashes).toBe(2);
  expect(twice.slept).toEqual([1]);
});

test('inference: a process that keeps dying is restarted with growing pauses until a batch succeeds', async () => {
  const processes = fakeProcesses();
  const { embedder, slept } = open(processes);
  await settled();
  for (let death = 0; death < 7; death++) {
    processes.dieNow();
    await settled();
  }
  expect(slept).toEqual([1, 2, 4, 8, 16, 16]);
  await embedAll(embedder, ['abc']);
  processes.dieNow();
  await settled();
  expect(slept).toHaveLength(6);
});

test('inference: a failed run rejects only its batch and keeps the process', async () => {
  const processes = fakeProcesses({ run: (run) => (run === 0 ? 'fails' : 'responds') });
  const { embedder } = open(processes);
  await expect(embedAll(embedder, ['abc'])).rejects.toThrow('inference failed: bad shape');
  expect(await embedAll(embedder, ['abc'])).toEqual([Float32Array.of(3, 97)]);
  expect(processes.starts()).toBe(1);
});

test('embedder: equal texts are embedded once, within a call, across concurrent calls and later', async () => {
  const processes = fakeProcesses();
  const { embedder } = open(processes);
  await Promise.all([embedAll(embedder, ['same', 'same', 'other']), embedAll(embedder, ['same'])]);
  await embedAll(embedder, ['same', 'other']);
  expect(processes.runs.flatMap(({ lengths }) => [...lengths]).toSorted()).toEqual([4, 5]);
});

test('embedder: a query and a document of the same text differ where the model has prefixes', async () => {
  const { embedder } = open(fakeProcesses());
  expect(await embedder.embed(['abc'], { priority: 'interactive', kind: 'query' })).toEqual([Float32Array.of(5, 13)]);
  expect(await embedAll(embedder, ['abc'])).toEqual([Float32Array.of(3, 97)]);
});

test('embedder: the cache is bounded, and changing a returned vector does not change it', async () => {
  const processes = fakeProcesses();
  const { embedder } = open(processes, { cacheSize: 2 });
  (await embedAll(embedder, ['a']))[0]!.fill(0);
  await embedAll(embedder, ['b']);
  expect(await embedAll(embedder, ['a'])).toEqual([Float32Array.of(1, 97)]);
  await embedAll(embedder, ['c']);
  expect(processes.runs).toHaveLength(3);
  await embedAll(embedder, ['a']);
  expect(processes.runs).toHaveLength(3);
  await embedAll(embedder, ['b']);
  expect(processes.runs).toHaveLength(4);
});

test('batcher: interactive texts go before bulk ones, even a text that is already queued in bulk', async () => {
  const processes = fakeProcesses();
  const { embedder } = open(processes);
  const documents = Array.from({ length: 20 }, (_, index) => String.fromCharCode(65 + index).repeat(40));
  const done: string[] = [];
  const load = Promise.all(documents.map((text) => embedAll(embedder, [text]).then(() => done.push(text))));
  const last = documents.at(-1)!;
  await Promise.all([
    embedder.embed([last], { priority: 'interactive', kind: 'document' }),
    embedder.embed(['query'], { priority: 'interactive', kind: 'query' }),
  ]);
  expect(done.length).toBeLessThan(4);
  await load;
  expect(processes.runs.flatMap(({ lengths }) => [...lengths])).toHaveLength(21);
});

test('batcher: texts of a background job go after all others, unless another call needs them sooner', async () => {
  const { embedder } = open(fakeProcesses());
  const done: string[] = [];
  const embed = (text: string, priority: Priority) =>
    embedder.embed([text], { priority, kind: 'document' }).then(() => done.push(`${priority} ${text[0]}`));
  const long = (letter: string) => letter.repeat(60);
  await Promise.all([
    embed(long('a'), 'background'),
    embed(long('b'), 'background'),
    embed(long('c'), 'bulk'),
    embed(long('b'), 'bulk'),
    embed(long('d'), 'interactive'),
  ]);
  expect(done).toEqual(['interactive d', 'bulk c', 'background b', 'bulk b', 'background a']);
});

test('batcher: a full queue is rate_limited with retryAfter, an empty one accepts any size, and queries have their own capacity', async () => {
  const { embedder } = open(fakeProcesses(), { capacity: 100 });
  const big = Array.from({ length: 5 }, (_, index) => String.fromCharCode(65 + index).repeat(50));
  const queued = embedAll(embedder, big);
  await expect(embedAll(embedder, ['more'])).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 1 });
  await embedder.embed(['more'], { priority: 'interactive', kind: 'query' });
  await queued;
  await embedAll(embedder, ['more']);
});

test('embedder: an aborted call rejects at once with its reason, and a text without waiters is not embedded', async () => {
  const processes = fakeProcesses({ run: (run) => (run === 0 ? 'hangs' : 'responds') });
  const { embedder } = open(processes);
  const first = embedAll(embedder, ['a'.repeat(50)]);
  await settled();
  const [both, one] = [new AbortController(), new AbortController()];
  const shared = embedder.embed(['b'.repeat(50), 'c'.repeat(50)], { ...bulk, signal: both.signal });
  const kept = embedder.embed(['c'.repeat(50)], { ...bulk, signal: one.signal });
  const reason = new Error('client gone');
  both.abort(reason);
  await expect(shared).rejects.toBe(reason);
  await expect(embedder.embed(['d'], { ...bulk, signal: both.signal })).rejects.toBe(reason);
  expect(embedder.state().waiting).toEqual({ interactive: 0, bulk: 1, background: 0 });
  processes.dieNow();
  await Promise.all([first, kept]);
  expect(processes.runs.map(({ ids }) => ids[0])).toEqual([97, 97, 99]);
});

test('embedder: close during loading, a retry pause or a run rejects pending calls with unavailable', async () => {
  for (const behave of [{}, { load: () => 'refuses' as const }, { run: () => 'hangs' as const }]) {
    const { embedder } = open(fakeProcesses(behave));
    const pending = embedAll(embedder, ['text']);
    pending.catch(() => undefined);
    await Promise.resolve();
    await embedder.close();
    await expect(pending).rejects.toMatchObject({ code: 'unavailable' });
    expect(embedder.state().status).toBe('closed');
    await expect(embedAll(embedder, ['later'])).rejects.toMatchObject({ code: 'unavailable' });
  }
});

test('embedder: many texts yield to the event loop while they are tokenised, and an abort then takes effect', async () => {
  const processes = fakeProcesses();
  const { embedder } = open(processes);
  await settled();
  const texts = Array.from({ length: 100 }, (_, index) => `${index} `.repeat(500));
  const order: string[] = [];
  const turn = settled().then(() => order.push('a turn of the event loop'));
  await embedAll(embedder, texts).then(() => order.push('the vectors'));
  await turn;
  expect(order).toEqual(['a turn of the event loop', 'the vectors']);

  const [controller, gone, runs] = [new AbortController(), new Error('client gone'), processes.runs.length];
  const aborted = embedder.embed(
    texts.map((text) => `again ${text}`),
    { ...bulk, signal: controller.signal },
  );
  controller.abort(gone);
  await expect(aborted).rejects.toBe(gone);
  expect(processes.runs).toHaveLength(runs);
});

test('embedder: token ids are embedded like texts', async () => {
  const { embedder } = open(fakeProcesses());
  expect(await embedder.embed([[7, 8, 9], [7]], bulk)).toEqual([Float32Array.of(3, 7), Float32Array.of(1, 7)]);
});

test('embedder: the windows of a long text are averaged by their tokens, and the vector is brought to length 1', async () => {
  const processes = fakeProcesses();
  const { embedder } = open(processes);
  // The fake's vectors are [tokens, first id]: [3, 97] three times and [1, 98] once.
  const [vector] = (await embedAll(embedder, ['aaa\nb'])) as [Float32Array];
  const sum = [3 * 3 + 1, 3 * 97 + 98] as const;
  expect(vector[0]).toBeCloseTo(sum[0] / Math.hypot(...sum), 6);
  expect(vector[1]).toBeCloseTo(sum[1] / Math.hypot(...sum), 6);
  // It is cached as a whole, and another text with an equal window is another text.
  expect(await embedAll(embedder, ['aaa\nb'])).toEqual([vector]);
  expect(await embedAll(embedder, ['aaa'])).toEqual([Float32Array.of(3, 97)]);
  const { rows } = (await embedder.tokenise(['aaa\nb'], { kind: 'query', whole: true }))[0]!;
  expect(rows).toEqual([idsOf('q:aaa'), idsOf('q:b')]);
});

test('embedder: the windows of an aborted or failed text leave the queue', async () => {
  const processes = fakeProcesses({ run: (run) => (run === 0 ? 'hangs' : run === 2 ? 'fails' : 'responds') });
  const { embedder } = open(processes);
  const first = embedAll(embedder, ['x'.repeat(50)]);
  await settled();
  const controller = new AbortController();
  const aborted = embedder.embed(['a\nb\nc'], { ...bulk, signal: controller.signal });
  const failing = embedAll(embedder, [['d', 'e', 'f'].map((letter) => letter.repeat(50)).join('\n')]);
  failing.catch(() => undefined);
  await settled();
  expect(embedder.state().waiting).toEqual({ interactive: 0, bulk: 6, background: 0 });
  controller.abort(new Error('client gone'));
  await expect(aborted).rejects.toThrow('client gone');
  expect(embedder.state().waiting).toEqual({ interactive: 0, bulk: 3, background: 0 });
  processes.dieNow();
  await expect(failing).rejects.toThrow('bad shape');
  await settled();
  expect(embedder.state().waiting).toEqual({ interactive: 0, bulk: 0, background: 0 });
  await first;
});

test('inference: files that are of another model are not tried again, and the reason is told', async () => {
  const processes = fakeProcesses();
  const folder = { id: 'fake@0123456789ab', path: '/data/models/fake' };
  const { embedder, slept } = open(processes, { verify: () => Promise.reject(new ModelChanged(folder)) });
  await settled();
  expect(embedder.state()).toMatchObject({ status: 'failed', message: expect.stringContaining('folder "fake" was changed') });
  expect([processes.starts(), slept]).toEqual([0, []]);
  await expect(embedAll(embedder, ['a'])).rejects.toMatchObject({ code: 'unavailable' });
});

test('inference: files that are replaced while they are loaded end the process that has loaded them', async () => {
  let looks = 0;
  const processes = fakeProcesses();
  const { embedder } = open(processes, {
    verify: async () => {
      looks += 1;
      if (looks === 2) throw new ModelChanged({ id: 'fake@0123456789ab', path: 'fake' });
    },
  });
  await expect.poll(() => embedder.state().status).toBe('failed');
  expect([looks, processes.starts()]).toEqual([2, 1]);
  await expect(embedAll(embedder, ['a'])).rejects.toMatchObject({ code: 'unavailable' });
});
