/** Models of sentence-transformers folders, compared with transformers.js on the same files. */
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
import { systemClock } from '../../src/adapters/system-clock.ts';
import { ConfigError } from '../../src/kernel/config/config.ts';
import { createEmbedder, type Embedder } from '../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../worker-node/embedder/fork-inference.ts';
import { loadModel, type Model, type ModelTuning } from '../../worker-node/embedder/model.ts';
import { manualClock, memoryLog } from '../support/fakes/doubles.ts';
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
    clock: systemClock,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    cacheSize: 0,
  });
  open.push(embedder);
  return embedder;
}

async function make(name: string, folder: TransformerFolder = {}, tuning: ModelTuning = {}) {
  await writeTransformerFolder(join(models, name), { maxTokens: MAX_TOKENS, ...folder });
  const model = await loadModel(await resolveModel({ model: name }, [models]), tuning);
  return { model, embedder: embedderOf(model) };
}

const maxDifference = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - (b[index] ?? Number.NaN))));
};

/** Words in and outside the vocabularies, other scripts, emoji, right-to-left text, control characters, any strings. */
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

/** Compares each text's vector with the one that it has alone; `limit` 0 stands for equality of every bit. */
async function expectOwnVectors(embedder: Embedder, limit: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(texts, { minLength: 2, maxLength: 12 }), async (several) => {
      const alone: Float32Array[] = [];
      for (const text of several) alone.push(...(await embedder.embed([text], document)));
      const together = await embedder.embed(several, document);
      const reversed = (await embedder.embed(several.toReversed(), document)).toReversed();
      for (const [index, vector] of alone.entries()) {
        for (const other of [together[index], reversed[index]] as [Float32Array, Float32Array]) {
          if (limit === 0) expect(other).toEqual(vector);
          else expect(maxDifference(other, vector)).toBeLessThan(limit);
        }
      }
    }),
    { numRuns: 15 },
  );
}

/**
 * Of other characters transformers.js makes other tokens than Python's `tokenizers` does (ideographs above U+FFFF, a sigma at
 * a word's end, what Unicode added lately). tokenising.test.ts compares ours with Python's.
 */
const SAME_IN_TRANSFORMERS_JS =
  /^(?:\p{ASCII}|[\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Hebrew}\p{sc=Hiragana}\p{sc=Hangul}\p{RGI_Emoji}]|[一-龥])*$/v;

describe.each<TokenizerKind>(['WordPiece', 'BPE', 'Unigram'])('transformer model with a %s tokenizer', (kind) => {
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

  test(`transformer (${kind}): tokens and vectors equal those of transformers.js for any text that fits`, async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        fc.pre(kind === 'BPE' || SAME_IN_TRANSFORMERS_JS.test(text));
        const ids = [...(await theirTokenizer(text, { return_tensor: false })).input_ids];
        fc.pre(ids.length <= MAX_TOKENS);
        expect([...model.tokeniser.encode(text).ids]).toEqual(ids);
        const [ours] = (await embedder.embed([text], document)) as [Float32Array];
        expect(maxDifference(ours, await extract(text))).toBeLessThan(1e-5);
      }),
      { numRuns: 150 },
    );
  });

  test(`transformer (${kind}): the vector of a text is equal to 1e-6 alone, beside others and after others`, async () => {
    await expectOwnVectors(embedder, 1e-6);
  });

  test(`transformer (${kind}): a long text is truncated between its special tokens, as by sentence-transformers`, async () => {
    const long = 'how do glaciers wait for snow in the mountain '.repeat(5000);
    const all = [...(await theirTokenizer(long.slice(0, 4000), { return_tensor: false })).input_ids];
    const expected = [...all.slice(0, MAX_TOKENS - 1), all.at(-1)];
    expect([...model.tokeniser.encode(long).ids]).toEqual(expected);
    // transformers.js truncates the closing token, so its model gets the expected ids directly.
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
    // The text itself is embedded in windows.
    const [ours] = (await embedder.embed([[...model.tokeniser.encode(long).ids]], document)) as [Float32Array];
    expect(maxDifference(ours, theirs)).toBeLessThan(1e-5);
  });
});

test('transformer: cls pooling takes the vector of the first token', async () => {
  const { embedder } = await make('cls', { pooling: 'cls' });
  const extractor = await pipeline('feature-extraction', 'cls', { dtype: 'fp32' });
  for (const text of ['how do glaciers wait', '', 'snow']) {
    const theirs = (await extractor(text, { pooling: 'cls', normalize: true })).data as Float32Array;
    const [ours] = (await embedder.embed([text], document)) as [Float32Array];
    expect(maxDifference(ours, theirs)).toBeLessThan(1e-5);
  }
});

