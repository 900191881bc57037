/** Puts Pharos on Node together: database, services, server, worker, housekeeping; and takes it apart in the same order. */
import { uuidv7 } from 'uuidv7';
import { createBackground } from '../../adapters/background.ts';
import { startHttpServer } from '../../adapters/http-server.ts';
import { startInterval } from '../../adapters/interval.ts';
import { createLog } from '../../adapters/log.ts';
import { createMailer } from '../../adapters/mailer.ts';
import { createMetrics } from '../../adapters/metrics.ts';
import { openDatabase, prepareDatabase } from '../../adapters/open-database.ts';
import { openPublisher } from '../../adapters/open-publisher.ts';
import { openStores } from '../../adapters/open-stores.ts';
import { createPasswordHasher } from '../../adapters/passwords.ts';
import { createApp } from '../../app.ts';
import { createContext } from '../../context.ts';
import type { Log } from '../../kernel/core/log.ts';
import type { Clock } from '../../kernel/core/ports.ts';
import { VERSION } from '../../routes/version.ts';
import { banner } from './banner.ts';
import type { Configuration } from './configuration.ts';
import { startMaintenance } from './maintenance.ts';
import { nodeRuntime } from './runtime.ts';
import { startWorkerProcess } from './worker-process.ts';

const SWEEP_MS = 1000;
/** How long what the command line revokes may go unnoticed. */
const CATCH_UP_MS = 1000;
/** How long a shutdown waits for answers in flight, for the worker's job, and for background work. */
const GRACE_MS = 15_000;

const clock: Clock = { now: () => Date.now() };

export interface Running {
  readonly log: Log;
  /** Finishes what is under way and closes everything. */
  stop(): Promise<void>;
  /** Leaves nothing behind that would outlive this process. */
  kill(): void;
}

/** Rejects with an Error whose message is meant for the person who started it; nothing is left running then. */
export async function start({ config, env }: Configuration): Promise<Running> {
  const log = createLog({
    level: config.logLevel,
    write: (line) => process.stdout.write(line),
    fields: { service: 'api' },
  });
  const metrics = createMetrics({ process: true });
  const database = await openDatabase(config, metrics);
  const shutdown = new AbortController();
  const { kv, rateLimitStore } = openStores(config, { clock, log });
  const background = createBackground({ log });
  try {
    await prepareDatabase(database, config);
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
        background,
        endOfTurn: (work) => setImmediate(work),
        passwords: createPasswordHasher(),
        mailer: createMailer(config, (text) => process.stdout.write(text)),
        shutdown: shutdown.signal,
      },
      publisher ? { publisher } : {},
    );
    await services.accessTokens.publicKeys().catch((cause: unknown) => {
      throw new Error(`JWT_PRIVATE_KEY: expected a PKCS #8 private key for ${config.auth.algorithm}`, { cause });
    });
    const server = await startHttpServer(createApp(services, nodeRuntime()), config);
    const worker = config.worker.external ? undefined : startWorkerProcess({ env, log });
    const sweep = startInterval(SWEEP_MS, () => services.relay.sweep());
    const housekeeping = startMaintenance(services, database.maintain);
    // A shared store hears of every revocation by itself.
    const catchUp = startInterval(CATCH_UP_MS, async () => {
      if (config.kv.kind === 'memory') await services.revocations.syncFromDatabase().catch(() => undefined);
    });
    process.stdout.write(banner({ config, version: VERSION, database: database.place }));
    log.info('started', { version: VERSION, port: config.port, database: database.place });

    return {
      log,
      kill: () => worker?.kill(),
      stop: async () => {
        log.info('stopping');
        shutdown.abort();
        await Promise.all([server.close(GRACE_MS), worker?.stop(GRACE_MS), sweep.stop(), catchUp.stop(), housekeeping.stop()]);
        const left = await background.drain(GRACE_MS);
        if (left > 0) log.warning('background work was cut off', { pieces: left });
        await kv.close();
        await database.close();
        log.info('stopped');
      },
    };
  } catch (error) {
    await kv.close();
    await database.close();
    throw error;
  }
}
