/** Loads a model folder: how its texts become token ids, and how its graph is run. */
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { isUnchanged, type ModelFolder } from '../../src/adapters/model-folder.ts';
import type { LoadRequest, Pooling } from './infer-protocol.ts';
import { ModelChanged } from './model-problems.ts';
import { createStaticTokeniser } from './static-tokeniser.ts';
import type { Tokeniser } from './tokeniser.ts';
import { readTransformer } from './transformer-folder.ts';

/** Text put before queries and documents, where the model distinguishes them; empty for static models. */
export interface Prefixes {
  readonly query: string;
  readonly document: string;
}

export interface Model extends Omit<LoadRequest, 'type'> {
  /** Vectors are stored under this id. */
  readonly id: string;
  /** What a request may call the model besides its id. */
  readonly aliases: readonly string[];
  readonly tokeniser: Tokeniser;
  readonly prefixes: Prefixes;
  readonly pooling: Pooling;
  /** Tokens read of one text. */
  readonly maxTokens: number;
  /** Rows times columns of one run, padding included. */
  readonly tokenBudget: number;
  /** Whether each run takes one text, whatever the budget. */
  readonly oneTextARun: boolean;
  /** Threads within one run. */
  readonly threads: number;
  /** Digest of what makes the vectors of documents and is not in the files that the id is made of. */
  readonly fingerprint: string;
  /** Throws ModelChanged where the folder's graph and tokenizer are no longer those of the id. */
  readonly verify: () => Promise<void>;
}

/** What clients are told of a model. */
export type ModelDescription = Pick<Model, 'aliases' | 'maxTokens' | 'tokenBudget' | 'oneTextARun' | 'pooling'>;

/** Settings that override the folder's. */
export interface ModelTuning {
  readonly tokenBudget?: number | undefined;
  readonly threads?: number | undefined;
  readonly queryPrefix?: string | undefined;
  readonly documentPrefix?: string | undefined;
}

/** Static models have no attention: only memory bounds the length. A batch of 4,096 tokens still fits the CPU cache. */
const STATIC = { maxTokens: 8192, tokenBudget: 4096, threads: 1, pooling: 'mean', padId: 0 } as const;
/**
 * Measured on a CPU: throughput is level between 256 and 1,024 tokens per batch and falls above. Where there are two
 * processors, one thread leaves one to questions.
 */
const TRANSFORMER = { tokenBudget: 512, threads: Math.max(1, Math.min(2, availableParallelism() - 1)) } as const;

/** Throws ConfigError for a folder whose model cannot be run. */
export async function loadModel(folder: ModelFolder, tuning: ModelTuning = {}): Promise<Model> {
  const read = folder.kind === 'static' ? await readStatic(folder.vocabulary) : await readTransformer(folder);
  const defaults = folder.kind === 'static' ? STATIC : TRANSFORMER;
  const ofFolder = folder.manifest.prefixes ?? read.prefixes;
  const prefixes = {
    query: tuning.queryPrefix ?? ofFolder.query,
    document: tuning.documentPrefix ?? ofFolder.document,
  };
  return {
    ...read,
    id: folder.id,
    aliases: [...new Set([folder.name, basename(folder.name), folder.legacyId])],
    onnxPath: folder.onnx,
    oneTextARun: folder.oneTextARun,
    tokenBudget: tuning.tokenBudget ?? defaults.tokenBudget,
    threads: tuning.threads ?? defaults.threads,
    prefixes,
    fingerprint: fingerprintOf(read.pooling, prefixes.document),
    verify: async () => {
      if (!(await isUnchanged(folder))) throw new ModelChanged(folder);
    },
  };
}

/** The prefix of questions may change: it makes no stored vector. */
const fingerprintOf = (pooling: Pooling, documentPrefix: string) =>
  hash('sha256', JSON.stringify({ pooling, documentPrefix }), 'hex').slice(0, 12);

async function readStatic(path: string) {
  const vocabulary = await readFile(path, 'utf8');
  const words = vocabulary.replace(/\r?\n$/, '').split(/\r?\n/);
  const { maxTokens, pooling, padId } = STATIC;
  return { maxTokens, pooling, padId, prefixes: { query: '', document: '' }, tokeniser: createStaticTokeniser(words, maxTokens) };
}
