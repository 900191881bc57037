/** What every kit builds on: a migrated database, a store in memory, a clock moved by hand, and parts that record what they get. */
import type { Config } from '../../../src/kernel/config/config.ts';
import { noMetrics } from '../../../src/kernel/core/metrics.ts';
import type { Fetch, PasswordHasher } from '../../../src/kernel/core/ports.ts';
import type { JobPublisher } from '../../../src/kernel/jobs/publisher.ts';
import type { KeyValue } from '../../../src/kernel/kv/key-value.ts';
import { createMemoryKeyValue } from '../../../src/kernel/kv/memory.ts';
import type { JobMessage } from '../../../src/kernel/model/job-messages.ts';
import { createMemoryRateLimitStore } from '../../../src/kernel/rate-limits/memory-store.ts';
import { manualClock, memoryLog, randomIds, trackedBackground } from '../fakes/doubles.ts';
import { testConfig } from './config.ts';
import { openTestDatabase, type TestDatabase } from './database.ts';

/** Stores a password as plain text with a prefix, for tests that are not about passwords. */
export const cheapHasher: PasswordHasher = {
  hash: async (password) => `cheap$${password}`,
  verify: async (password, stored) => stored === `cheap$${password}`,
  needsRehash: () => false,
};

/** A network without servers. */
export const noNetwork: Fetch = async (input) => {
  throw new TypeError(`no network in tests: ${String(input instanceof Request ? input.url : input)}`);
};

export interface TestServicesOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Instead of a configuration read from `env`. */
  readonly config?: Config;
  /** Closed with the services; without it they open one. */
  readonly database?: TestDatabase | undefined;
  /** Instead of a store in memory. */
  readonly kv?: KeyValue | undefined;
  /** Where the clock starts, in milliseconds. */
  readonly now?: number;
}

export async function createTestServices(options: TestServicesOptions = {}) {
  const { env = {}, config = testConfig(env), database, now } = options;
  const opened = database ?? (await openTestDatabase());
  const clock = manualClock(now);
  const kv = options.kv ?? createMemoryKeyValue({ clock });
  const background = trackedBackground();
  const published: JobMessage[] = [];
  const publisher: JobPublisher = { lostAfterMs: 30_000, publish: async (message) => void published.push(message) };
  return {
    config,
    database: opened,
    db: opened.db,
    kv,
    rateLimitStore: createMemoryRateLimitStore({ clock, kv }),
    clock,
    ids: randomIds,
    log: memoryLog(),
    metrics: noMetrics,
    background,
    fetch: noNetwork,
    passwords: cheapHasher,
    publisher,
    /** The jobs that `publisher` took. */
    published,
    /** Waits for the background work and rejects with its first failure. */
    close: async () => {
      await background.settled();
      await opened.close();
    },
  };
}
