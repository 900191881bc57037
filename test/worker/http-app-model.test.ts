import { afterEach, beforeEach, expect, test } from 'vitest';
import { createQueryEmbedder } from '../../src/kernel/worker-client/query-embedder.ts';
import { randomIds } from '../support/fakes/doubles.ts';
import golden from '../support/kits/golden.ts';
import { systemClock as clock } from '../support/kits/store.ts';
import { createTestWorker, type TestWorker, WORKER, WORKER_MASTER_KEY } from '../support/kits/worker.ts';

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

test("query embedder: the API's signed request gets the vector of the worker's model", async () => {
  const queries = createQueryEmbedder({
    config: { worker: WORKER },
    fetch: async (input, init) => app.request(String(input), init),
    clock,
    ids: randomIds,
  });
  const text = 'How do I reset my password?';
  const [expected] = await embedder.embed([text], { priority: 'interactive', kind: 'query' });
  expect(await queries.embed(text)).toEqual({ model: embedder.model, vector: expected });
  // Of a question nothing is cut, whereas a client's text is unless it asks for more.
  const long = `${'How do I reset my password? '.repeat(2000)} glacier`;
  const [whole] = await embedder.embed([long], { priority: 'interactive', kind: 'query' });
  const { rows } = (await embedder.tokenise([long], { kind: 'query', whole: false }))[0]!;
  const [cut] = await embedder.embed(rows, { priority: 'interactive', kind: 'query' });
  expect((await queries.embed(long)).vector).toEqual(whole);
  expect(whole).not.toEqual(cut);
  // A question without a known word has no direction: search then goes by words alone, and is not degraded.
  expect(await queries.embed('?')).toEqual({ model: embedder.model, vector: new Float32Array(192) });
});
