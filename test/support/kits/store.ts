/** The stores that settings name, opened as an entry point opens them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Stores as OpenStores, openStores } from '../../../src/adapters/open-stores.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { memoryLog } from '../fakes/doubles.ts';
import { startUpstashFront } from '../fakes/upstash-front.ts';
import { startRedis } from '../servers/redis.ts';
import { testConfig } from './config.ts';

export { systemClock };

/** Returns at once, whether or not the store replies. */
export const openStoreAnyway = (env: Readonly<Record<string, string>>): OpenStores =>
  openStores(testConfig(env), { clock: systemClock, log: memoryLog() });

/** Waits until the store replies, at most 10 s. */
export async function openStore(env: Readonly<Record<string, string>>): Promise<OpenStores> {
  const stores = openStoreAnyway(env);
  const answers = () =>
    stores.kv.ping().then(
      () => true,
      () => false,
    );
  for (let tries = 0; !(await answers()); tries++) {
    if (tries > 500) throw new Error('the store does not reply');
    await sleep(20);
  }
  return stores;
}

/** A Redis server, and a stand-in for Upstash's REST API in front of it. */
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
