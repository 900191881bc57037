/** The rate limit store on Redis 7 over TCP. */
import type { Redis } from 'ioredis';
import { CONSUME_SCRIPT } from './script.ts';
import { type ConsumeReply, consumeByScript } from './script-codec.ts';
import type { RateLimitStore } from './store.ts';

interface Scripts {
  pharosConsume(keyCount: number, ...args: (string | number)[]): Promise<ConsumeReply>;
}

/** `commands`: the connection that the key-value store uses, too. */
export function createRedisRateLimitStore({ commands }: { commands: Redis }): RateLimitStore {
  // ioredis sends the script's digest (EVALSHA), and its text only if Redis does not know it.
  commands.defineCommand('pharosConsume', { lua: CONSUME_SCRIPT });
  const scripts = commands as unknown as Scripts;
  return {
    consume: (requests) => consumeByScript(requests, (keys, args) => scripts.pharosConsume(keys.length, ...keys, ...args)),
  };
}
