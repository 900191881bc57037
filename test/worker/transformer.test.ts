/** Sentence-transformers folders, compared with transformers.js on the same files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AutoModel,
  AutoTokenizer,
  env,
  type PreTrainedModel,
  type PreTrainedTokenizer,
  pipeline,
  Tensor,
} from '@huggingface/transformers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveModel } from '../../src/adapters/model-folder.ts';
import { ConfigError } from '../../src/kernel/config/config.ts';
import { createEmbedder, type Embedder } from '../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../worker-node/embedder/fork-inference.ts';
import { loadModel, type Model, type ModelTuning } from '../../worker-node/embedder/model.ts';
import { memoryLog } from '../support/fakes/doubles.ts';
import { type TokenizerKind, type TransformerFolder, writeTransformerFolder } from '../support/fixtures/transformer-folder.ts';

env.allowRemoteModels = false;

const MAX_TOKENS = 64;
const question = { priority: 'interactive', kind: 'query' } as const;
const document = { priority: 'bulk', kind: 'document' } as const;

let models: string;
const open: Embedder[] = [];
beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), 'pharos-models-'));
  env.localModelPath = models;
});
afterAll(async () => {
  await Promise.all(open.map((embedder) => embedder.close()));
  await rm(models, { recursive: true, force: true });
});

function embedderOf(model: Model): Embedder {
  const embedder = createEmbedder({
    model,
    start: forkInference,
    log: memoryLog(),
    clock: { now: () => performance.now() },
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    cacheSize: 0,
  });
  open.push(embedder);
  return embedder;
}

async function make(name: string, folder: TransformerFolder = {}, tuning: ModelTuning = {}) {
  await writeTransformerFolder(join(models, name), { maxTokens: MAX_TOKENS, ...folder });
  const model = await loadModel(resolveModel({ model: name }, [models]), tuning);
  return { model, embedder: embedderOf(model) };
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
};

/** Words of the vocabularies, other words, other scripts, emoji, right-to-left text, control characters, anything. */
const texts = fc.oneof(
  fc
    .array(fc.constantFrom('how', 'do', 'glacier', 'Glaciers', 'zzyzx', 'résumé', 'ß', '  ', '\n', 'a-b', "don't", '1,234.5'), {
      maxLength: 12,
    })
    .map((words) => words.join(' ')),
  fc.constantFrom(
    '',
    ' ',
    'שלום עולם',
    'مرحبا بالعالم',
    '😀🚀👩‍👩‍👧',
    '日本語 中文',
    '한국어',
    'e\u0301\u0323',
    '\u202Eabc\u202C',
    '[CLS] </s> [SEP]',
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
);

describe.each<TokenizerKind>(['WordPiece', 'BPE', 'Unigram'])('a model with a %s tokenizer', (kind) => {
  let model: Model;
  let embedder: Embedder;
  let theirTokenizer: PreTrainedTokenizer;
  let theirModel: PreTrainedModel;
  let extract: (text: string) => Promise<Float32Array>;
  beforeAll(async () => {
    ({ model, embedder } = await make(kind, { tokenizer: kind }));
    theirTokenizer = await AutoTokenizer.from_pretrained(kind);
    theirModel = await AutoModel.from_pretrained(kind, { dtype: 'fp32' });
    const extractor = await pipeline('feature-extraction', kind, { dtype: 'fp32' });
    extract = async (text) => (await extractor(text, { pooling: 'mean', normalize: true })).data as Float32Array;
  });

  test('has the tokens and the vectors of transformers.js, for any text that fits', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const ids = [...(await theirTokenizer(text, { return_tensor: false })).input_ids];
        fc.pre(ids.length <= MAX_TOKENS);
        expect([...model.tokeniser.encode(text)]).toEqual(ids);
        const [ours] = (await embedder.embed([text], document)) as [Float32Array];
        expect(largestDifference(ours, await extract(text))).toBeLessThan(1e-5);
      }),
      { numRuns: 150 },
    );
  });

  test('has the same vector for a text in any company: padding is never seen', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 2, maxLength: 12 }), async (several) => {
        const together = await embedder.embed(several, document);
        for (const [index, text] of several.entries()) {
          const [alone] = (await embedder.embed([text], document)) as [Float32Array];
          expect(largestDifference(together[index] as Float32Array, alone)).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('cuts a text that is too long between its special tokens, as sentence-transformers does', async () => {
    const long = 'how do glaciers wait for snow in the mountain '.repeat(5000);
    const all = [...(await theirTokenizer(long.slice(0, 4000), { return_tensor: false })).input_ids];
    const expected = [...all.slice(0, MAX_TOKENS - 1), all.at(-1)];
    expect([...model.tokeniser.encode(long)]).toEqual(expected);
    // transformers.js itself cuts the closing token off: its model is given what it should have been.
    const int64 = (values: readonly (number | undefined)[]) =>
      new Tensor(
        'int64',
        BigInt64Array.from(values, (value) => BigInt(value ?? 0)),
        [1, values.length],
      );
    const { last_hidden_state: states } = await theirModel({
      input_ids: int64(expected),
      attention_mask: int64(expected.map(() => 1)),
      token_type_ids: int64(expected.map(() => 0)),
    });
    const theirs = (states as Tensor).mean(1).normalize(2, -1).data as Float32Array;
    const [ours] = (await embedder.embed([long], document)) as [Float32Array];
    expect(largestDifference(ours, theirs)).toBeLessThan(1e-5);
  });
});

