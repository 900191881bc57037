/** A model folder read for use: how its texts become token ids, and how much of them fits one run. */
import { readFile } from 'node:fs/promises';
import type { ModelFolder } from '../../src/runtimes/drivers/model-folder.ts';
import { createStaticTokeniser } from './static-tokeniser.ts';
import type { Tokeniser } from './tokeniser.ts';

/** A query and a document may be told apart by words put before them; static models know none. */
export interface Prefixes {
  readonly query: string;
  readonly document: string;
}

export interface Model {
  readonly id: string;
  readonly onnxPath: string;
  readonly tokeniser: Tokeniser;
  readonly prefixes: Prefixes;
  /** Tokens of one text; what is beyond is not read. */
  readonly maxTokens: number;
  /** Rows times columns of one run, padding included. */
  readonly tokenBudget: number;
  /** Threads within one run. */
  readonly threads: number;
}

/** Static models have no attention, so the length is bounded by memory alone; at 4,096 a batch still fits the cache. */
const STATIC = { prefixes: { query: '', document: '' }, maxTokens: 8192, tokenBudget: 4096, threads: 1 } as const;

export async function loadModel(folder: ModelFolder): Promise<Model> {
  const vocabulary = await readFile(folder.vocabulary, 'utf8');
  const words = vocabulary.replace(/\r?\n$/, '').split(/\r?\n/);
  return {
    ...STATIC,
    id: folder.id,
    onnxPath: folder.onnx,
    tokeniser: createStaticTokeniser(words, STATIC.maxTokens),
  };
}
