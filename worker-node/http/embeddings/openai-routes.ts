/** OpenAI's protocol: `POST /embeddings` and `GET /models`, to be mounted at `/v1` (https://platform.openai.com/docs/api-reference). */
import { type Context, Hono } from 'hono';
import type { Clock } from '../../../src/kernel/core/ports.ts';
import type { Embedder } from '../../embedder/embedder.ts';
import type { ModelSet } from '../../embedder/models.ts';
import type { CallerEnv } from '../authenticate.ts';
import { OpenAIError } from '../openai-error.ts';
import { embedInputs, UnusableInputError, type UnusableReason } from './embed-inputs.ts';
import { type EmbeddingRequest, parseEmbeddingRequest } from './embedding-request.ts';

export interface OpenAIDependencies {
  readonly models: Pick<ModelSet, 'active' | 'questions'>;
  readonly clock: Clock;
}

export function createOpenAIRoutes({ models, clock }: OpenAIDependencies): Hono<CallerEnv> {
  const app = new Hono<CallerEnv>();
  const created = Math.floor(clock.now() / 1000);
  const cardOf = ({ model }: Embedder) => ({ id: model, object: 'model', created, owned_by: 'pharos' }) as const;

  app.post('/embeddings', async (c) => {
    const request = parseEmbeddingRequest(new Uint8Array(await c.req.arrayBuffer()));
    const { inputs, kind, truncate, dimensions } = request;
    // A person waits for the API's own questions, of which nothing is cut. A question without a known word has no direction,
    // which search takes as zeros.
    const isOwn = c.get('caller').kind === 'api';
    const isQuestion = isOwn && kind === 'query';
    const embedder = isQuestion ? models.questions() : models.active();
    if (request.model !== undefined) requireModel(embedder, request.model);
    const priority = isQuestion ? 'interactive' : 'bulk';
    const long = isOwn ? 'windows' : truncate ? 'cut' : 'refuse';
    const options = { priority, kind, long, dimensions, allowZeros: isOwn, signal: c.req.raw.signal } as const;
    const { vectors, tokens } = await embedInputs(embedder, inputs, options).catch(rethrowAsOpenAIError);
    return c.json({
      object: 'list',
      data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector, request.format) })),
      model: embedder.model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
  });

  app.get('/models', (c) => c.json({ object: 'list', data: [cardOf(models.active())] }));
  // A model's name may contain slashes.
  app.get('/models/:id{.+}', (c: Context<CallerEnv, '/models/:id{.+}'>) => {
    const active = models.active();
    requireModel(active, c.req.param('id'));
    return c.json(cardOf(active));
  });

  return app;
}

function requireModel({ model, description }: Embedder, name: string): void {
  if (name === model || description.aliases.includes(name)) return;
  throw new OpenAIError(404, `The model \`${name}\` does not exist here; this is \`${model}\``, {
    param: 'model',
    code: 'model_not_found',
  });
}

function encode(vector: Float32Array, format: EmbeddingRequest['format']): string | number[] {
  const { buffer, byteOffset, byteLength } = vector;
  return format === 'float' ? Array.from(vector) : Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

/** Codes of refused inputs: OpenAI's own where it has one. */
const CODES: Partial<Record<UnusableReason, string>> = {
  too_long: 'context_length_exceeded',
  no_known_token: 'no_known_token',
};

function rethrowAsOpenAIError(error: unknown): never {
  if (!(error instanceof UnusableInputError)) throw error;
  const { reason, index, message } = error;
  const code = CODES[reason];
  const where = index === undefined ? 'dimensions' : `input.${index}`;
  const param = index === undefined ? 'dimensions' : 'input';
  throw new OpenAIError(400, `${where}: ${message}`, { param, cause: error, ...(code === undefined ? {} : { code }) });
}
