import { expect, test } from 'vitest';
import { noMetrics } from '../../src/kernel/core/metrics.ts';
import { Secret } from '../../src/kernel/core/secret.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { createSignatureVerifier, signRequest } from '../../src/kernel/worker-client/signatures.ts';
import { createEmbedder } from '../../worker-node/embedder/embedder.ts';
import type { InferenceEvents, StartInference } from '../../worker-node/embedder/fork-inference.ts';
import type { ToInference } from '../../worker-node/embedder/infer-protocol.ts';
import { createWorkerApp } from '../../worker-node/http/app.ts';
import { createAuthentication } from '../../worker-node/http/authenticate.ts';
import { createRequestLimits } from '../../worker-node/http/limit-requests.ts';
import { createEmbeddingsRole } from '../../worker-node/roles/embeddings.ts';
import { manualClock, memoryLog, randomIds } from '../support/fakes/doubles.ts';
import { oneModel } from '../support/fakes/models.ts';

const key = new Secret('a signing key of more than thirty-two bytes');
const url = 'http://worker.test';
/** The first id of a question; documents have greater ones. */
const QUESTION = 7;

/** An inference process whose runs end when the test says so. */
function heldInference() {
  const runs: Extract<ToInference, { type: 'run' }>[] = [];
  let events: InferenceEvents | undefined;
  const start: StartInference = (given) => {
    events = given;
    return {
      pid: 1,
      send: (message) => {
        if (message.type === 'run') runs.push(message);
        else queueMicrotask(() => given.message({ type: 'loaded', dimensions: 2, memoryBefore: 1, memoryAfter: 1 }));
      },
      kill: () => queueMicrotask(() => given.exit('killed')),
    };
  };
  const end = (run: (typeof runs)[number]) =>
    events?.message({ type: 'vectors', id: run.id, vectors: Float32Array.from({ length: run.lengths.length * 2 }, () => 0.7) });
  return { runs, start, end };
}

/** Waits until `condition` holds. */
const until = (condition: () => boolean) => expect.poll(condition, { interval: 1, timeout: 60_000 }).toBe(true);

test("worker: a user's requests of 2,048 texts delay a signed question by the running batch alone", async () => {
  const clock = manualClock();
  const inference = heldInference();
  const model = {
    id: 'fake',
    aliases: [],
    onnxPath: 'model.onnx',
    tokeniser: {
      encode: () => ({ ids: Int32Array.of(QUESTION), truncated: false }),
      windows: () => [{ ids: Int32Array.of(QUESTION), weight: 1 }],
      size: 100_000,
    },
    prefixes: { query: '', document: '' },
    maxTokens: 50,
    tokenBudget: 64,
    oneTextARun: false,
    threads: 1,
    pooling: 'mean',
    padId: 0,
    fingerprint: '',
    verify: async () => {},
  } as const;
  const embedder = createEmbedder({ model, start: inference.start, log: memoryLog(), clock, sleep: async () => {} });
  const verifySignature = createSignatureVerifier({ keys: { current: key }, clock });
  const user = { userId: 'ada', tier: 'free', scopes: ['search'] } as unknown as Actor;
  const authenticate = createAuthentication({
    config: { testMode: false, worker: { url }, auth: {} },
    apiKeys: { resolve: async () => user },
    verifySignature,
  });
  const limitRequests = createRequestLimits({ countRequest: async () => undefined, clock });
  const app = createWorkerApp({
    roles: [createEmbeddingsRole({ authenticate, limitRequests, models: oneModel(embedder), clock, version: '0' })],
    authenticate,
    countAddress: async () => undefined,
    config: { trustedProxyHops: 0 },
    clock,
    metrics: noMetrics,
    log: memoryLog(),
    ids: randomIds,
  });
  const post = async (body: string, headers: Record<string, string>) =>
    app.request('/v1/embeddings', { method: 'POST', body, headers });

  const requests = [0, 1, 2].map((request) => {
    const input = Array.from({ length: 2048 }, (_, index) => [10_000 * (request + 1) + index, 9]);
    return post(JSON.stringify({ input, input_type: 'query' }), { 'X-API-Key': 'pharos_any' });
  });
  await until(() => inference.runs.length === 1 && embedder.state().waiting.bulk > 6_000);

  const body = JSON.stringify({ input: 'how?', input_type: 'query' });
  const signature = await signRequest({ key, url: `${url}/v1/embeddings`, body, clock, ids: randomIds });
  const question = post(body, { 'Upstash-Signature': signature });
  await until(() => embedder.state().waiting.interactive === 1);
  inference.end(inference.runs[0]!);
  await until(() => inference.runs.length === 2);
  expect([...inference.runs[1]!.ids]).toEqual([QUESTION]);
  inference.end(inference.runs[1]!);
  expect((await question).status).toBe(200);

  await embedder.close();
  expect((await Promise.all(requests)).map(({ status }) => status)).toEqual([503, 503, 503]);
});
