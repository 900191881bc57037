/** Reads `pharos.json` of a model folder: what the layout of sentence-transformers cannot say. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../kernel/config/config.ts';

export type Precision = 'fp32' | 'int8';

export interface ModelManifest {
  /** The precision of `model.onnx`, whose name does not tell it. */
  readonly precision?: Precision | undefined;
  /** Whether each run of the graph takes one text. Undefined: as the graph's operators demand. */
  readonly oneTextARun?: boolean | undefined;
  /** BCP 47 tags of the languages that the model knows; `*` stands for all. Null: unknown. */
  readonly languages: readonly string[] | null;
  /** Texts put before questions and documents. Undefined: as `config_sentence_transformers.json` says. */
  readonly prefixes?: { readonly query: string; readonly document: string } | undefined;
}

const FILE = 'pharos.json';
const prefix = z.string('expected a text').max(1000, 'expected at most 1,000 characters');

/** Strict: a field that would be ignored is refused. */
const manifestSchema = z.strictObject(
  {
    precision: z.enum(['fp32', 'int8'], 'expected "fp32" or "int8"').optional(),
    one_text_a_run: z.boolean('expected true or false').optional(),
    languages: z
      .array(
        z
          .string()
          .max(35)
          .regex(/^(?:\*|[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3})$/, 'expected a language tag such as "en", or "*"'),
        'expected an array of language tags',
      )
      .min(1, 'expected at least one language tag')
      .max(1000, 'expected at most 1,000 language tags')
      .optional(),
    prefixes: z.strictObject({ query: prefix, document: prefix }, 'expected {"query": ..., "document": ...}').optional(),
  },
  'expected a JSON object',
);

/** Throws ConfigError with the field that is wrong. A folder without the file has a manifest in which nothing is known. */
export function readManifest(path: string): ModelManifest {
  const file = join(path, FILE);
  if (!existsSync(file)) return { languages: null };
  const parsed = manifestSchema.safeParse(parseJson(readFileSync(file, 'utf8')));
  if (!parsed.success) throw invalid(describe(parsed.error.issues[0]));
  const { precision, one_text_a_run: oneTextARun, languages = null, prefixes } = parsed.data;
  return { precision, oneTextARun, languages, prefixes };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw Object.assign(invalid(': cannot be read as JSON'), { cause });
  }
}

function describe(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys') return ` (${[...issue.path, issue.keys[0]].join('.')}): is not a field of this file`;
  const field = issue && issue.path.length > 0 ? ` (${issue.path.join('.')})` : '';
  return `${field}: ${issue?.message ?? 'is invalid'}`;
}

const invalid = (message: string) => new ConfigError([{ path: 'EMBEDDING_MODEL', message: `${FILE}${message}` }]);
