/** The default model, all-MiniLM-L6-v2 in int8, against the golden file that came with it. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { resolveModel } from '../../src/adapters/model-folder.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { createEmbedder } from '../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../worker-node/embedder/fork-inference.ts';
import { loadModel, type Model } from '../../worker-node/embedder/model.ts';
import { memoryLog } from '../support/fakes/doubles.ts';

interface Golden {
  readonly texts: readonly {
    text: string;
    input_ids: number[];
    sentence_embedding_fp32_head: number[];
    sentence_embedding_int8_head: number[];
    cosine_int8_fp32: number;
  }[];
  readonly pairs: readonly { a: string; b: string; cosine_fp32: number; cosine_int8: number }[];
}

const folder = await resolveModel({ model: 'all-MiniLM-L6-v2' });
const golden = JSON.parse(readFileSync(`${folder.path}/golden.json`, 'utf8')) as Golden;
const model = await loadModel(folder);
const open = (given: Model) =>
  createEmbedder({
    model: given,
    start: forkInference,
    log: memoryLog(),
    clock: systemClock,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    cacheSize: 0,
  });
const embedder = open(model);
afterAll(() => embedder.close());

const document = { priority: 'bulk', kind: 'document' } as const;
const embed = async (text: string) => ((await embedder.embed([text], document)) as [Float32Array])[0];
const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);

test('default model: 384 numbers, 256 tokens, English, one text a run', async () => {
  expect(folder).toMatchObject({ oneTextARun: true, manifest: { precision: 'int8', languages: ['en'] } });
  expect(model).toMatchObject({ maxTokens: 256, prefixes: { query: '', document: '' } });
  expect(await embed('ice')).toHaveLength(384);
});

test.each(golden.texts)('default model: "$text" has the ids of the golden file', ({ text, input_ids }) => {
  expect([...model.tokeniser.encode(text).ids]).toEqual(input_ids);
});

/**
 * Products of integers are exact and, with weights of 7 bits, do not saturate on any processor. Only the last bit of
 * floating-point steps differs between instruction sets, and may round an activation to the next of its 256 steps.
 */
const ANY_PROCESSOR = 2e-3;

test.each(golden.texts)('default model: "$text" has the int8 vector of the golden file', async ({
  text,
  sentence_embedding_int8_head: head,
}) => {
  const vector = await embed(text);
  expect(dot(vector, vector)).toBeCloseTo(1, 5);
  for (const [at, value] of head.entries()) expect(Math.abs((vector[at] ?? Number.NaN) - value)).toBeLessThan(ANY_PROCESSOR);
});

test.each(golden.texts)('default model: "$text" is as far from its fp32 vector as the golden file says', async ({
  text,
  sentence_embedding_fp32_head: head,
  cosine_int8_fp32: cosine,
}) => {
  const vector = await embed(text);
  // Of unit vectors |a - b|^2 = 2 - 2 cos. A part of the components cannot differ by more than all of them.
  const square = head.reduce((sum, value, at) => sum + ((vector[at] ?? Number.NaN) - value) ** 2, 0);
  expect(square).toBeLessThan(2 - 2 * cosine + ANY_PROCESSOR);
});

test.each(golden.pairs)('default model: the cosine of "$a" and "$b"', async ({
  a,
  b,
  cosine_fp32: exact,
  cosine_int8: cosine,
}) => {
  const found = dot(await embed(a), await embed(b));
  expect(Math.abs(found - cosine)).toBeLessThan(5e-3);
  expect(Math.abs(found - exact)).toBeLessThan(0.03);
});

test('default model: processes with one thread and with several give vectors that are equal to the last bit', async () => {
  const other = open(await loadModel(folder, { threads: 1 + model.threads }));
  try {
    const texts = golden.texts.map(({ text }) => text);
    expect(await other.embed(texts, document)).toEqual(await embedder.embed(texts, document));
  } finally {
    await other.close();
  }
});

test("default model: a text's vector is equal to the last bit alone, beside others and after others", async () => {
  const words = fc.constantFrom('glacier', 'the', 'ice', 'password', 'Naïve', '机器学习', 'v2.10.3', 'zzyzx', '—', 'learning');
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.array(words, { maxLength: 120 }).map((list) => list.join(' ')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 2, maxLength: 8 }), async (texts) => {
      const alone: Float32Array[] = [];
      for (const one of texts) alone.push(await embed(one));
      expect(await embedder.embed(texts, document)).toEqual(alone);
      expect((await embedder.embed(texts.toReversed(), document)).toReversed()).toEqual(alone);
    }),
    { numRuns: 8 },
  );
});