test('cls pooling takes the first token’s vector', async () => {
  const { embedder } = await make('cls', { pooling: 'cls' });
  const extractor = await pipeline('feature-extraction', 'cls', { dtype: 'fp32' });
  for (const text of ['how do glaciers wait', '', 'snow']) {
    const theirs = (await extractor(text, { pooling: 'cls', normalize: true })).data as Float32Array;
    const [ours] = (await embedder.embed([text], document)) as [Float32Array];
    expect(largestDifference(ours, theirs)).toBeLessThan(1e-5);
  }
});

test('a graph that pools by itself is taken at its word', async () => {
  const plain = await make('unpooled');
  const pooled = await make('pooled', { shape: { output: 'pooled' } });
  const several = ['how do glaciers wait', 'snow', ''];
  const [ours, theirs] = [await plain.embedder.embed(several, document), await pooled.embedder.embed(several, document)];
  ours.forEach((vector, index) => {
    expect(largestDifference(vector, theirs[index] as Float32Array)).toBeLessThan(1e-5);
  });
});

test('the folder’s prompts go before queries and documents, and settings before the folder’s', async () => {
  const prompts = { query: 'how do ', passage: 'the ' };
  const { model, embedder } = await make('prompts', { prompts });
  expect(model.prefixes).toEqual({ query: 'how do ', document: 'the ' });
  const [query] = await embedder.embed(['glaciers'], question);
  const plain = await make('plain');
  const [expected] = await plain.embedder.embed(['how do glaciers'], question);
  expect(query).toEqual(expected);
  const tuned = await make('tuned', { prompts }, { queryPrefix: 'query: ', documentPrefix: '' });
  expect(tuned.model.prefixes).toEqual({ query: 'query: ', document: '' });
});

test('int8 is a file and a name of its own, and close to fp32', async () => {
  await make('both', { int8: true });
  const folder = resolveModel({ model: 'both', precision: 'int8' }, [models]);
  expect(folder).toMatchObject({ id: 'both:int8', onnx: join(models, 'both/onnx/model_quantized.onnx') });
  const exact = embedderOf(await loadModel(resolveModel({ model: 'both' }, [models])));
  const small = embedderOf(await loadModel(folder));
  const [a] = (await exact.embed(['how do glaciers wait for snow'], document)) as [Float32Array];
  const [b] = (await small.embed(['how do glaciers wait for snow'], document)) as [Float32Array];
  const cosine = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  expect(cosine).toBeGreaterThan(0.95);
  expect(cosine).toBeLessThan(1 - 1e-7);
});

