/** Checks the service's dependencies, each within a deadline. Results are cached for 1 s. */

import type { Config } from '../../kernel/config/config.ts';
import { withDeadline } from '../../kernel/core/deadline.ts';
import { createFailureLog } from '../../kernel/core/failure-log.ts';
import type { Log } from '../../kernel/core/log.ts';
import type { Clock, Fetch } from '../../kernel/core/ports.ts';
import { isOutboxStalled } from '../../kernel/db/jobs.ts';
import type { Database } from '../../kernel/db/types.ts';
import type { KeyValue } from '../../kernel/kv/key-value.ts';
import { type WriteHealth, WritesRefusedError } from './write-health.ts';

/** One answer under both: the first is Pharos's name for it, the second the one that monitoring expects. */
export const HEALTH_PATHS = ['/monitoring/health', '/health'] as const;

export const HEALTH_PARTS = ['database', 'kv', 'queue', 'worker'] as const;
export type HealthPart = (typeof HEALTH_PARTS)[number];

export interface HealthCheck {
  readonly status: 'healthy' | 'unhealthy';
  /** Milliseconds, at most the deadline. */
  readonly latencyMs: number;
  /** Why it is unhealthy, where clients may know. */
  readonly reason?: string;
}

export interface Health {
  /** `unhealthy` when the database is down or takes no writes, `degraded` when anything else is. */
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly checks: Readonly<Record<HealthPart, HealthCheck>>;
}

const DEADLINE_MS = 1000;
const CACHED_MS = 1000;
/** The sweep publishes due jobs every second. If jobs were due this long and none was published, the queue accepts none. */
const QUEUE_STUCK_MS = 30_000;
const PROBE_KEY = 'health:probe';

export interface HealthDependencies {
  readonly db: Database;
  readonly pingDatabase: () => Promise<void>;
  readonly writeHealth: Pick<WriteHealth, 'check'>;
  readonly kv: KeyValue;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Pick<Config, 'worker'>;
  /** While true, a failed check of the worker is reported but not logged. Absent if the worker is started elsewhere. */
  readonly isWorkerStarting?: () => boolean;
}

/** Returns a function that never rejects. A failed check is logged once per outage; its error is not part of the result. */
export function createHealth({
  db,
  pingDatabase,
  writeHealth,
  kv,
  fetch,
  clock,
  log,
  config,
  isWorkerStarting,
}: HealthDependencies): () => Promise<Health> {
  const probes: Readonly<Record<HealthPart, (signal: AbortSignal) => Promise<void>>> = {
    database: async () => {
      await pingDatabase();
      await writeHealth.check();
    },
    kv: async () => {
      const written = String(clock.now());
      await kv.set(PROBE_KEY, written, { ttlMs: 60_000 });
      if ((await kv.get(PROBE_KEY)) === undefined) throw new Error('the store did not return the value just written');
    },
    queue: async () => {
      if (await isOutboxStalled(db, clock.now() - QUEUE_STUCK_MS)) throw new Error('due jobs are not being published');
    },
    worker: async (signal) => {
      const response = await fetch(`${config.worker.url}/health`, { signal });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the worker responded with status ${response.status}`);
    },
  };
  const failures = Object.fromEntries(HEALTH_PARTS.map((part) => [part, createFailureLog(log, `${part} (health check)`)]));

  async function probe(part: HealthPart): Promise<HealthCheck> {
    const started = clock.monotonic();
    const outcome = await withDeadline({ ms: DEADLINE_MS, subject: `the ${part} check` }, probes[part]).then(
      () => ({ status: 'healthy' as const }),
      (error: unknown) => {
        if (part !== 'worker' || !isWorkerStarting?.()) failures[part]?.failed(error);
        return { status: 'unhealthy' as const, ...(error instanceof WritesRefusedError ? { reason: error.message } : {}) };
      },
    );
    if (outcome.status === 'healthy') failures[part]?.worked();
    return { ...outcome, latencyMs: Math.min(DEADLINE_MS, Math.round(clock.monotonic() - started)) };
  }

  async function checkAll(): Promise<Health> {
    const [database, queue, kvStore, worker] = await Promise.all([
      probe('database'),
      probe('queue'),
      probe('kv'),
      probe('worker'),
    ]);
    const checks = { database, kv: kvStore, queue, worker };
    const failed = HEALTH_PARTS.filter((part) => checks[part].status === 'unhealthy');
    return { status: failed.includes('database') ? 'unhealthy' : failed.length > 0 ? 'degraded' : 'healthy', checks };
  }

  let current: Promise<Health> | undefined;
  let usableUntil = 0;

  return function health() {
    if (current && clock.monotonic() < usableUntil) return current;
    // Bounded, because on Workers a check never settles if the request that started it ends first.
    usableUntil = clock.monotonic() + 2 * DEADLINE_MS;
    const checking = checkAll().finally(() => {
      if (current === checking) usableUntil = clock.monotonic() + CACHED_MS;
    });
    current = checking;
    return checking;
  };
}
