/** The body of `POST /v1/embeddings` (https://platform.openai.com/docs/api-reference/embeddings/create). */
import { z } from 'zod';
import { explainJsonError, parseJson } from '../../../src/kernel/core/json.ts';
import type { EmbedInput } from '../../embedder/embedder.ts';
import { OpenAIError } from '../openai-error.ts';

/** OpenAI's limit on the texts of one request. */
const MAX_INPUTS = 2048;

const tokens = z.array(z.int('expected token ids').min(0, 'expected token ids')).min(1, 'a token array must not be empty');
const text = z.string().min(1, 'a text must not be empty');
const input = z.union(
  [text, z.array(text).min(1).max(MAX_INPUTS), tokens, z.array(tokens).min(1).max(MAX_INPUTS)],
  `expected a text, up to ${MAX_INPUTS} texts, or arrays of token ids, each non-empty`,
);

/** Strict, as OpenAI's own service is: an argument that would be ignored is refused. */
const requestSchema = z.strictObject({
  input,
  model: z.string('expected a model name').optional(),
  encoding_format: z.enum(['float', 'base64'], 'expected "float" or "base64"').default('float'),
  dimensions: z.int('expected a whole number').min(1, 'expected at least 1').optional(),
  user: z.string('expected a text').optional(),
  /** An extension of Pharos: what the texts are used as, which selects the model's prefix. */
  input_type: z.enum(['query', 'document'], 'expected "query" or "document"').default('document'),
  /** An extension of Pharos: false refuses an input that is longer than the model reads. */
  truncate: z.boolean('expected true or false').default(true),
});

export interface EmbeddingRequest {
  readonly inputs: readonly EmbedInput[];
  readonly model: string | undefined;
  readonly format: 'float' | 'base64';
  readonly dimensions: number | undefined;
  readonly kind: 'query' | 'document';
  readonly truncate: boolean;
}

/** Throws OpenAIError 400 that names the first invalid field. */
export function parseEmbeddingRequest(body: Uint8Array): EmbeddingRequest {
  const result = requestSchema.safeParse(parseJson(body, notJson));
  if (!result.success) {
    const issue = result.error.issues[0];
    if (issue?.code === 'unrecognized_keys') {
      const [name = ''] = issue.keys;
      throw new OpenAIError(400, `Unrecognized request argument supplied: ${name.slice(0, 100)}`, { param: name.slice(0, 100) });
    }
    if (issue?.path[0] === undefined) throw new OpenAIError(400, 'The body must be a JSON object');
    throw new OpenAIError(400, `${issue.path.join('.')}: ${issue.message}`, { param: String(issue.path[0]) });
  }
  const { input, model, encoding_format: format, dimensions, input_type: kind, truncate } = result.data;
  return { inputs: toInputs(input), model, format, dimensions, kind, truncate };
}

const notJson = (cause: unknown) => new OpenAIError(400, explainJsonError(cause), { cause });

function toInputs(given: z.infer<typeof input>): readonly EmbedInput[] {
  if (typeof given === 'string') return [given];
  return isTokens(given) ? [given] : given;
}

const isTokens = (given: readonly (string | number | readonly number[])[]): given is number[] => typeof given[0] === 'number';