describe('a folder that cannot be used is refused with the file and the field:', () => {
  const refusal = async (name: string, spoil: (path: string) => Promise<unknown>, precision?: 'int8') => {
    const path = join(models, name);
    await writeTransformerFolder(path);
    await spoil(path);
    try {
      await loadModel(resolveModel({ model: name, precision }, [models]));
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as ConfigError).message;
    }
    return 'accepted';
  };
  const put = (file: string, content: string) => (path: string) => writeFile(join(path, file), content);

  test('a damaged tokenizer.json', async () => {
    expect(await refusal('damaged', put('tokenizer.json', '{'))).toBe('EMBEDDING_MODEL: tokenizer.json cannot be read as JSON');
    expect(await refusal('text', put('tokenizer.json', '"x"'))).toBe('EMBEDDING_MODEL: tokenizer.json is not a JSON object');
  });
  test('a tokenizer.json that describes none', async () => {
    const message = 'EMBEDDING_MODEL: tokenizer.json: expected a WordPiece, BPE or Unigram tokenizer';
    expect(await refusal('hollow', put('tokenizer.json', '{}'))).toBe(message);
    expect(await refusal('unknown', put('tokenizer.json', '{"model": {"type": "Telepathy", "vocab": {}}}'))).toBe(message);
  });
  test('a field of the wrong type', async () => {
    expect(await refusal('wrong', put('config.json', '{"max_position_embeddings": "many"}'))).toMatch(
      /^EMBEDDING_MODEL: config\.json \(max_position_embeddings\): /,
    );
  });
  test('another kind of pooling', async () => {
    const spoil = put('1_Pooling/config.json', '{"pooling_mode_mean_tokens": false, "pooling_mode_max_tokens": true}');
    expect(await refusal('max', spoil)).toBe('EMBEDDING_MODEL: 1_Pooling/config.json: expected mean or cls pooling');
  });
  test('no int8 file', async () => {
    expect(await refusal('exact', async () => {}, 'int8')).toMatch(
      /^EMBEDDING_PRECISION: expected fp32: .* has no model_quantized/,
    );
  });
  test('no vocabulary', async () => {
    expect(await refusal('bare', (path) => rm(join(path, 'tokenizer.json')))).toMatch(/neither tokenizer\.json nor vocab\.txt/);
  });
});

test('a graph with an input no embedder has, or without a vector, fails to load and says so', async () => {
  const { onnxModel } = await import('../support/fixtures/onnx.ts');
  const value = (name: string) => ({ name, type: 'int64' as const, dims: ['batch', 'sequence'] });
  const output = { name: 'logits', type: 'float' as const, dims: ['batch', 'sequence'] };
  const graph = (input: string) =>
    onnxModel({
      nodes: [{ op: 'Cast', inputs: [input], outputs: ['logits'], attributes: { to: 1 } }],
      weights: [],
      inputs: [value(input)],
      outputs: [output],
    });
  const loading = async (name: string, input: string) => {
    await writeTransformerFolder(join(models, name));
    await writeFile(join(models, name, 'onnx/model.onnx'), graph(input));
    const embedder = createEmbedder({
      model: await loadModel(resolveModel({ model: name }, [models])),
      start: forkInference,
      log: memoryLog(),
      clock: { now: () => 0 },
      sleep: async () => {},
    });
    open.push(embedder);
    await expect(embedder.embed(['x'], document)).rejects.toThrow('could not be loaded');
    return embedder.state().message;
  };
  expect(await loading('strange', 'pixel_values')).toContain('the model has an input pixel_values');
  expect(await loading('vectorless', 'input_ids')).toContain('the model has no output sentence_embedding');
});
