import { afterEach, beforeEach, expect, test } from 'vitest';
import golden from '../support/kits/golden.ts';
import { createTestWorker, type TestWorker, WORKER_MASTER_KEY } from '../support/kits/worker.ts';

let embedder: TestWorker['embedder'];
let app: TestWorker['app'];
beforeEach(async () => {
  ({ embedder, app } = await createTestWorker());
});
afterEach(() => embedder.close());

test('worker health: 503 until the model has loaded, then ok', async () => {
  expect((await app.request('/health')).status).toBe(503);
  await embedder.embed(['anything'], { priority: 'bulk', kind: 'document' });
  const response = await app.request('/health');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ status: 'ok', model: { model: embedder.model, dimensions: 192 } });
});

test('POST /v1/embeddings: the built-in model gives the vectors of its golden file', async () => {
  const texts = golden.texts.filter(({ text }) => text !== '');
  const response = await app.request('/v1/embeddings', {
    method: 'POST',
    headers: { Authorization: `Bearer ${WORKER_MASTER_KEY}` },
    body: JSON.stringify({ input: texts.map(({ text }) => text), model: 'pharos-static-192' }),
  });
  const body = (await response.json()) as { data: { embedding: number[] }[]; usage: { prompt_tokens: number } };
  for (const [index, { sentence_embedding_head: head }] of texts.entries()) {
    const { embedding } = body.data[index]!;
    expect(embedding).toHaveLength(192);
    for (const [at, value] of head.entries()) expect(embedding[at]).toBeCloseTo(value, 5);
  }
  expect(body.usage.prompt_tokens).toBe(texts.reduce((sum, { input_ids }) => sum + input_ids.length, 0));
});

test.each([
  'a',
  'I',
  ' ',
  '?',
  '🦄',
])('POST /v1/embeddings: %j, of which the built-in model knows nothing, is 400', async (input) => {
  const headers = { Authorization: `Bearer ${WORKER_MASTER_KEY}` };
  const response = await app.request('/v1/embeddings', {
    method: 'POST',
    headers,
    body: JSON.stringify({ input: ['ice', input] }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param: 'input', message: expect.stringMatching(/^input\.1: /) } });
  const tei = await app.request('/embed', { method: 'POST', headers, body: JSON.stringify({ inputs: input }) });
  expect(tei.status).toBe(422);
});
