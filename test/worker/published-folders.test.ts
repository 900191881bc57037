/**
 * The documented models of the Hub in the layout of their repositories, with a tiny graph: what the loader makes of them. Contents
 * of the files are those of the repositories, as far as they say how a model is run.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHub } from '../../cli/hub/hub.ts';
import { pull } from '../../cli/hub/pull.ts';
import { resolveModel } from '../../src/adapters/model-folder.ts';
import { createEmbedder } from '../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../../worker-node/embedder/model.ts';
import { manualClock, memoryLog } from '../support/fakes/doubles.ts';
import { startHub } from '../support/fakes/hub-server.ts';
import { type TransformerFolder, writeTransformerFolder } from '../support/fixtures/transformer-folder.ts';

const SEARCH = 'Represent this sentence for searching relevant passages: ';
const CLS = {
  word_embedding_dimension: 32,
  pooling_mode_cls_token: true,
  pooling_mode_mean_tokens: false,
  pooling_mode_max_tokens: false,
  pooling_mode_mean_sqrt_len_tokens: false,
};
const MEAN = { ...CLS, pooling_mode_cls_token: false, pooling_mode_mean_tokens: true };
const versions = (sentenceTransformers: string) => ({
  __version__: { sentence_transformers: sentenceTransformers, transformers: '4.39.3', pytorch: '2.1.0' },
});

interface Published {
  readonly folder: TransformerFolder;
  readonly files: Readonly<Record<string, object>>;
  /** As the folder alone says, and with what `models pull` writes beside it. */
  readonly alone: { readonly query: string; readonly document: string };
  readonly pulled: { readonly query: string; readonly document: string };
  readonly pooling: 'cls' | 'mean';
  readonly languages: number;
}

const PUBLISHED: Readonly<Record<string, Published>> = {
  'BAAI/bge-small-en-v1.5': {
    folder: { tokenizer: 'WordPiece', maxTokens: 512 },
    files: { '1_Pooling/config.json': CLS, 'config_sentence_transformers.json': versions('2.2.2') },
    alone: { query: '', document: '' },
    pulled: { query: SEARCH, document: '' },
    pooling: 'cls',
    languages: 1,
  },
  'Snowflake/snowflake-arctic-embed-m-v1.5': {
    folder: { tokenizer: 'WordPiece', maxTokens: 512 },
    files: {
      '1_Pooling/config.json': {
        ...CLS,
        ...{ pooling_mode_weightedmean_tokens: false, pooling_mode_lasttoken: false, include_prompt: true },
      },
      'config_sentence_transformers.json': {
        ...versions('2.7.0.dev0'),
        ...{ prompts: { query: SEARCH }, default_prompt_name: null },
      },
    },
    alone: { query: SEARCH, document: '' },
    pulled: { query: SEARCH, document: '' },
    pooling: 'cls',
    languages: 1,
  },
  'intfloat/multilingual-e5-small': {
    folder: { tokenizer: 'Unigram', maxTokens: 512 },
    files: { '1_Pooling/config.json': MEAN },
    alone: { query: '', document: '' },
    pulled: { query: 'query: ', document: 'passage: ' },
    pooling: 'mean',
    languages: 93,
  },
};

let scratch: string;
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'pharos-published-'));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

async function write({ folder, files }: Published): Promise<string> {
  const path = join(scratch, 'source');
  await writeTransformerFolder(path, folder);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), JSON.stringify(content));
  }
  return path;
}

describe.each(Object.entries(PUBLISHED))('%s', (id, published) => {
  test('published folder: pooling, prefixes and length are read from it where no pharos.json is', async () => {
    const model = await loadModel(await resolveModel({ model: await write(published) }));
    expect(model).toMatchObject({ pooling: published.pooling, prefixes: published.alone, maxTokens: 512, oneTextARun: false });
  });

  test('published folder: pulled, it knows its prefixes and languages', async () => {
    const hub = await startHub(id, await write(published));
    try {
      const models = join(scratch, 'models');
      await pull({
        ...{ hub: createHub({ endpoint: hub.url, fetch }), id, revision: 'main', precision: 'fp32', models },
        ...{ sleep: async () => undefined, progress: () => undefined },
      });
      const folder = await resolveModel({ model: id }, [models]);
      const model = await loadModel(folder);
      expect(model).toMatchObject({ pooling: published.pooling, prefixes: published.pulled, maxTokens: 512 });
      expect(new Set(folder.manifest.languages).size).toBe(published.languages);
    } finally {
      await hub.close();
    }
  });

  test('published folder: a question gets its prefix and a passage its own, which changes their vectors where one is set', async () => {
    const path = await write(published);
    await writeFile(join(path, 'pharos.json'), JSON.stringify({ prefixes: published.pulled }));
    const model = await loadModel(await resolveModel({ model: path }));
    const embedder = createEmbedder({
      ...{ model, start: forkInference, log: memoryLog(), clock: manualClock(), cacheSize: 0 },
      sleep: async () => undefined,
    });
    try {
      const vector = async (text: string, kind: 'query' | 'document') =>
        (await embedder.embed([text], { priority: 'bulk', kind }))[0];
      const bare = await loadModel(await resolveModel({ model: path }), { queryPrefix: '', documentPrefix: '' });
      const { query, document } = published.pulled;
      expect(model.tokeniser.encode(`${query}ice`).ids).not.toEqual(bare.tokeniser.encode('ice').ids);
      expect(await vector('ice', 'query')).not.toEqual(await vector('ice', 'document'));
      const plain = createEmbedder({
        ...{ model: bare, start: forkInference, log: memoryLog(), clock: manualClock(), cacheSize: 0 },
        sleep: async () => undefined,
      });
      try {
        const asIs = async (text: string) => (await plain.embed([text], { priority: 'bulk', kind: 'document' }))[0];
        expect(await vector('ice', 'query')).toEqual(await asIs(`${query}ice`));
        expect(await vector('ice', 'document')).toEqual(await asIs(`${document}ice`));
      } finally {
        await plain.close();
      }
    } finally {
      await embedder.close();
    }
  });
});
