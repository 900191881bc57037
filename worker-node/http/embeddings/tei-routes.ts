/** The protocol of text-embeddings-inference: `POST /embed`, `GET /info` (https://huggingface.github.io/text-embeddings-inference). */
import { Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../../src/kernel/core/errors.ts';
import { parseJson } from '../../../src/kernel/core/json.ts';
import type { ModelSet } from '../../embedder/models.ts';
import { embedInputs, UnusableInputError } from './embed-inputs.ts';

export interface TeiDependencies {
  readonly models: Pick<ModelSet, 'active'>;
  readonly version: string;
}

const MAX_INPUTS = 2048;
const text = z.string().min(1, 'must not be empty');

/** Names that models give their prompts, and the use that each stands for. */
const PROMPTS = { query: 'query', document: 'document', passage: 'document' } as const;

/** Strict: a field that would be ignored is refused. */
const requestSchema = z.strictObject({
  inputs: z.union([text, z.array(text).min(1).max(MAX_INPUTS)], `expected a text or up to ${MAX_INPUTS} texts, each non-empty`),
  normalize: z.literal(true, 'must be true: vectors are always normalised').nullish(),
  /** False refuses a text that is longer than the model reads. By default it is cut, as `auto_truncate` of /info says. */
  truncate: z.boolean('expected true or false').nullish(),
  truncation_direction: z.literal(['right', 'Right'], 'must be "right": a text is cut at its end').nullish(),
  prompt_name: z.enum(Object.keys(PROMPTS) as (keyof typeof PROMPTS)[], 'expected "query", "document" or "passage"').nullish(),
  dimensions: z.int('expected a whole number').min(1, 'expected at least 1').nullish(),
});

/** Status and `error_type` of the protocol, by error code. */
const ERRORS = {
  invalid_input: [422, 'Validation'],
  rate_limited: [429, 'Overloaded'],
  unavailable: [503, 'Unhealthy'],
} as const;

export function createTeiRoutes({ models, version }: TeiDependencies): Hono {
  const app = new Hono();

  app.get('/info', (c) => {
    const { model, description } = models.active();
    return c.json({
      model_id: model,
      model_type: { embedding: { pooling: description.pooling } },
      max_input_length: description.maxTokens,
      max_batch_tokens: description.oneTextARun ? description.maxTokens : description.tokenBudget,
      max_client_batch_size: MAX_INPUTS,
      auto_truncate: true,
      version,
    });
  });

  app.post('/embed', async (c) => {
    const body = requestSchema.safeParse(parseJson(new Uint8Array(await c.req.arrayBuffer())));
    if (!body.success) return c.json({ error: describe(body.error.issues[0]), error_type: 'Validation' }, 422);
    const { inputs, truncate, prompt_name: prompt, dimensions } = body.data;
    try {
      const { vectors } = await embedInputs(models.active(), typeof inputs === 'string' ? [inputs] : inputs, {
        priority: 'bulk',
        kind: PROMPTS[prompt ?? 'document'],
        long: truncate === false ? 'refuse' : 'cut',
        dimensions: dimensions ?? undefined,
        signal: c.req.raw.signal,
      });
      return c.json(vectors.map((vector) => Array.from(vector)));
    } catch (error) {
      if (error instanceof UnusableInputError) {
        const { reason, index, message } = error;
        const where = index === undefined ? 'dimensions' : `inputs.${index}`;
        return c.json({ error: `${where}: ${message}`, error_type: 'Validation' }, reason === 'too_long' ? 413 : 422);
      }
      const known = error instanceof AppError ? ERRORS[error.code as keyof typeof ERRORS] : undefined;
      if (!(error instanceof AppError) || !known) throw error;
      if (error.retryAfter !== undefined) c.header('Retry-After', String(Math.max(1, Math.ceil(error.retryAfter))));
      return c.json({ error: error.detail, error_type: known[1] }, known[0]);
    }
  });

  return app;
}

function describe(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys') return `${issue.keys[0]?.slice(0, 100)}: is not a field of this request`;
  return issue && issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : 'expected a JSON object';
}
