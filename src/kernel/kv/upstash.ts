/**
 * The key-value store on Upstash Redis over REST, for runtimes without sockets and for those with. The client is made by
 * the entry point, with `automaticDeserialization: false`: values are strings and stay the same strings.
 */
import type { Redis } from '@upstash/redis';
import { CONSUME_SCRIPT } from '../rate-limits/script.ts';
import type { KeyValue } from './key-value.ts';
import {
  type ConsumeReply,
  consumeArguments,
  NOTHING_ASKED,
  toConsumeResults,
  toHash,
  toWrittenHash,
  wholeTtl,
  writeHashArguments,
} from './redis-hash.ts';
import { createStreamPoller } from './stream-poller.ts';
import { WRITE_HASH_SCRIPT } from './write-hash-script.ts';

export interface UpstashOptions {
  readonly redis: Redis;
  /** How often channels that somebody listens to are asked for news. A poll is one request. */
  readonly pollMs?: number;
}

const POLL_MS = 500;
/** Messages of a channel that a poll may be behind, and how long they are kept: far longer than any poll takes. */
const KEPT = 100;
const KEPT_MS = 60_000;

export function createUpstashKeyValue({ redis, pollMs = POLL_MS }: UpstashOptions): KeyValue {
  const admit = redis.createScript<ConsumeReply>(CONSUME_SCRIPT);
  const writeHash = redis.createScript<[string[], string[]]>(WRITE_HASH_SCRIPT);
  const poller = createStreamPoller(
    {
      newest: async (channel) => {
        // Without deserialisation the client answers what Redis does: [[id, [field, value]]].
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
    get: (key) => plain(async () => (await redis.get<string>(key)) ?? undefined),
    set: (key, value, { ttlMs, onlyIfAbsent = false }) =>
      plain(async () => {
        const px = wholeTtl(ttlMs);
        const reply = await redis.set(key, value, onlyIfAbsent ? { px, nx: true } : { px });
        return reply === 'OK';
      }),
    take: (key) => plain(async () => (await redis.getdel<string>(key)) ?? undefined),
    delete: (key) =>
      plain(async () => {
        await redis.del(key);
      }),
    readHash: (key) => plain(async () => toHash(((await redis.hgetall(key)) ?? []) as unknown as readonly string[])),
    writeHash: (key, fields, options) =>
      plain(async () => toWrittenHash(await writeHash.exec([key], writeHashArguments(fields, options)))),
    consume: (requests) =>
      plain(async () => {
        const { keys, args } = consumeArguments(requests);
        return toConsumeResults(requests, keys.length > 0 ? await admit.exec(keys, args) : NOTHING_ASKED);
      }),
    publish: (channel, message) =>
      plain(async () => {
        const stream = streamOf(channel);
        const trim = { type: 'MAXLEN', comparison: '~', threshold: KEPT } as const;
        await redis.pipeline().xadd(stream, '*', { m: message }, { trim }).pexpire(stream, KEPT_MS).exec();
      }),
    subscribe: poller.subscribe,
    ping: () =>
      plain(async () => {
        await redis.ping();
      }),
    close: async () => poller.close(),
  };
}

type Entry = readonly [id: string, fields: readonly string[]];

const STREAM = 'events:';
const streamOf = (channel: string) => STREAM + channel;

/** The client's errors repeat the command, keys, values and all; those are nothing for a log. */
async function plain<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error instanceof RangeError) throw error;
    const [message = ''] = error.message.split(/, command was: |Unable to parse response body: /);
    throw new Error(`upstash: ${message.slice(0, 200) || 'the answer is no JSON'}`);
  }
}
