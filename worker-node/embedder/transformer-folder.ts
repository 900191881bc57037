/** Reads a sentence-transformers folder: tokeniser, pooling, maximum length and prefixes of its model. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { ModelFolder } from '../../src/adapters/model-folder.ts';
import { ConfigError } from '../../src/kernel/config/config.ts';
import { createHuggingFaceTokeniser, type HuggingFaceTokeniser } from './hugging-face-tokeniser.ts';
import type { Pooling } from './infer-protocol.ts';

/** The fields used of config.json. All are optional because exporters differ. */
const configSchema = z.object({
  model_type: z.string().optional(),
  max_position_embeddings: z.int().positive().optional(),
  pad_token_id: z.int().min(0).nullish(),
});
const tokenizerConfigSchema = z.looseObject({
  /** Some exporters write 1e30 for "no limit". */
  model_max_length: z.number().positive().optional(),
  pad_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish(),
});
const lengthSchema = z.object({ max_seq_length: z.int().positive().nullish() });
const poolingSchema = z.object({
  pooling_mode_cls_token: z.boolean().optional(),
  pooling_mode_mean_tokens: z.boolean().optional(),
});
const promptsSchema = z.object({ prompts: z.record(z.string(), z.string()).optional() });

/** Model types whose positions start after the padding id (RoBERTa and relatives), so that two fewer tokens fit. */
const OFFSET_POSITIONS = /roberta|camembert|xlm|mpnet|longformer/;
const DEFAULT_POSITIONS = 512;

/** Throws ConfigError with the file and the field that cannot be used. */
export async function readTransformer({ path, tokenizer: tokenizerPath }: Extract<ModelFolder, { kind: 'transformer' }>) {
  /** Reads a missing file as `{}`. */
  async function read<T>(name: string, schema: z.ZodType<T>): Promise<T> {
    const file = join(path, name);
    const parsed = schema.safeParse(existsSync(file) ? await readJson(file) : {});
    if (parsed.success) return parsed.data;
    const { path: field = [], message } = parsed.error.issues[0] ?? { message: 'cannot be read' };
    throw configError(`${name}${field.length > 0 ? ` (${field.join('.')})` : ''}: ${message}`);
  }

  const config = await read('config.json', configSchema);
  const tokenizerConfig = await read('tokenizer_config.json', tokenizerConfigSchema);
  const { max_seq_length: ownLimit } = await read('sentence_bert_config.json', lengthSchema);
  const { prompts = {} } = await read('config_sentence_transformers.json', promptsSchema);
  const positions = config.max_position_embeddings ?? DEFAULT_POSITIONS;
  const offset = OFFSET_POSITIONS.test(config.model_type ?? '') ? 2 : 0;
  const maxTokens = Math.min(
    ownLimit ?? DEFAULT_POSITIONS * 16,
    tokenizerConfig.model_max_length ?? DEFAULT_POSITIONS * 16,
    positions - offset,
  );
  const { tokeniser, idOf } = buildTokeniser(await readJson(tokenizerPath), tokenizerConfig, maxTokens);
  const padToken = typeof tokenizerConfig.pad_token === 'object' ? tokenizerConfig.pad_token?.content : tokenizerConfig.pad_token;
  return {
    maxTokens,
    tokeniser,
    padId: (padToken ? idOf(padToken) : undefined) ?? config.pad_token_id ?? 0,
    pooling: poolingOf(await read('1_Pooling/config.json', poolingSchema)),
    // E5 and related models call a document a passage.
    prefixes: { query: prompts.query ?? '', document: prompts.document ?? prompts.passage ?? '' },
  };
}

function buildTokeniser(json: object, config: object, maxTokens: number): HuggingFaceTokeniser {
  try {
    return createHuggingFaceTokeniser(json, config, maxTokens);
  } catch (cause) {
    throw configError('tokenizer.json: expected a WordPiece, BPE or Unigram tokenizer', cause);
  }
}

function poolingOf({ pooling_mode_cls_token: cls, pooling_mode_mean_tokens: mean }: z.infer<typeof poolingSchema>): Pooling {
  if (cls) return 'cls';
  if (mean !== false) return 'mean';
  throw configError('1_Pooling/config.json: expected mean or cls pooling');
}

async function readJson(file: string): Promise<object> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw configError(`${basename(file)} cannot be read as JSON`, cause);
  }
  throw configError(`${basename(file)} is not a JSON object`);
}

const configError = (message: string, cause?: unknown) =>
  Object.assign(new ConfigError([{ path: 'EMBEDDING_MODEL', message }]), cause === undefined ? {} : { cause });
