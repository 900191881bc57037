/** The rate limit store on Upstash Redis over REST. */
import type { Redis } from '@upstash/redis';
import { withoutCommand } from '../kv/upstash-errors.ts';
import { CONSUME_SCRIPT } from './script.ts';
import { type ConsumeReply, consumeByScript } from './script-codec.ts';
import type { RateLimitStore } from './store.ts';

/** `redis`: the client of the key-value store, with `automaticDeserialization: false`. */
export function createUpstashRateLimitStore({ redis }: { redis: Redis }): RateLimitStore {
  const script = redis.createScript<ConsumeReply>(CONSUME_SCRIPT);
  return {
    consume: (requests) => withoutCommand(() => consumeByScript(requests, (keys, args) => script.exec(keys, args))),
  };
}
