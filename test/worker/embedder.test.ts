import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resolveModel } from '../../src/adapters/model-folder.ts';
import { createEmbedder, type Embedder } from '../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../../worker-node/embedder/model.ts';
import { memoryLog } from '../support/fakes/doubles.ts';
import golden from '../support/kits/golden.ts';

const clock = { now: () => performance.now(), monotonic: () => performance.now() };
const log = memoryLog();
const model = await loadModel(await resolveModel({ model: 'pharos-static-192' }));
const open = (cacheSize = 10_000) =>
  createEmbedder({
    model,
    start: forkInference,
    log,
    clock,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    cacheSize,
  });

let embedder: Embedder;
beforeAll(() => {
  embedder = open(0);
});
afterAll(() => embedder.close());

const bulk = { priority: 'bulk', kind: 'document' } as const;
const question = { priority: 'interactive', kind: 'query' } as const;
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
const one = async (text: string) => (await embedder.embed([text], question))[0]!;

test('embedder: vectors and cosines equal those of the model card', async () => {
  const vectors = await embedder.embed(
    golden.texts.map(({ text }) => text),
    bulk,
  );
  golden.texts.forEach(({ sentence_embedding_head: head, norm }, index) => {
    const vector = vectors[index]!;
    expect(vector).toHaveLength(192);
    for (const [at, value] of head.entries()) expect(vector[at]).toBeCloseTo(value, 5);
    expect(Math.sqrt(dot(vector, vector))).toBeCloseTo(norm, 5);
  });
  for (const { a, b, cosine } of golden.pairs) expect(dot(await one(a), await one(b))).toBeCloseTo(cosine, 4);
  expect(embedder.dimensions).toBe(192);
});

test('embedder: a question is more similar to its answer than to other texts, without a common word', async () => {
  const [answer, weather, cooking] = (await embedder.embed(
    ['Steps to recover a forgotten login credential', 'The weather is nice today.', 'Bake the bread until the crust is brown.'],
    bulk,
  )) as [Float32Array, Float32Array, Float32Array];
  const query = await one('How do I reset my password?');
  expect(dot(query, answer)).toBeGreaterThan(dot(query, weather));
  expect(dot(query, answer)).toBeGreaterThan(dot(query, cooking));
});

test('embedder: the vector of a text does not depend on the batch or the order', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc
      .array(fc.constantFrom('password', 'reset', 'glacier', 'bread', 'the', 'zyzzyvax'), { maxLength: 400 })
      .map((list) => list.join(' ')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 10 }), async (texts, size) => {
      const alone = await Promise.all(texts.map((each) => embedder.embed([each], question)));
      const slices = Array.from({ length: Math.ceil(texts.length / size) }, (_, at) => texts.slice(at * size, (at + 1) * size));
      const grouped = (await Promise.all(slices.map((slice) => embedder.embed(slice, bulk)))).flat();
      const reversed = (await embedder.embed(texts.toReversed(), bulk)).toReversed();
      for (const [index, [vector]] of alone.entries()) {
        for (const [at, value] of vector!.entries()) {
          expect(Math.abs(grouped[index]![at]! - value)).toBeLessThan(1e-6);
          expect(Math.abs(reversed[index]![at]! - value)).toBeLessThan(1e-6);
        }
      }
    }),
    { numRuns: 25 },
  );
});

test('embedder: token ids give the vector of their text, and an unknown id is invalid_input', async () => {
  const text = 'How do I reset my password?';
  const [fromIds] = await embedder.embed([model.tokeniser.encode(text).ids], question);
  expect(fromIds).toEqual(await one(text));
  expect(await embedder.tokenise([text, []], { kind: 'query', whole: false })).toMatchObject([
    { rows: [{ length: 5 }], truncated: false },
    { rows: [{ length: 0 }], truncated: false },
  ]);
  for (const id of [model.tokeniser.size, -1, 1.5]) {
    await expect(embedder.embed([[id]], question)).rejects.toMatchObject({ code: 'invalid_input' });
  }
});

test('embedder: a process killed during a batch is replaced and the batch is repeated', async () => {
  const own = open();
  try {
    const [before] = await own.embed(['How do I reset my password?'], question);
    const first = own.state().pid!;
    const texts = Array.from({ length: 2000 }, (_, index) => `document ${index} ${'long words of text '.repeat(60)}`);
    const work = own.embed(texts, bulk);
    process.kill(first, 'SIGKILL');
    const vectors = await work;
    expect(vectors).toHaveLength(texts.length);
    expect(vectors.every((vector) => Math.abs(dot(vector, vector) - 1) < 1e-5)).toBe(true);
    expect(own.state()).toMatchObject({ status: 'ready', crashes: 1 });
    expect(own.state().pid).not.toBe(first);
    expect((await own.embed(['How do I reset my password? '], question))[0]).toEqual(before);
  } finally {
    await own.close();
  }
});

test('embedder: close ends the process and rejects pending calls with unavailable', async () => {
  const own = open();
  await own.embed(['ready'], question);
  const pid = own.state().pid!;
  const pending = own.embed(['one more'], bulk);
  await Promise.all([expect(pending).rejects.toMatchObject({ code: 'unavailable' }), own.close()]);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(own.state().status).toBe('closed');
});

test('embedder: loading the model logs the memory before and after', () => {
  expect(log.lines.find(({ message }) => message === 'model loaded')?.fields).toMatchObject({
    model: model.id,
    dimensions: 192,
    memoryBeforeMb: expect.any(Number),
    memoryAfterMb: expect.any(Number),
  });
});
