/**
 * The key-value store on Upstash Redis over REST, for runtimes with and without sockets. The entry point makes the client,
 * with `automaticDeserialization: false`: values are strings and stay the same strings.
 */
import type { Redis } from '@upstash/redis';
import type { KeyValue } from './key-value.ts';
import { toHash, toWrittenHash, WRITE_HASH_SCRIPT, type WriteHashReply, wholeTtl, writeHashArguments } from './redis-hash.ts';
import { createStreamPoller } from './stream-poller.ts';
import { withoutCommand } from './upstash-errors.ts';

export interface UpstashOptions {
  readonly redis: Redis;
  /** Interval between polls of all subscribed channels, in ms. A poll is one request. */
  readonly pollMs?: number;
}

const POLL_MS = 500;
/** Length of a channel's stream and how long it is kept: far more than a poll can be behind. */
const KEPT = 100;
const KEPT_MS = 60_000;

export function createUpstashKeyValue({ redis, pollMs = POLL_MS }: UpstashOptions): KeyValue {
  const writeHash = redis.createScript<WriteHashReply>(WRITE_HASH_SCRIPT);
  const poller = createStreamPoller(
    {
      newest: async (channel) => {
        // Without deserialisation the client returns Redis' own reply: [[id, [field, value]]].
        const entries = (await redis.xrevrange(streamOf(channel), '+', '-', 1)) as unknown as readonly Entry[] | null;
        return entries?.[0]?.[0] ?? '0-0';
      },
      after: async (positions) => {
        const names = [...positions.keys()];
        const reply = (await redis.xread(names.map(streamOf), [...positions.values()], { count: KEPT })) as
          | readonly (readonly [stream: string, entries: readonly Entry[]])[]
          | null;
        return new Map(
          (reply ?? []).map(([stream, entries]) => [
            stream.slice(STREAM.length),
            entries.map(([id, [, message = '']]) => ({ id, message })),
          ]),
        );
      },
    },
    { intervalMs: pollMs },
  );

  return {
    get: (key) => withoutCommand(async () => (await redis.get<string>(key)) ?? undefined),
    set: (key, value, { ttlMs, onlyIfAbsent = false }) =>
      withoutCommand(async () => {
        const px = wholeTtl(ttlMs);
        const reply = await redis.set(key, value, onlyIfAbsent ? { px, nx: true } : { px });
        return reply === 'OK';
      }),
    take: (key) => withoutCommand(async () => (await redis.getdel<string>(key)) ?? undefined),
    delete: (key) =>
      withoutCommand(async () => {
        await redis.del(key);
      }),
    readHash: (key) => withoutCommand(async () => toHash(((await redis.hgetall(key)) ?? []) as unknown as readonly string[])),
    writeHash: (key, fields, options) =>
      withoutCommand(async () => toWrittenHash(await writeHash.exec([key], writeHashArguments(fields, options)))),
    publish: (channel, message) =>
      withoutCommand(async () => {
        const stream = streamOf(channel);
        const trim = { type: 'MAXLEN', comparison: '~', threshold: KEPT } as const;
        await redis.pipeline().xadd(stream, '*', { m: message }, { trim }).pexpire(stream, KEPT_MS).exec();
      }),
    subscribe: poller.subscribe,
    ping: () =>
      withoutCommand(async () => {
        await redis.ping();
      }),
    close: async () => poller.close(),
  };
}

type Entry = readonly [id: string, fields: readonly string[]];

const STREAM = 'events:';
const streamOf = (channel: string) => STREAM + channel;
