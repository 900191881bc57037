/** Builds the app once per isolate. Anything that holds sockets is opened per request (request-scope.ts). */
import { uuidv7 } from 'uuidv7';
import { createLog } from '../../adapters/log.ts';
import { openPublisher } from '../../adapters/open-publisher.ts';
import { openUpstash } from '../../adapters/open-upstash.ts';
import { createPasswordHasher } from '../../adapters/passwords.ts';
import { systemClock as clock } from '../../adapters/system-clock.ts';
import { noTurns } from '../../adapters/turns.ts';
import { createApp } from '../../app.ts';
import { createContext } from '../../context.ts';
import type { Config } from '../../kernel/config/config.ts';
import type { Log } from '../../kernel/core/log.ts';
import { noMetrics } from '../../kernel/core/metrics.ts';
import type { Background, Fetch } from '../../kernel/core/ports.ts';
import { deleteExpired } from '../../kernel/db/expired.ts';
import { createShardedPubSub } from '../../kernel/kv/pubsub-shards.ts';
import { createUpstashKeyValue } from '../../kernel/kv/upstash.ts';
import { createUpstashRateLimitStore } from '../../kernel/rate-limits/upstash-store.ts';
import { createHttpMailer } from '../../kernel/worker-client/mailer.ts';
import { type Bindings, parseBindings } from './bindings.ts';
import { type EdgeDatabase, edgeDatabase } from './database.ts';
import { planLimits } from './plan-limits.ts';
import { durableProgressChannels } from './progress-channels.ts';
import { createRequestScopes, lazy, type RequestScopes } from './request-scope.ts';
import { workersRuntime } from './runtime.ts';

export interface WorkersApp {
  fetch(request: Request, bindings: Bindings, context: ExecutionContext): Promise<Response>;
  /** Runs every minute: publishes due jobs, and deletes expired rows once an hour. */
  scheduled(at: Date, context: ExecutionContext): Promise<void>;
}

const ids = { next: uuidv7 };
const fetchNow: Fetch = (input, init) => fetch(input, init);

/** Throws ConfigError. */
export function createWorkersApp(bindings: Bindings): WorkersApp {
  const config = parseBindings(bindings);
  const log = createLog({ level: config.logLevel, write: (line) => console.log(line.trimEnd()), fields: { service: 'api' } });
  for (const limit of planLimits(config)) log.warning('limit of the Workers plan', { limit });

  const scopes = createRequestScopes(edgeDatabase(config, { pooled: bindings.HYPERDRIVE !== undefined }));
  const database = () => scopes.current();
  const background = createEdgeBackground(scopes, log);
  const publisher = openPublisher(config, clock);
  const redis = openUpstash(upstashOf(config));
  const services = createContext(
    config,
    {
      db: lazy(() => database().db),
      chunkIndex: lazy(() => database().chunkIndex),
      pingDatabase: () => database().ping(),
      kv: {
        ...createUpstashKeyValue({ redis }),
        ...createShardedPubSub(durableProgressChannels(bindings.PROGRESS_HUB), { log }),
      },
      rateLimitStore: createUpstashRateLimitStore({ redis }),
      log,
      metrics: noMetrics,
      clock,
      ids,
      fetch: fetchNow,
      background,
      isolatedRequests: true,
      passwords: createPasswordHasher(undefined, noTurns),
      mailer: createHttpMailer({ config, fetch: fetchNow, clock, ids }),
      // An isolate gets no signal before it ends.
      shutdown: new AbortController().signal,
    },
    publisher ? { publisher } : {},
  );
  const app = createApp(services, workersRuntime(bindings, config));

  return {
    fetch: (request, _, context) =>
      scopes.run(
        (promise) => context.waitUntil(promise),
        async () => app.fetch(request, bindings, context),
      ),
    scheduled: async (at, context) => {
      await scopes.run(
        (promise) => context.waitUntil(promise),
        async () => {
          await services.relay.sweep();
          if (at.getUTCMinutes() === 0) log.info('expired rows deleted', { ...(await deleteExpired(services.db, clock.now())) });
          // The jobs are counted here, because one invocation a minute is enough for all isolates.
          await services.statistics
            .sampleQueue()
            .then(() => services.statistics.write())
            .catch((error: unknown) => log.warning('statistics could not be written', { error }));
          return new Response(null);
        },
      );
    },
  };
}

function upstashOf({ kv }: Pick<Config, 'kv'>) {
  if (kv.kind !== 'upstash') throw new Error(`a store of kind ${kv.kind} cannot be reached from Workers`);
  // Commands of several requests in one call would make one request wait for another.
  return { url: kv.url, token: kv.token.reveal(), autoPipelining: false };
}

/** Work that outlives its response, in the scope of the request that started it. */
function createEdgeBackground(scopes: RequestScopes<EdgeDatabase>, log: Log): Background {
  return {
    run: (name, work) => {
      const done = Promise.resolve()
        .then(work)
        .then(
          () => undefined,
          (error: unknown) => log.error('background work failed', { work: name, error }),
        );
      scopes.keepOpenUntil(done);
    },
  };
}
