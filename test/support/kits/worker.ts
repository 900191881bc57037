/** The worker's HTTP app with the `embeddings` role alone and the built-in model loaded. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createMetrics } from '../../../src/adapters/metrics.ts';
import { resolveModel } from '../../../src/adapters/model-folder.ts';
import { Secret } from '../../../src/kernel/core/secret.ts';
import type { Actor } from '../../../src/kernel/model/actor.ts';
import type { CountRequest } from '../../../src/kernel/rate-limits/user-limits.ts';
import { createSignatureVerifier } from '../../../src/kernel/worker-client/signatures.ts';
import { createEmbedder } from '../../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../../../worker-node/embedder/model.ts';
import { createWorkerApp } from '../../../worker-node/http/app.ts';
import { createAuthentication } from '../../../worker-node/http/authenticate.ts';
import { createRequestLimits } from '../../../worker-node/http/limit-requests.ts';
import { createEmbeddingsRole } from '../../../worker-node/roles/embeddings.ts';
import { memoryLog, randomIds } from '../fakes/doubles.ts';
import { oneModel } from '../fakes/models.ts';
import { systemClock as clock } from './store.ts';

export const WORKER = {
  url: 'http://worker.test',
  signingKeys: { current: new Secret('a signing key of more than thirty-two bytes') },
};
export const WORKER_MASTER_KEY = 'sk-the-master-key-of-the-worker';

export interface TestWorkerOptions {
  /** Users of personal API keys. */
  readonly keys?: Readonly<Record<string, Actor>>;
  /** Default: no limits. */
  readonly countRequest?: CountRequest;
}

export async function createTestWorker({ keys = {}, countRequest = async () => undefined }: TestWorkerOptions = {}) {
  const log = memoryLog();
  const model = await loadModel(await resolveModel({ model: 'pharos-static-192' }));
  const embedder = createEmbedder({
    model,
    start: forkInference,
    log,
    clock,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  });
  const authenticate = createAuthentication({
    config: { testMode: false, worker: WORKER, auth: { masterKey: new Secret(WORKER_MASTER_KEY) } },
    apiKeys: { resolve: async (key) => keys[key] },
    verifySignature: createSignatureVerifier({ keys: WORKER.signingKeys, clock }),
  });
  const limitRequests = createRequestLimits({ countRequest, clock });
  const app = createWorkerApp({
    roles: [createEmbeddingsRole({ authenticate, limitRequests, models: oneModel(embedder), clock, version: '0' })],
    authenticate,
    countAddress: async () => undefined,
    config: { trustedProxyHops: 0 },
    clock,
    metrics: createMetrics(),
    log,
    ids: randomIds,
  });
  return { embedder, app, log };
}

export type TestWorker = Awaited<ReturnType<typeof createTestWorker>>;
