/** Time for what is stored in a Redis server, whose clock a test cannot set. No test waits, and none hurries. */
import type { Redis } from 'ioredis';

/** Lengths of windows in ms by policy, counted from 1, as `CONSUME_SCRIPT` names them. */
export type Windows = Readonly<Record<string, number>>;

/** Leaves a limited key as if the store's clock had moved by `ms` since: forward where it is positive. */
export async function moveWindows(redis: Redis, key: string, ms: number, windows: Windows): Promise<void> {
  const stored = Object.entries(await redis.hgetall(key));
  await redis.del(key);
  for (const [field, value] of stored) {
    const [policy = '', slot] = field.split(':');
    const slots = Math.round((60 * ms) / (windows[policy] ?? Number.NaN));
    const numbers = value.split(':').map(Number);
    const moves = slot === undefined ? [0, slots, ms, slots, 0, ms] : [0, ms];
    const name = slot === undefined ? policy : `${policy}:${Number(slot) - slots}`;
    await redis.hset(key, name, numbers.map((number, i) => number - (moves[i] ?? 0)).join(':'));
  }
}

/** Shortens every time to live by `ms`, and removes what has none left. */
export async function shortenLives(redis: Redis, ms: number): Promise<void> {
  for (const key of await redis.keys('*')) {
    const left = await redis.pttl(key);
    if (left >= 0 && left <= ms) await redis.del(key);
    else if (left >= 0) await redis.pexpire(key, left - ms);
  }
}
