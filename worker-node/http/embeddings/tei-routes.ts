/** The protocol of text-embeddings-inference: `POST /embed`, `GET /info` (https://huggingface.github.io/text-embeddings-inference). */
import { Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../../src/kernel/core/errors.ts';
import type { Embedder } from '../../embedder/embedder.ts';
import type { Model } from '../../embedder/model.ts';

export interface TeiDependencies {
  readonly embedder: Embedder;
  readonly model: Pick<Model, 'maxTokens' | 'tokenBudget' | 'pooling'>;
  readonly version: string;
}

const MAX_INPUTS = 2048;
const text = z.string().min(1, 'must not be empty');

const requestSchema = z.object({
  inputs: z.union([text, z.array(text).min(1).max(MAX_INPUTS)], `expected a text or up to ${MAX_INPUTS} texts, each non-empty`),
  normalize: z.literal(true, 'must be true: vectors are always normalised').optional(),
  /** Accepted and ignored: a text that is too long is always cut from the right. */
  truncate: z.boolean('expected true or false').nullish(),
});

/** Status and `error_type` of the protocol, by error code. */
const ERRORS = {
  invalid_input: [422, 'Validation'],
  rate_limited: [429, 'Overloaded'],
  unavailable: [503, 'Unhealthy'],
} as const;

export function createTeiRoutes({ embedder, model, version }: TeiDependencies): Hono {
  const app = new Hono();

  app.get('/info', (c) =>
    c.json({
      model_id: embedder.model,
      model_type: { embedding: { pooling: model.pooling } },
      max_input_length: model.maxTokens,
      max_batch_tokens: model.tokenBudget,
      max_client_batch_size: MAX_INPUTS,
      auto_truncate: true,
      version,
    }),
  );

  app.post('/embed', async (c) => {
    const body = requestSchema.safeParse(await c.req.json().catch(() => undefined));
    if (!body.success) {
      const { path = [], message = '' } = body.error.issues[0] ?? {};
      return c.json(
        { error: path.length > 0 ? `${path.join('.')}: ${message}` : 'expected a JSON object', error_type: 'Validation' },
        422,
      );
    }
    const inputs = typeof body.data.inputs === 'string' ? [body.data.inputs] : body.data.inputs;
    try {
      const vectors = await embedder.embed(inputs, { priority: 'bulk', kind: 'document', signal: c.req.raw.signal });
      return c.json(vectors.map((vector) => Array.from(vector)));
    } catch (error) {
      const known = error instanceof AppError ? ERRORS[error.code as keyof typeof ERRORS] : undefined;
      if (!(error instanceof AppError) || !known) throw error;
      if (error.retryAfter !== undefined) c.header('Retry-After', String(Math.max(1, Math.ceil(error.retryAfter))));
      return c.json({ error: error.detail, error_type: known[1] }, known[0]);
    }
  });

  return app;
}
