/** Opens the configured key-value store, and the rate limit store over the same client. */
import { Redis } from 'ioredis';
import type { Config } from '../kernel/config/config.ts';
import type { Log } from '../kernel/core/log.ts';
import type { Clock } from '../kernel/core/ports.ts';
import { boundKeyValue } from '../kernel/kv/bounded.ts';
import { createRedisKeyValue } from '../kernel/kv/ioredis.ts';
import type { KeyValue } from '../kernel/kv/key-value.ts';
import { createMemoryKeyValue } from '../kernel/kv/memory.ts';
import { createUpstashKeyValue } from '../kernel/kv/upstash.ts';
import { createMemoryRateLimitStore } from '../kernel/rate-limits/memory-store.ts';
import { createRedisRateLimitStore } from '../kernel/rate-limits/redis-store.ts';
import type { RateLimitStore } from '../kernel/rate-limits/store.ts';
import { createUpstashRateLimitStore } from '../kernel/rate-limits/upstash-store.ts';
import { openUpstash } from './open-upstash.ts';

/** Milliseconds after which a command without a reply is abandoned; its caller has used its fallback by then. */
const COMMAND_MS = 1000;
/** Ends what is left of a request to Upstash. Larger than the deadline, because it counts this process's own delay. */
const REQUEST_MS = 10_000;

export interface Stores {
  readonly kv: KeyValue;
  readonly rateLimitStore: RateLimitStore;
}

export function openStores({ kv: settings }: Pick<Config, 'kv'>, { clock, log }: { clock: Clock; log: Log }): Stores {
  if (settings.kind === 'memory') {
    const kv = createMemoryKeyValue({ clock });
    return { kv, rateLimitStore: createMemoryRateLimitStore({ clock, kv }) };
  }
  if (settings.kind === 'upstash') {
    const redis = openUpstash({ url: settings.url, token: settings.token.reveal(), autoPipelining: true, requestMs: REQUEST_MS });
    return {
      kv: boundKeyValue(createUpstashKeyValue({ redis }), COMMAND_MS),
      rateLimitStore: createUpstashRateLimitStore({ redis }),
    };
  }
  const url = settings.url.reveal();
  const retryStrategy = (attempt: number) => Math.min(attempt * 50, 1000);
  const commands = new Redis(url, {
    enableAutoPipelining: true,
    // While Redis is down a command fails at once: local limits and the database decide instead.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy,
  });
  const listener = new Redis(url, { maxRetriesPerRequest: null, retryStrategy });
  let down = false;
  for (const client of [commands, listener]) {
    client.on('error', (error) => {
      if (!down) log.warning('redis is down', { error });
      down = true;
    });
    client.on('ready', () => {
      if (down) log.info('redis is back');
      down = false;
    });
  }
  // ioredis's own `commandTimeout` would count the time in which this process was too busy to read a reply.
  return {
    kv: boundKeyValue(createRedisKeyValue({ commands, listener }), COMMAND_MS),
    rateLimitStore: createRedisRateLimitStore({ commands }),
  };
}
