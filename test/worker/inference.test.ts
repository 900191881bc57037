import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createEmbedder, type Embedder } from '../../worker-node/embedder/embedder.ts';
import type { InferenceEvents, StartInference } from '../../worker-node/embedder/fork-inference.ts';
import type { ToInference } from '../../worker-node/embedder/infer-protocol.ts';
import { manualClock, memoryLog } from '../support/fakes/doubles.ts';

/** A process that embeds a row as its length and its first id, and does as it is told. */
function fakeProcesses(
  behave: {
    load?: (start: number) => 'loads' | 'refuses' | 'dies';
    run?: (run: number) => 'answers' | 'fails' | 'dies' | 'waits';
  } = {},
) {
  const running = new Set<InferenceEvents>();
  const runs: Extract<ToInference, { type: 'run' }>[] = [];
  let starts = 0;
  const start: StartInference = (events) => {
    const mine = starts++;
    running.add(events);
    const exit = (reason: string) => {
      if (running.delete(events)) events.exit(reason);
    };
    const answer = (message: ToInference) => {
      if (!running.has(events)) return;
      if (message.type === 'load') {
        const how = behave.load?.(mine) ?? 'loads';
        if (how === 'dies') exit('killed by SIGKILL');
        else if (how === 'refuses') events.message({ type: 'refused', message: `cannot read ${message.onnxPath}` });
        else events.message({ type: 'loaded', dimensions: 2, memoryBefore: 1e7, memoryAfter: 2e7 });
        return;
      }
      runs.push(message);
      const how = behave.run?.(runs.length - 1) ?? 'answers';
      if (how === 'dies') exit('killed by SIGKILL');
      else if (how === 'fails') events.message({ type: 'failed', id: message.id, message: 'bad shape' });
      else if (how === 'answers') {
        let at = 0;
        const vectors = [...message.lengths].flatMap((length) => {
          const first = message.ids[at] ?? 0;
          at += length;
          return [length, first];
        });
        events.message({ type: 'vectors', id: message.id, vectors: Float32Array.from(vectors) });
      }
    };
    return {
      pid: 100 + mine,
      send: (message) => queueMicrotask(() => answer(message)),
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

function open(processes: ReturnType<typeof fakeProcesses>, options: { capacity?: number; cacheSize?: number } = {}) {
  const slept: number[] = [];
  const log = memoryLog();
  const embedder = createEmbedder({
    model: {
      id: 'fake',
      onnxPath: '/models/fake/model.onnx',
      tokeniser: { encode: (text) => Int32Array.from(text, (char) => char.charCodeAt(0) % 100), size: 100 },
      prefixes: { query: 'q:', document: '' },
      maxTokens: 50,
      tokenBudget: 64,
      threads: 1,
      pooling: 'mean',
      padId: 0,
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

test('the model is loaded once, however many ask at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.string({ maxLength: 20 }), { maxLength: 5 }), { maxLength: 40 }), async (requests) => {
      const processes = fakeProcesses();
      const { embedder } = open(processes);
      const answers = await Promise.all(requests.map((texts) => embedAll(embedder, texts)));
      expect(answers.map((vectors) => vectors.map(([length]) => length))).toEqual(
        requests.map((texts) => texts.map((text) => [...text].length)),
      );
      expect(processes.starts()).toBe(1);
      await embedder.close();
    }),
  );
});

test('a model that will not load is tried again after 1, 2, 4, 8 and 16 seconds, then given up with a reason', async () => {
  const processes = fakeProcesses({ load: (start) => (start % 2 ? 'refuses' : 'dies') });
  const { embedder, slept } = open(processes);
  const waiting = embedAll(embedder, ['text']);
  await expect(waiting).rejects.toMatchObject({ code: 'unavailable', detail: 'The embedding model could not be loaded' });
  expect(slept).toEqual([1, 2, 4, 8, 16]);
  expect(processes.starts()).toBe(6);
  expect(embedder.state()).toMatchObject({
    status: 'failed',
    message: 'The embedding model could not be loaded: cannot read model.onnx',
  });
  await expect(embedAll(embedder, ['later'])).rejects.toMatchObject({ code: 'unavailable' });
  expect(processes.starts()).toBe(6);
});

test('a model that loads at the third try serves those who waited', async () => {
  const { embedder, slept, log } = open(fakeProcesses({ load: (start) => (start < 2 ? 'refuses' : 'loads') }));
  expect(embedder.state().status).toBe('loading');
  expect(await embedAll(embedder, ['abc'])).toEqual([Float32Array.of(3, 97)]);
  expect(slept).toEqual([1, 2]);
  expect(embedder.state()).toMatchObject({ status: 'ready', dimensions: 2, crashes: 0 });
  expect(log.lines.map(({ level }) => level)).toEqual(['error', 'error', 'info']);
});

test('a batch under which the process died is tried once more, then failed; the next is served', async () => {
  const once = open(fakeProcesses({ run: (run) => (run === 0 ? 'dies' : 'answers') }));
  expect(await embedAll(once.embedder, ['abc'])).toEqual([Float32Array.of(3, 97)]);
  expect(once.slept).toEqual([]);

  const twice = open(fakeProcesses({ run: (run) => (run < 2 ? 'dies' : 'answers') }));
  await expect(embedAll(twice.embedder, ['abc'])).rejects.toMatchObject({ code: 'unavailable', retryAfter: 5 });
  expect(await embedAll(twice.embedder, ['abc'])).toEqual([Float32Array.of(3, 97)]);
  expect(twice.embedder.state().crashes).toBe(2);
  expect(twice.slept).toEqual([1]);
});

test('a process that dies again and again is started with growing pauses, until a batch goes through', async () => {
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

test('a run that fails rejects its batch alone and leaves the process be', async () => {
  const processes = fakeProcesses({ run: (run) => (run === 0 ? 'fails' : 'answers') });
  const { embedder } = open(processes);
  await expect(embedAll(embedder, ['abc'])).rejects.toThrow('inference failed: bad shape');
  expect(await embedAll(embedder, ['abc'])).toEqual([Float32Array.of(3, 97)]);
  expect(processes.starts()).toBe(1);
});

test('identical texts are embedded once: in one request, in several at a time, and later', async () => {
  const processes = fakeProcesses();
  const { embedder } = open(processes);
  await Promise.all([embedAll(embedder, ['same', 'same', 'other']), embedAll(embedder, ['same'])]);
  await embedAll(embedder, ['same', 'other']);
  expect(processes.runs.flatMap(({ lengths }) => [...lengths]).toSorted()).toEqual([4, 5]);
});

test('a query and a document are different texts where the model tells them apart', async () => {
  const { embedder } = open(fakeProcesses());
  expect(await embedder.embed(['abc'], { priority: 'interactive', kind: 'query' })).toEqual([Float32Array.of(5, 13)]);
  expect(await embedAll(embedder, ['abc'])).toEqual([Float32Array.of(3, 97)]);
});

test('what is remembered is bounded, and nobody can change it', async () => {
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

test('somebody who waits goes before documents, also for a text that waits as a document already', async () => {
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

test('a full queue refuses with the time to come back, an empty one takes anything, and questions have room of their own', async () => {
  const { embedder } = open(fakeProcesses(), { capacity: 100 });
  const big = Array.from({ length: 5 }, (_, index) => String.fromCharCode(65 + index).repeat(50));
  const taken = embedAll(embedder, big);
  await expect(embedAll(embedder, ['more'])).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 1 });
  await embedder.embed(['more'], { priority: 'interactive', kind: 'query' });
  await taken;
  await embedAll(embedder, ['more']);
});

test('whoever gave up gets their reason at once, and what nobody wants is not embedded', async () => {
  const processes = fakeProcesses({ run: (run) => (run === 0 ? 'waits' : 'answers') });
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
  expect(embedder.state().waiting).toEqual({ interactive: 0, bulk: 1 });
  processes.dieNow();
  await Promise.all([first, kept]);
  expect(processes.runs.map(({ ids }) => ids[0])).toEqual([97, 97, 99]);
});

test('closing while the model loads, waits to be loaded again or runs tells whoever waits', async () => {
  for (const behave of [{}, { load: () => 'refuses' as const }, { run: () => 'waits' as const }]) {
    const { embedder } = open(fakeProcesses(behave));
    const waiting = embedAll(embedder, ['text']);
    waiting.catch(() => undefined);
    await Promise.resolve();
    await embedder.close();
    await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
    expect(embedder.state().status).toBe('closed');
    await expect(embedAll(embedder, ['later'])).rejects.toMatchObject({ code: 'unavailable' });
  }
});

test('many texts leave the event loop its turns, and whoever gives up in one of them is heard', async () => {
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
  const given = embedder.embed(
    texts.map((text) => `again ${text}`),
    { ...bulk, signal: controller.signal },
  );
  controller.abort(gone);
  await expect(given).rejects.toBe(gone);
  expect(processes.runs).toHaveLength(runs);
});

test('a request of token ids goes through the queue like any other', async () => {
  const { embedder } = open(fakeProcesses());
  expect(await embedder.embed([[7, 8, 9], [7]], bulk)).toEqual([Float32Array.of(3, 7), Float32Array.of(1, 7)]);
});
