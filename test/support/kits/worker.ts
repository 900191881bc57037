/** The worker's HTTP app with the built-in model loaded, and no jobs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createMetrics } from '../../../src/adapters/metrics.ts';
import { resolveModel } from '../../../src/adapters/model-folder.ts';
import { Secret } from '../../../src/kernel/core/secret.ts';
import { createSignatureVerifier } from '../../../src/kernel/worker-client/signatures.ts';
import type { CreateResourceContext } from '../../../src/services/resources/create-resource.ts';
import { createEmbedder } from '../../../worker-node/embedder/embedder.ts';
import { forkInference } from '../../../worker-node/embedder/fork-inference.ts';
import { loadModel } from '../../../worker-node/embedder/model.ts';
import { createWorkerApp } from '../../../worker-node/http/app.ts';
import { memoryLog, randomIds } from '../fakes/doubles.ts';
import { systemClock as clock } from './store.ts';

export const WORKER = {
  url: 'http://worker.test',
  signingKeys: { current: new Secret('a signing key of more than thirty-two bytes') },
};
export const WORKER_MASTER_KEY = 'sk-the-master-key-of-the-worker';

export async function createTestWorker() {
  const log = memoryLog();
  const model = await loadModel(resolveModel({ model: 'pharos-static-192' }));
  const embedder = createEmbedder({
    model,
    start: forkInference,
    log,
    clock,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  });
  const app = createWorkerApp({
    apiKeys: { resolve: async () => undefined },
    config: {
      testMode: false,
      publicUrl: 'http://pharos.test',
      cors: { origins: [] },
      worker: WORKER,
      auth: { masterKey: new Secret(WORKER_MASTER_KEY) },
    },
    // Nobody uploads here.
    library: {} as CreateResourceContext,
    mailer: null,
    embedder,
    model,
    jobs: {
      accept: () => 'stopping',
      run: async () => 'stopping',
      drain: async () => {},
      state: () => ({ running: 0, queued: 0, stopping: false }),
    },
    verifySignature: createSignatureVerifier({ keys: WORKER.signingKeys, clock }),
    metrics: createMetrics(),
    log,
    clock,
    ids: randomIds,
    version: '0',
  });
  return { embedder, app, log };
}

export type TestWorker = Awaited<ReturnType<typeof createTestWorker>>;
