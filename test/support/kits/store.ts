/** The store that settings name, opened as the entry point opens it, once it answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openKeyValue } from '../../../src/adapters/open-stores.ts';
import type { KeyValue } from '../../../src/kernel/kv/key-value.ts';
import { memoryLog } from '../fakes/doubles.ts';
import { startUpstashFront } from '../fakes/upstash-front.ts';
import { startRedis } from '../servers/redis.ts';
import { testConfig } from './config.ts';

export const systemClock = { now: () => Date.now() };

/** Whether it answers or not. */
export const openStoreAnyway = (env: Readonly<Record<string, string>>): KeyValue =>
  openKeyValue(testConfig(env), { clock: systemClock, log: memoryLog() });

export async function openStore(env: Readonly<Record<string, string>>): Promise<KeyValue> {
  const kv = openStoreAnyway(env);
  const answers = () =>
    kv.ping().then(
      () => true,
      () => false,
    );
  for (let tries = 0; !(await answers()); tries++) {
    if (tries > 500) throw new Error('the store does not answer');
    await sleep(20);
  }
  return kv;
}

/** A Redis, and Upstash's REST in front of it. */
export async function startStores() {
  const redis = await startRedis();
  const front = await startUpstashFront({ redis: redis.url });
  return {
    redis,
    front,
    settings: { UPSTASH_REDIS_REST_URL: front.url, UPSTASH_REDIS_REST_TOKEN: front.token },
    stop: async () => {
      await front.close();
      await redis.stop();
    },
  };
}

export type Stores = Awaited<ReturnType<typeof startStores>>;