test('transformer: the vector of a text in int8 is equal to the last bit alone, beside others and after others', async () => {
  await writeTransformerFolder(join(models, 'quantised'), { maxTokens: MAX_TOKENS, int8: true });
  const folder = await resolveModel({ model: 'quantised', precision: 'int8' }, [models]);
  expect(folder.oneTextARun).toBe(true);
  await expectOwnVectors(embedderOf(await loadModel(folder)), 0);
});

test('transformer: the output of a graph with pooling is used as it is', async () => {
  const plain = await make('unpooled');
  const pooled = await make('pooled', { shape: { output: 'pooled' } });
  const several = ['how do glaciers wait', 'snow', ''];
  const [ours, theirs] = [await plain.embedder.embed(several, document), await pooled.embedder.embed(several, document)];
  ours.forEach((vector, index) => {
    expect(maxDifference(vector, theirs[index] as Float32Array)).toBeLessThan(1e-5);
  });
});

test('transformer: the folder’s prompts are prefixes of queries and documents, and settings override them', async () => {
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

test('transformer: int8 has a file and an id of its own, and vectors close to fp32', async () => {
  await make('both', { int8: true });
  const folder = await resolveModel({ model: 'both', precision: 'int8' }, [models]);
  const plain = await resolveModel({ model: 'both' }, [models]);
  expect(folder).toMatchObject({ legacyId: 'both:int8', onnx: join(models, 'both/onnx/model_quantized.onnx') });
  expect(folder.id).toMatch(/^both@[0-9a-f]{12}$/);
  expect(folder.id).not.toBe(plain.id);
  const exact = embedderOf(await loadModel(plain));
  const small = embedderOf(await loadModel(folder));
  const [a] = (await exact.embed(['how do glaciers wait for snow'], document)) as [Float32Array];
  const [b] = (await small.embed(['how do glaciers wait for snow'], document)) as [Float32Array];
  const cosine = a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  expect(cosine).toBeGreaterThan(0.95);
  expect(cosine).toBeLessThan(1 - 1e-7);
});

describe('loadModel: invalid folders', () => {
  const refusal = async (name: string, damage: (path: string) => Promise<unknown>, precision?: 'int8') => {
    const path = join(models, name);
    await writeTransformerFolder(path);
    await damage(path);
    try {
      await loadModel(await resolveModel({ model: name, precision }, [models]));
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      return (error as ConfigError).message;
    }
    return 'accepted';
  };
  const write = (file: string, content: string) => (path: string) => writeFile(join(path, file), content);

  test('loadModel: a tokenizer.json that is not a JSON object is refused', async () => {
    expect(await refusal('damaged', write('tokenizer.json', '{'))).toBe('EMBEDDING_MODEL: tokenizer.json cannot be read as JSON');
    expect(await refusal('text', write('tokenizer.json', '"x"'))).toBe('EMBEDDING_MODEL: tokenizer.json is not a JSON object');
  });
  test('loadModel: a tokenizer.json without a supported tokenizer is refused', async () => {
    const message = 'EMBEDDING_MODEL: tokenizer.json: expected a WordPiece, BPE or Unigram tokenizer';
    expect(await refusal('hollow', write('tokenizer.json', '{}'))).toBe(message);
    expect(await refusal('unknown', write('tokenizer.json', '{"model": {"type": "Telepathy", "vocab": {}}}'))).toBe(message);
  });
  test('loadModel: a field of the wrong type is refused with its file and name', async () => {
    expect(await refusal('wrong', write('config.json', '{"max_position_embeddings": "many"}'))).toMatch(
      /^EMBEDDING_MODEL: config\.json \(max_position_embeddings\): /,
    );
  });
  test('loadModel: pooling other than mean and cls is refused', async () => {
    const damage = write('1_Pooling/config.json', '{"pooling_mode_mean_tokens": false, "pooling_mode_max_tokens": true}');
    expect(await refusal('max', damage)).toBe('EMBEDDING_MODEL: 1_Pooling/config.json: expected mean or cls pooling');
  });
  test('loadModel: int8 without a quantised file is refused', async () => {
    expect(await refusal('exact', async () => {}, 'int8')).toMatch(
      /^EMBEDDING_PRECISION: expected fp32: .* has no model_quantized/,
    );
  });
  test('loadModel: a folder without a vocabulary is refused', async () => {
    expect(await refusal('bare', (path) => rm(join(path, 'tokenizer.json')))).toMatch(/neither tokenizer\.json nor vocab\.txt/);
  });
});

test('transformer: a graph with an unsupported input, or without a vector output, fails to load with the reason', async () => {
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
      model: await loadModel(await resolveModel({ model: name }, [models])),
      start: forkInference,
      log: memoryLog(),
      clock: manualClock(),
      sleep: async () => {},
    });
    open.push(embedder);
    await expect(embedder.embed(['x'], document)).rejects.toThrow('could not be loaded');
    return embedder.state().message;
  };
  expect(await loading('strange', 'pixel_values')).toContain('the model has an input pixel_values');
  expect(await loading('vectorless', 'input_ids')).toContain('the model has no output sentence_embedding');
});
