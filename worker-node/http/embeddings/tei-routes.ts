/** `POST /embed` as text-embeddings-inference answers it (https://huggingface.github.io/text-embeddings-inference). */
import { Hono } from 'hono';
import { z } from 'zod';
import { AppError } from '../../../src/kernel/core/errors.ts';
import type { Embedder } from '../../embedder/embedder.ts';

const MAX_INPUTS = 2048;
const text = z.string().min(1, 'must not be empty');

const requestSchema = z.object({
  inputs: z.union(
    [text, z.array(text).min(1).max(MAX_INPUTS)],
    `expected a text or up to ${MAX_INPUTS} texts, none of them empty`,
  ),
  normalize: z.literal(true, 'vectors here are always normalised').optional(),
  /** A text that is too long is always cut, from the right. */
  truncate: z.boolean('expected true or false').nullish(),
});

/** Their names for what went wrong, by ours. */
const ERRORS = {
  invalid_input: [422, 'Validation'],
  rate_limited: [429, 'Overloaded'],
  unavailable: [503, 'Unhealthy'],
} as const;

export function createTeiRoutes({ embedder }: { embedder: Embedder }): Hono {
  return new Hono().post('/embed', async (c) => {
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
}
