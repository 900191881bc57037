/** A model folder read for use: how its texts become token ids, and how its graph is run. */
import { readFile } from 'node:fs/promises';
import type { ModelFolder } from '../../src/adapters/model-folder.ts';
import type { LoadRequest, Pooling } from './infer-protocol.ts';
import { createStaticTokeniser } from './static-tokeniser.ts';
import type { Tokeniser } from './tokeniser.ts';
import { readTransformer } from './transformer-folder.ts';

/** A query and a document may be told apart by words put before them; static models know none. */
export interface Prefixes {
  readonly query: string;
  readonly document: string;
}

export interface Model extends Omit<LoadRequest, 'type'> {
  /** Vectors are stored under it. */
  readonly id: string;
  readonly tokeniser: Tokeniser;
  readonly prefixes: Prefixes;
  readonly pooling: Pooling;
  /** Tokens of one text; what is beyond is not read. */
  readonly maxTokens: number;
  /** Rows times columns of one run, padding included. */
  readonly tokenBudget: number;
  /** Threads within one run. */
  readonly threads: number;
}

/** What its owner may set; the rest the folder says. */
export interface ModelTuning {
  readonly tokenBudget?: number | undefined;
  readonly threads?: number | undefined;
  readonly queryPrefix?: string | undefined;
  readonly documentPrefix?: string | undefined;
}

/** Static models have no attention, so the length is bounded by memory alone; at 4,096 a batch still fits the cache. */
const STATIC = { maxTokens: 8192, tokenBudget: 4096, threads: 1, pooling: 'mean', padId: 0 } as const;
/** On a CPU padding is what batches cost: between 256 and 1,024 the rate is the same, beyond it falls. */
const TRANSFORMER = { tokenBudget: 512, threads: 2 } as const;

/** Throws ConfigError where the folder holds what cannot be run. */
export async function loadModel(folder: ModelFolder, tuning: ModelTuning = {}): Promise<Model> {
  const read = folder.kind === 'static' ? await readStatic(folder.vocabulary) : await readTransformer(folder);
  const defaults = folder.kind === 'static' ? STATIC : TRANSFORMER;
  return {
    ...read,
    id: folder.id,
    onnxPath: folder.onnx,
    tokenBudget: tuning.tokenBudget ?? defaults.tokenBudget,
    threads: tuning.threads ?? defaults.threads,
    prefixes: {
      query: tuning.queryPrefix ?? read.prefixes.query,
      document: tuning.documentPrefix ?? read.prefixes.document,
    },
  };
}

async function readStatic(path: string) {
  const vocabulary = await readFile(path, 'utf8');
  const words = vocabulary.replace(/\r?\n$/, '').split(/\r?\n/);
  const { maxTokens, pooling, padId } = STATIC;
  return { maxTokens, pooling, padId, prefixes: { query: '', document: '' }, tokeniser: createStaticTokeniser(words, maxTokens) };
}
