import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createQueryEmbedder } from '../../src/kernel/embedding.ts';
import { createSignatureVerifier } from '../../src/kernel/jobs/signatures.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { createMetrics } from '../../src/runtimes/drivers/metrics.ts';
import { resolveModel } from '../../src/runtimes/drivers/model-folder.ts';
import { createEmbedder, type Embedder } from '../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../../worker-node/embedder/model.ts';
import { createWorkerApp } from '../../worker-node/server.ts';
import { memoryLog, randomIds } from '../support/doubles.ts';
import golden from '../support/golden.ts';

const clock = { now: () => Date.now() };
const log = memoryLog();
const signingKeys = { current: new Secret('a signing key of more than thirty-two bytes') };
const worker = { url: 'http://worker.test', signingKeys };
const model = await loadModel(resolveModel({ model: 'pharos-static-192' }));

function open() {
  const embedder = createEmbedder({
    model,
    start: forkInference,
    log,
    clock,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  });
  const app = createWorkerApp({
    config: { testMode: false, worker, auth: { masterKey: new Secret('sk-master') } },
    embedder,
    model,
    jobs: {
      accept: () => 'stopping',
      run: async () => 'stopping',
      drain: async () => {},
      state: () => ({ running: 0, queued: 0, stopping: false }),
    },
    verifySignature: createSignatureVerifier({ keys: signingKeys, clock }),
    metrics: createMetrics(),
    log,
    clock,
    ids: randomIds,
    version: '0',
  });
  return { embedder, app };
}

let embedder: Embedder;
let app: ReturnType<typeof createWorkerApp>;
beforeEach(() => {
  ({ embedder, app } = open());
});
afterEach(() => embedder.close());

test('health says loading until the model has loaded, then ok', async () => {
  expect((await app.request('/health')).status).toBe(503);
  await embedder.embed(['anything'], { priority: 'bulk', kind: 'document' });
  const response = await app.request('/health');
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ status: 'ok', model: { model: 'pharos-static-192', dimensions: 192 } });
});

test('the built-in model answers over HTTP with the vectors of its card', async () => {
  const texts = golden.texts.filter(({ text }) => text !== '');
  const response = await app.request('/v1/embeddings', {
    method: 'POST',
    headers: { Authorization: 'Bearer sk-master' },
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

test("the API's query embedder and the worker understand each other, signature included", async () => {
  const queries = createQueryEmbedder({
    config: { worker },
    fetch: async (input, init) => app.request(String(input), init),
    clock,
    ids: randomIds,
  });
  const text = 'How do I reset my password?';
  const [expected] = await embedder.embed([text], { priority: 'interactive', kind: 'query' });
  expect(await queries.embed(text)).toEqual({ model: 'pharos-static-192', vector: expected });
});
