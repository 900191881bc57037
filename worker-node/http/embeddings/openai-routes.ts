/** OpenAI's protocol: `POST /embeddings` and `GET /models`, to be mounted at `/v1` (https://platform.openai.com/docs/api-reference). */
import { type Context, Hono } from 'hono';
import type { Clock } from '../../../src/kernel/core/ports.ts';
import type { Embedder, EmbedInput } from '../../embedder/embedder.ts';
import { OpenAIError } from '../openai-error.ts';
import { type EmbeddingRequest, parseEmbeddingRequest } from './embedding-request.ts';

export interface OpenAIDependencies {
  readonly embedder: Embedder;
  readonly clock: Clock;
}

export function createOpenAIRoutes({ embedder, clock }: OpenAIDependencies): Hono {
  const app = new Hono();
  const created = Math.floor(clock.now() / 1000);
  const card = { id: embedder.model, object: 'model', created, owned_by: 'pharos' } as const;

  app.post('/embeddings', async (c) => {
    const request = parseEmbeddingRequest(await c.req.text());
    if (request.model !== undefined) requireModel(request.model);
    const vectors = await embedder.embed(request.inputs, {
      priority: request.kind === 'query' ? 'interactive' : 'bulk',
      kind: request.kind,
      signal: c.req.raw.signal,
    });
    const tokens = request.inputs.reduce((sum, input) => sum + countTokens(input), 0);
    return c.json({
      object: 'list',
      data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector, request) })),
      model: embedder.model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
  });

  app.get('/models', (c) => c.json({ object: 'list', data: [card] }));
  // A model's name may contain slashes.
  app.get('/models/:id{.+}', (c: Context<object, '/models/:id{.+}'>) => {
    requireModel(c.req.param('id'));
    return c.json(card);
  });

  function requireModel(name: string): void {
    if (name === embedder.model) return;
    throw new OpenAIError(404, `The model \`${name}\` does not exist here; this is \`${embedder.model}\``, {
      param: 'model',
      code: 'model_not_found',
    });
  }

  const countTokens = (input: EmbedInput) => (typeof input === 'string' ? embedder.countTokens(input) : input.length);

  return app;
}

function encode(vector: Float32Array, { format, dimensions }: EmbeddingRequest): string | number[] {
  const embedding = dimensions === undefined ? vector : truncate(vector, dimensions);
  const { buffer, byteOffset, byteLength } = embedding;
  return format === 'float' ? Array.from(embedding) : Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** The first `dimensions` components, normalised to length 1. Throws OpenAIError 400 for more than the model has. */
function truncate(vector: Float32Array, dimensions: number): Float32Array {
  if (dimensions > vector.length) {
    throw new OpenAIError(400, `dimensions: this model has ${vector.length}`, { param: 'dimensions' });
  }
  const start = vector.slice(0, dimensions);
  const norm = Math.hypot(...start);
  return norm === 0 ? start : start.map((value) => value / norm);
}
