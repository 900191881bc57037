import { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { createRedisKeyValue } from '../../src/kernel/kv/ioredis.ts';
import { shortenLives } from '../support/kits/redis-time.ts';
import { startRedis } from '../support/servers/redis.ts';
import { keyValueContract } from './key-value.ts';

let redis: Awaited<ReturnType<typeof startRedis>>;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

keyValueContract('Redis 7', async () => {
  const kv = createRedisKeyValue({
    commands: new Redis(redis.url, { enableAutoPipelining: true }),
    listener: new Redis(redis.url),
  });
  return { kv, advance: (ms) => shortenLives(redis.probe, ms), close: () => kv.close() };
});
