/** What the roles of a worker share: settings, database, model and clients. The worker's composition root. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MiddlewareHandler } from 'hono';
import { uuidv7 } from 'uuidv7';
import manifest from '../package.json' with { type: 'json' };
import { createBackground } from '../src/adapters/background.ts';
import { createMailer } from '../src/adapters/mailer.ts';
import { createMetrics } from '../src/adapters/metrics.ts';
import { isUnchanged, listModelFolders, type ModelFolder, modelPlaces, resolveModel } from '../src/adapters/model-folder.ts';
import { type OpenDatabase, openDatabase } from '../src/adapters/open-database.ts';
import { openPublisher } from '../src/adapters/open-publisher.ts';
import { openStores } from '../src/adapters/open-stores.ts';
import { createProcessLog } from '../src/adapters/process-log.ts';
import { systemClock as clock } from '../src/adapters/system-clock.ts';
import { createApiKeys } from '../src/kernel/auth/api-keys.ts';
import type { Config } from '../src/kernel/config/config.ts';
import type { Log, LogFields } from '../src/kernel/core/log.ts';
import type { Mailer } from '../src/kernel/core/mail.ts';
import type { Metrics } from '../src/kernel/core/metrics.ts';
import type { Background, Clock, Ids } from '../src/kernel/core/ports.ts';
import type { Database } from '../src/kernel/db/types.ts';
import type { JobPublisher } from '../src/kernel/jobs/publisher.ts';
import { type CountAddress, createAddressLimits } from '../src/kernel/rate-limits/address-limits.ts';
import { createLimiter } from '../src/kernel/rate-limits/limiter.ts';
import { rateLimitPolicies } from '../src/kernel/rate-limits/tiers.ts';
import { type CountRequest, createUserLimits } from '../src/kernel/rate-limits/user-limits.ts';
import { createLimitsClient } from '../src/kernel/worker-client/limits-client.ts';
import { createProgressReporter, type ProgressReporter } from '../src/kernel/worker-client/progress-reporter.ts';
import { createSignatureVerifier, type VerifySignature } from '../src/kernel/worker-client/signatures.ts';
import { createEmbedder } from './embedder/embedder.ts';
import { type FollowedModels, followModels, type ModelUse } from './embedder/followed-models.ts';
import { forkInBackground, forkInference } from './embedder/fork-inference.ts';
import { loadModel, type Model } from './embedder/model.ts';
import type { ModelSet } from './embedder/models.ts';
import { type CallerEnv, createAuthentication } from './http/authenticate.ts';
import { createRequestLimits } from './http/limit-requests.ts';
import { type AddressPolicy, createAddressPolicy } from './ingest/fetch/address-policy.ts';
import { instrumentEmbedder, instrumentModels, observeBatches } from './instrumented.ts';
import { whenReachable } from './wait-for-server.ts';

export interface WorkerContext {
  readonly config: Config;
  readonly version: string;
  /** Sent with every request to a URL that a user named. */
  readonly userAgent: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly db: Database;
  readonly models: ModelSet;
  readonly background: Background;
  /** Reports progress to the API. */
  readonly progress: ProgressReporter;
  /** The queue of the configuration; undefined where jobs are posted to a worker. */
  readonly queue: JobPublisher | undefined;
  /** Null where no way to send mail is configured. */
  readonly mailer: Mailer | null;
  /** Which addresses may be connected to for a URL that a user named. */
  readonly addressPolicy: AddressPolicy;
  /** Checks the signature of a message from the API or QStash. Throws `unauthenticated`. */
  readonly verifySignature: VerifySignature;
  /** Middleware for the holders of the master key or of an API key, and for the API. */
  readonly authenticate: MiddlewareHandler<CallerEnv>;
  /** Middleware that counts a user's request under the limits of the user's tier. */
  readonly limitRequests: MiddlewareHandler<CallerEnv>;
  /** Counts a request without valid credentials by its address. */
  readonly countAddress: CountAddress;
  /** Milliseconds until the lease of a job lapses that is not renewed. */
  readonly leaseMs: number;
  /** Fires when the worker begins to stop. */
  readonly stopping: AbortSignal;
}

export interface OpenWorkerContext extends WorkerContext {
  readonly models: FollowedModels;
  readonly database: Pick<OpenDatabase, 'place' | 'ping'>;
  /** Fires `stopping`. */
  beginStop(): void;
  /** Waits for background work and progress reports, then closes the model and the database. */
  close(): Promise<void>;
}

/** Milliseconds that background work may take at shutdown. */
const BACKGROUND_MS = 2_000;

const { version } = manifest;
const ids: Ids = { next: uuidv7 };

