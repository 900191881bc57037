/** OpenAI's client, LangChain's and text-embeddings-inference's protocol against the worker over a socket. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { OpenAIEmbeddings } from '@langchain/openai';
import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError } from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestWorker, WORKER_MASTER_KEY as KEY, type TestWorker } from '../support/kits/worker.ts';

/** The name without its digest is accepted too. */
const NAME = 'pharos-static-192';

let worker: TestWorker;
let MODEL: string;
let server: Server;
let baseURL: string;
beforeAll(async () => {
  worker = await createTestWorker();
  MODEL = worker.embedder.model;
  server = createAdaptorServer({ fetch: worker.app.fetch }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await worker.embedder.close();
});

const client = (apiKey = KEY) => new OpenAI({ apiKey, baseURL, maxRetries: 0 });
const norm = (vector: readonly number[]) => Math.hypot(...vector);

describe('OpenAI client', () => {
  test('OpenAI client: a text gets a normalised vector, in base64, which the client requests by default', async () => {
    const { data, model, usage, object } = await client().embeddings.create({ model: NAME, input: 'How do glaciers move?' });
    expect({ object, model }).toEqual({ object: 'list', model: MODEL });
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ object: 'embedding', index: 0 });
    expect(data[0]?.embedding).toHaveLength(192);
    expect(norm(data[0]?.embedding ?? [])).toBeCloseTo(1, 5);
    expect(usage.prompt_tokens).toBeGreaterThan(0);
    expect(usage.total_tokens).toBe(usage.prompt_tokens);
  });

  test('OpenAI client: floats and base64 hold the same vectors, in the order of the texts', async () => {
    const input = ['ice', 'bread', 'ice'];
    const packed = await client().embeddings.create({ model: MODEL, input });
    const plain = await client().embeddings.create({ model: MODEL, input, encoding_format: 'float', user: 'ada' });
    expect(plain.data.map(({ index }) => index)).toEqual([0, 1, 2]);
    packed.data.forEach(({ embedding }, i) => {
      for (const [at, value] of embedding.entries()) expect(plain.data[i]?.embedding[at]).toBeCloseTo(value, 6);
    });
    expect(plain.data[0]?.embedding).toEqual(plain.data[2]?.embedding);
  });

  test('OpenAI client: token arrays and fewer dimensions are supported', async () => {
    const tokens = await client().embeddings.create({ model: MODEL, input: [[1, 2, 3], [4]], encoding_format: 'float' });
    expect(tokens.data).toHaveLength(2);
    expect(tokens.usage.prompt_tokens).toBe(4);
    const one = await client().embeddings.create({ model: MODEL, input: [1, 2, 3], encoding_format: 'float' });
    expect(one.data[0]?.embedding).toEqual(tokens.data[0]?.embedding);
    const short = await client().embeddings.create({ model: MODEL, input: 'ice', dimensions: 64 });
    expect(short.data[0]?.embedding).toHaveLength(64);
    expect(norm(short.data[0]?.embedding ?? [])).toBeCloseTo(1, 5);
  });

  test('OpenAI client: the model is listed and found by name', async () => {
    const listed = [];
    for await (const model of client().models.list()) listed.push(model.id);
    expect(listed).toEqual([MODEL]);
    expect(await client().models.retrieve(MODEL)).toMatchObject({ id: MODEL, object: 'model', owned_by: 'pharos' });
  });

  test('OpenAI client: error responses become its own error classes', async () => {
    await expect(client('sk-wrong').embeddings.create({ model: MODEL, input: 'x' })).rejects.toThrow(AuthenticationError);
    await expect(client().embeddings.create({ model: 'gpt-17', input: 'x' })).rejects.toThrow(NotFoundError);
    await expect(client().embeddings.create({ model: MODEL, input: '' })).rejects.toThrow(BadRequestError);
    const tooMany = client().embeddings.create({ model: MODEL, input: 'x', dimensions: 1000 });
    await expect(tooMany).rejects.toMatchObject({ status: 400, param: 'dimensions', type: 'invalid_request_error' });
    await expect(tooMany).rejects.toBeInstanceOf(APIError);
  });
});

test('LangChain OpenAIEmbeddings: a question is closest to the document that answers it', async () => {
  const embeddings = new OpenAIEmbeddings({ apiKey: KEY, model: MODEL, configuration: { baseURL } });
  const documents = ['Glaciers are slow rivers of ice.', 'Sourdough bread rises overnight.', 'Choose a new password to log in.'];
  const vectors = await embeddings.embedDocuments(documents);
  const question = await embeddings.embedQuery('I cannot remember my login');
  const scores = vectors.map((vector) => vector.reduce((sum, value, i) => sum + value * (question[i] ?? 0), 0));
  expect(scores.indexOf(Math.max(...scores))).toBe(2);
});

test('text-embeddings-inference: /embed and /info follow its protocol', async () => {
  const origin = baseURL.replace(/\/v1$/, '');
  const headers = { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json' };
  const embed = async (body: unknown, more: Record<string, string> = {}) => {
    const response = await fetch(`${origin}/embed`, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  };
  const one = await embed({ inputs: 'ice' });
  expect(one.status).toBe(200);
  const [vector] = one.body as number[][];
  expect(vector).toHaveLength(192);
  expect(await embed({ inputs: ['ice', 'bread'], truncate: true, normalize: true })).toMatchObject({
    status: 200,
    body: [vector, expect.any(Array)],
  });
  expect(await embed({ inputs: [] })).toMatchObject({
    status: 422,
    body: { error_type: 'Validation', error: expect.stringContaining('inputs') },
  });
  expect(await embed({ inputs: 'ice', normalize: false })).toMatchObject({ status: 422, body: { error_type: 'Validation' } });
  expect(await embed({ inputs: 'ice' }, { Authorization: 'Bearer wrong' })).toMatchObject({ status: 401 });
  const info = await fetch(`${origin}/info`, { headers });
  expect(await info.json()).toMatchObject({ model_id: MODEL, model_type: { embedding: { pooling: 'mean' } } });
});
