/** Puts the worker together: database, model, stages, pipeline, server; and takes it apart in the same order. */
import { setTimeout as sleep } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import manifest from '../package.json' with { type: 'json' };
import { createBackground } from '../src/adapters/background.ts';
import { startHttpServer } from '../src/adapters/http-server.ts';
import { startInterval } from '../src/adapters/interval.ts';
import { createLog } from '../src/adapters/log.ts';
import { createMailer } from '../src/adapters/mailer.ts';
import { createMetrics } from '../src/adapters/metrics.ts';
import { modelPlaces, resolveModel } from '../src/adapters/model-folder.ts';
import { openDatabase } from '../src/adapters/open-database.ts';
import { openPublisher } from '../src/adapters/open-publisher.ts';
import { createApiKeys } from '../src/kernel/auth/api-keys.ts';
import type { Config } from '../src/kernel/config/config.ts';
import type { Log } from '../src/kernel/core/log.ts';
import type { Clock, Fetch, Ids } from '../src/kernel/core/ports.ts';
import { createRelay } from '../src/kernel/jobs/relay.ts';
import { createProgressReporter } from '../src/kernel/worker-client/progress-reporter.ts';
import { createSignatureVerifier } from '../src/kernel/worker-client/signatures.ts';
import type { CreateResourceContext } from '../src/services/resources/create-resource.ts';
import { createGuardedPost } from './callbacks/guarded-post.ts';
import { createCallbackSender } from './callbacks/sender.ts';
import { createEmbedder } from './embedder/embedder.ts';
import { forkInference } from './embedder/fork-inference.ts';
import { loadModel } from './embedder/model.ts';
import { createWorkerApp } from './http/app.ts';
import { createDocumentReader } from './ingest/document-reader.ts';
import { createAddressPolicy } from './ingest/fetch/address-policy.ts';
import { createGuardedFetch } from './ingest/fetch/guarded-fetch.ts';
import { instrumentEmbedder, instrumentPipeline, instrumentStages, observeBatches } from './instrumented.ts';
import { createJobHandler, LEASE_MS } from './pipeline/job-handler.ts';
import { createLocalPublisher } from './pipeline/local-publisher.ts';
import { createPipeline } from './pipeline/pipeline.ts';
import { waitForSchema } from './pipeline/wait-for-schema.ts';
import { createEmbeddingStage } from './stages/embedding.ts';
import { createGraphStage } from './stages/graph.ts';
import { createIngestionStage } from './stages/ingestion.ts';
import { createQualityStage } from './stages/quality.ts';
import { createTaxonomyStage } from './stages/taxonomy.ts';

/** How long a shutdown lets jobs finish before they are interrupted; whoever started the worker waits 15 seconds. */
const DRAIN_MS = 10_000;
/** And how long answers may take to go out after that. */
const ANSWERS_MS = 2_000;
/** How long a callback may wait in the outbox while nothing else does. */
const CALLBACKS_MS = 1_000;

const clock: Clock = { now: () => Date.now() };
const ids: Ids = { next: uuidv7 };
const fetchNow: Fetch = (input, init) => fetch(input, init);

const { version } = manifest;

export interface RunningWorker {
  readonly log: Log;
  /** Finishes or gives back what is under way and closes everything. */
  stop(): Promise<void>;
}

/** Rejects with an Error whose message is meant for the person who started it; nothing is left running then. */
export async function startWorker(config: Config, { leaseMs = LEASE_MS }: { leaseMs?: number } = {}): Promise<RunningWorker> {
  const redelivers = config.queue.kind === 'qstash';
  const log = createLog({
    level: config.logLevel,
    write: (line) => process.stdout.write(line),
    fields: { service: 'worker' },
  });
  const model = await loadModel(resolveModel(config.embedding, modelPlaces(config.dataDir)), config.embedding);
  const metrics = createMetrics({ process: true });
  const database = await openDatabase(config, metrics);
  const embedder = instrumentEmbedder(
    createEmbedder({
      model,
      start: forkInference,
      log,
      clock,
      sleep: (ms, signal) => sleep(ms, undefined, { signal }),
      observer: observeBatches(metrics),
    }),
    metrics,
  );
  const reader = createDocumentReader();
  try {
    await waitForSchema({ database, sleep });
    const { db } = database;
    const progress = createProgressReporter({ config, fetch: fetchNow, clock, ids, log, apiUrl: apiUrlOf(config) });
    const policy = createAddressPolicy(config.ingest.allowAddresses);
    const userAgent = `Pharos/${version} (+${config.publicUrl})`;
    const fetchPage = createGuardedFetch({ policy, clock, userAgent });
    const http = createGuardedPost({ policy, clock, userAgent });
    const runners = instrumentStages(
      {
        ingestion: createIngestionStage({ db, clock, ids, fetchPage, reader }),
        quality: createQualityStage({ db, clock }),
        taxonomy: createTaxonomyStage({ db, clock, embedder }),
        graph: createGraphStage({ db, clock, embedder }),
        embedding: createEmbeddingStage({ db, embedder }),
      },
      metrics,
    );
    const pipeline = instrumentPipeline(
      createPipeline({ db, clock, ids, log, progress, runners, redelivers, random: Math.random, leaseMs }),
      metrics,
    );
    const jobs = createJobHandler({ db, clock, ids, log, pipeline, leaseMs });
    const verifySignature = createSignatureVerifier({ keys: config.worker.signingKeys, clock });
    const stopping = new AbortController();
    const sender = createCallbackSender({ db, clock, log, http, random: Math.random, stop: stopping.signal });
    const background = createBackground({ log });
    const apiKeys = createApiKeys({ db, clock, ids, background });
    const library: CreateResourceContext = {
      db,
      clock,
      ids,
      progress: { begin: async (resourceId, stages) => progress.report({ resource_id: resourceId, stages }) },
      relay: createRelay({ db, clock, log, background, publisher: openPublisher(config, clock) ?? createLocalPublisher(jobs) }),
    };
    const app = createWorkerApp({
      apiKeys,
      config,
      embedder,
      model,
      jobs,
      library,
      mailer: createMailer(config, (text) => process.stdout.write(text)),
      verifySignature,
      metrics,
      log,
      clock,
      ids,
      version,
    });
    const server = await startHttpServer(app, { port: config.worker.port, host: config.host, portSetting: 'WORKER_PORT' });
    const callbacks = startInterval(CALLBACKS_MS, () => sender.sweep());
    log.info('worker started', { version, port: config.worker.port, model: model.id, database: database.place });

    return {
      log,
      stop: async () => {
        log.info('worker stopping', jobs.state());
        stopping.abort();
        const closed = server.close();
        await Promise.all([jobs.drain(DRAIN_MS), callbacks.stop()]);
        const impatient = setTimeout(server.cut, ANSWERS_MS);
        await closed;
        clearTimeout(impatient);
        await background.drain(ANSWERS_MS);
        await progress.flush();
        await Promise.all([reader.close(), embedder.close(), http.close()]);
        await database.close();
        log.info('worker stopped');
      },
    };
  } catch (error) {
    await Promise.all([reader.close(), embedder.close()]);
    await database.close();
    throw error;
  }
}

/** An API that started this worker is on this machine, whatever its public URL leads to. */
function apiUrlOf({ worker, publicUrl, host, port }: Config): string {
  if (worker.apiUrl !== undefined) return worker.apiUrl;
  if (worker.external) return publicUrl;
  const local = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  return `http://${local.includes(':') ? `[${local}]` : local}:${port}`;
}