/** Rejects with an Error whose message names the setting to change; nothing is left open then. */
export async function openWorkerContext(
  config: Config,
  { leaseMs, signal }: { leaseMs: number; signal?: AbortSignal | undefined },
): Promise<OpenWorkerContext> {
  const log = createProcessLog(config, 'worker');
  const metrics = createMetrics({ process: true });
  const addressPolicy = createAddressPolicy(config.ingest.allowAddresses);
  const mailer = createMailer(config, (text) => process.stdout.write(text));
  const target = await resolveModel(config.embedding, modelPlaces(config.dataDir));
  const database = await whenReachable(() => openDatabase(config, { metrics, sqliteThread: 'all' }), { log, signal });
  const { db } = database;
  const models = await openModels(config, target, { db, log, metrics });
  const background = createBackground({ log });
  const apiUrl = apiUrlOf(config);
  const progress = createProgressReporter({ config, fetch: (input, init) => fetch(input, init), clock, ids, log, apiUrl });
  const verifySignature = createSignatureVerifier({ keys: config.worker.signingKeys, clock });
  const apiKeys = createApiKeys({ db, clock, ids, background });
  const { kv, countRequest, countAddress } = openLimits(config, { log, apiUrl });
  const stopping = new AbortController();

  return {
    config,
    version,
    userAgent: `Pharos/${version} (+${config.publicUrl})`,
    log,
    metrics,
    clock,
    ids,
    db,
    database,
    models,
    background,
    progress,
    queue: openPublisher(config, clock),
    mailer,
    addressPolicy,
    verifySignature,
    authenticate: createAuthentication({ config, apiKeys, verifySignature }),
    limitRequests: createRequestLimits({ countRequest, clock }),
    countAddress,
    leaseMs,
    stopping: stopping.signal,
    beginStop: () => stopping.abort(),
    close: async () => {
      await background.drain(BACKGROUND_MS);
      await progress.flush();
      await models.close();
      await kv.close();
      await database.close();
    },
  };
}

/** Adds fields to every line. */
const withFields = (log: Log, more: LogFields): Log => ({
  debug: (message, fields) => log.debug(message, { ...fields, ...more }),
  info: (message, fields) => log.info(message, { ...fields, ...more }),
  warning: (message, fields) => log.warning(message, { ...fields, ...more }),
  error: (message, fields) => log.error(message, { ...fields, ...more }),
});

type ModelsContext = Pick<WorkerContext, 'db' | 'log' | 'metrics'>;

/** Settings of batches and threads are for every model, prefixes for the one that EMBEDDING_MODEL names. */
async function openModels(config: Config, target: ModelFolder, { db, log, metrics }: ModelsContext): Promise<FollowedModels> {
  const { tokenBudget, threads } = config.embedding;
  const observer = observeBatches(metrics);
  const open = (model: Model, use: ModelUse) =>
    instrumentEmbedder(
      createEmbedder({
        // A question is short: two threads would wait for each other longer than they compute.
        model: use === 'questions' ? { ...model, threads: 1 } : model,
        start: use === 'questions' ? forkInference : forkInBackground,
        log: withFields(log, { process: use }),
        clock,
        sleep: (ms, signal) => sleep(ms, undefined, { signal }),
        observer,
      }),
      metrics,
    );
  const models = await followModels({
    ...{ db, clock, log, target, open },
    listFolders: (paths) => listModelFolders(modelPlaces(config.dataDir), paths),
    isUnchanged,
    load: (folder) => loadModel(folder, folder.id === target.id ? config.embedding : { tokenBudget, threads }),
  });
  instrumentModels(models, metrics);
  return models;
}

/** An API that started this worker runs on this machine, so it is reached there whatever its public URL is. */
function apiUrlOf({ worker, publicUrl, host, port }: Config): string {
  if (worker.apiUrl !== undefined) return worker.apiUrl;
  if (worker.external) return publicUrl;
  const local = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  return `http://${local.includes(':') ? `[${local}]` : local}:${port}`;
}

/**
 * Counts in the store that the worker shares with the API. Where there is none, the API is asked to count users; refused
 * credentials count in this process.
 */
function openLimits(config: Config, { log, apiUrl }: { log: Log; apiUrl: string }) {
  const { kv, rateLimitStore } = openStores(config, { clock, log });
  const limiter = createLimiter({ rateLimitStore, clock, log });
  const rateLimits = rateLimitPolicies(config);
  const inStore: CountRequest = createUserLimits({ limiter, rateLimits });
  const countRequest =
    config.kv.kind === 'memory'
      ? createLimitsClient({ config, fetch: (input, init) => fetch(input, init), clock, ids, log, apiUrl, insurance: inStore })
      : inStore;
  return { kv, countRequest, countAddress: createAddressLimits({ limiter, rateLimits }) };
}
