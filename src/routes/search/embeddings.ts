/** /v1: the embedding model in OpenAI's protocol. The worker validates and responds; the caller is authenticated and counted here. */
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { StatusCode } from 'hono/utils/http-status';
import type { AppContext } from '../../services/context.ts';
import type { AppEnv } from '../env.ts';
import { rawBody } from '../middleware/raw-body.ts';
import { createRouter, defineRoute, describeOnly, json, problems } from '../router.ts';

const MAX_INPUTS = 2048;
const MAX_TEXT = 10_000_000;
/** No vocabulary is that large; the model's own is not known here. */
const MAX_TOKEN = 2_147_483_647;

const text = z.string().min(1).max(MAX_TEXT);
const tokens = z.array(z.int().min(0).max(MAX_TOKEN)).min(1).max(MAX_TEXT);

const requestSchema = z
  .strictObject({
    input: z.union([text, z.array(text).min(1).max(MAX_INPUTS), tokens, z.array(tokens).min(1).max(MAX_INPUTS)]),
    model: z.string().max(300).optional(),
    encoding_format: z.enum(['float', 'base64']).default('float'),
    dimensions: z.int().min(1).optional(),
    user: z.string().max(MAX_TEXT).optional(),
    input_type: z.enum(['query', 'document']).default('document').openapi({ description: "Selects the model's prefix" }),
    truncate: z.boolean().default(true).openapi({ description: 'False refuses an input that is longer than the model reads' }),
  })
  .openapi('EmbeddingRequest');

const embeddingsSchema = z
  .object({
    object: z.literal('list'),
    data: z.array(
      z.object({
        object: z.literal('embedding'),
        index: z.int(),
        embedding: z
          .union([z.array(z.number()), z.string()])
          .openapi({ description: 'Of length 1; in base64: little-endian float32' }),
      }),
    ),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .openapi('Embeddings');

const modelsSchema = z
  .object({
    object: z.literal('list'),
    data: z.array(z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })),
  })
  .openapi('Models');

const openAIError = (description: string) =>
  json(
    description,
    z
      .object({
        error: z.object({ message: z.string(), type: z.string(), param: z.string().nullable(), code: z.string().nullable() }),
        detail: z.string(),
      })
      .openapi('OpenAIError'),
  );

const embeddingsRoute = defineRoute({
  method: 'post',
  path: '/v1/embeddings',
  description:
    "OpenAI's protocol, so that its clients work with this server as their base URL. 400 names the first field that is not " +
    'valid, and the first text of which the model knows no word. Other errors are problem documents with an `error` as OpenAI has it.',
  request: { body: { required: true, content: { 'application/json': { schema: requestSchema } } } },
  responses: {
    200: json('A vector for each input, in order', embeddingsSchema),
    400: openAIError('A field is not valid'),
    404: openAIError('There is no such model here'),
    ...problems(413, 429, 503),
  },
});

const modelsRoute = defineRoute({
  method: 'get',
  path: '/v1/models',
  description: "OpenAI's protocol.",
  responses: { 200: json('The models', modelsSchema), ...problems(429, 503) },
});

export function createEmbeddingsRoutes({ embeddingsProxy }: Pick<AppContext, 'embeddingsProxy'>) {
  const router = createRouter();
  // Registered without validation: the worker validates, and says so in OpenAI's words.
  describeOnly(router, embeddingsRoute);
  router.post('/v1/embeddings', async (c) =>
    pass(c, await embeddingsProxy.embeddings({ ...requestOf(c), body: await rawBody(c) })),
  );
  describeOnly(router, modelsRoute);
  router.get('/v1/models', async (c) => pass(c, await embeddingsProxy.models(requestOf(c))));

  return router;
}

const requestOf = (c: Context<AppEnv>) => ({ userId: c.get('actor').userId, signal: c.req.raw.signal });

/** The worker's response as this one's, beside the headers that the middleware has set. */
const pass = (c: Context<AppEnv>, { body, status, headers }: Response): Response =>
  c.newResponse(body, status as StatusCode, Object.fromEntries(headers));
