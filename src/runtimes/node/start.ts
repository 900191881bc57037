/** Starts Pharos on Node: worker, database, services, server and periodic work; stops them in order. */
import { uuidv7 } from 'uuidv7';
import { createBackground } from '../../adapters/background.ts';
import { startHttpServer } from '../../adapters/http-server.ts';
import { startInterval } from '../../adapters/interval.ts';
import { createKeepAliveFetch } from '../../adapters/keep-alive-fetch.ts';
import { createMailer } from '../../adapters/mailer.ts';
import { createMetrics } from '../../adapters/metrics.ts';
import { openDatabase, prepareDatabase } from '../../adapters/open-database.ts';
import { openPublisher } from '../../adapters/open-publisher.ts';
import { openStores } from '../../adapters/open-stores.ts';
import { createPasswordHasher } from '../../adapters/passwords.ts';
import { createProcessLog } from '../../adapters/process-log.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { createApp } from '../../app.ts';
import { createContext } from '../../context.ts';
import type { Log } from '../../kernel/core/log.ts';
import { hasAccounts } from '../../kernel/db/users.ts';
import { VERSION } from '../../routes/version.ts';
import { WRITE_MS } from '../../services/system/statistics.ts';
import { banner } from './banner.ts';
import type { Configuration } from './configuration.ts';
import { startMaintenance } from './maintenance.ts';
import { nodeRuntime } from './runtime.ts';
import { startWorkerProcess } from './worker-process.ts';
import { workerReady } from './worker-ready.ts';

const SWEEP_MS = 1000;
/** Milliseconds until a revocation by the command line takes effect. */
const CATCH_UP_MS = 1000;
/** Milliseconds that a shutdown waits for responses in flight and the worker's jobs, and again for background work. */
const GRACE_MS = 15_000;

export interface Running {
  readonly log: Log;
  /** Finishes the work in progress and closes everything. */
  stop(): Promise<void>;
  /** Kills the worker process. */
  kill(): void;
}

/** Rejects with an Error whose message says what to change; nothing is left running then. */
export async function start({ config, env }: Configuration): Promise<Running> {
  const startedAt = performance.now();
  const log = createProcessLog(config, 'api');
  const metrics = createMetrics({ process: true });
  const database = await openDatabase(config, { metrics, sqliteThread: 'writes' });
  const shutdown = new AbortController();
  const { kv, rateLimitStore } = openStores(config, { clock, log });
  const background = createBackground({ log });
  // Loads its modules and its model while this process migrates the database and begins to listen.
  const worker = config.worker.external ? undefined : startWorkerProcess({ env, log });
  let isWorkerStarting = worker !== undefined;
  try {
    await prepareDatabase(database, config, (notice) => log.warning('database', { warning: notice }));
    for (const warning of await database.warnings()) log.warning('database', { warning });
    const publisher = openPublisher(config, clock);
    const services = createContext(
      config,
      {
        db: database.db,
        chunkIndex: database.chunkIndex,
        pingDatabase: database.ping,
        kv,
        rateLimitStore,
        log,
        metrics,
        clock,
        ids: { next: uuidv7 },
        fetch: (input, init) => fetch(input, init),
        searchFetch: createKeepAliveFetch(),
        background,
        endOfTurn: (work) => setImmediate(work),
        passwords: createPasswordHasher(),
        mailer: createMailer(config, (text) => process.stdout.write(text)),
        shutdown: shutdown.signal,
        isWorkerStarting: () => isWorkerStarting,
      },
      publisher ? { publisher } : {},
    );
    await services.accessTokens.publicKeys().catch((cause: unknown) => {
      throw new Error(`JWT_PRIVATE_KEY: expected a PKCS #8 private key for ${config.auth.algorithm}`, { cause });
    });
    if (config.kv.kind === 'memory') await services.revocations.fillFromDatabase();
    const server = await startHttpServer(createApp(services, nodeRuntime()), config);
    const sweep = startInterval(SWEEP_MS, () => services.relay.sweep());
    const housekeeping = startMaintenance(services, database.maintain);
    const statistics = startInterval(WRITE_MS, async () => {
      await services.statistics.sampleQueue().catch(services.writeHealth.failed);
      await services.statistics.write().catch(services.writeHealth.failed);
    });
    // With a shared store every process reads revocations from it; the memory of this one has to be told.
    const catchUp = startInterval(CATCH_UP_MS, async () => {
      if (config.kv.kind === 'memory') await services.revocations.syncFromDatabase().catch(() => undefined);
    });
    const isFirstRun = !(await hasAccounts(database.db));
    process.stdout.write(banner({ config, version: VERSION, database: database.place, isFirstRun }));
    if (isFirstRun) log.info('no account exists yet');
    log.info('started', { version: VERSION, port: config.port, database: database.place });
    const untilReady = worker ? workerReady(config.worker.url, { fetch, signal: shutdown.signal }) : Promise.resolve(true);
    void untilReady.then((isReady) => {
      isWorkerStarting = false;
      if (!isReady) return;
      const ms = Math.round(performance.now() - startedAt);
      log.info('ready', { page: `${config.publicUrl}/`, worker: config.worker.url, database: database.place, ms });
    });

    return {
      log,
      kill: () => worker?.kill(),
      stop: async () => {
        log.info('stopping');
        shutdown.abort();
        await Promise.all([
          server.close(GRACE_MS),
          worker?.stop(GRACE_MS),
          sweep.stop(),
          catchUp.stop(),
          housekeeping.stop(),
          statistics.stop(),
        ]);
        await services.statistics.write().catch((error: unknown) => log.warning('statistics were lost', { error }));
        const left = await background.drain(GRACE_MS);
        if (left > 0) log.warning('background work was cut off', { pieces: left });
        await kv.close();
        await database.close();
        log.info('stopped');
      },
    };
  } catch (error) {
    worker?.kill();
    await kv.close();
    await database.close();
    throw error;
  }
}
