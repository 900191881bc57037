/** The key-value store on Redis 7 over TCP. Clients are made by the entry point: one for commands, one that only listens. */
import type { Redis } from 'ioredis';
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
import { WRITE_HASH_SCRIPT } from './write-hash-script.ts';

interface Scripts {
  pharosAdmit(keyCount: number, ...args: (string | number)[]): Promise<ConsumeReply>;
  pharosWriteHash(keyCount: number, ...args: (string | number)[]): Promise<[written: string[], pairs: string[]]>;
}

export interface RedisClients {
  readonly commands: Redis;
  /** A connection of its own: while it listens it can do nothing else. */
  readonly listener: Redis;
}

export function createRedisKeyValue({ commands, listener }: RedisClients): KeyValue {
  // Sent by its hash, and whole where Redis does not know it: ioredis does both.
  commands.defineCommand('pharosAdmit', { lua: CONSUME_SCRIPT });
  commands.defineCommand('pharosWriteHash', { lua: WRITE_HASH_SCRIPT });
  const scripts = commands as unknown as Scripts;
  const channels = new Map<string, Set<(message: string) => void>>();

  listener.on('message', (channel: string, message: string) => {
    for (const listen of [...(channels.get(channel) ?? [])]) {
      try {
        listen(message);
      } catch {
        // A listener's fault is its own.
      }
    }
  });

  return {
    get: async (key) => (await commands.get(key)) ?? undefined,
    set: async (key, value, { ttlMs, onlyIfAbsent = false }) => {
      const ttl = wholeTtl(ttlMs);
      const reply = onlyIfAbsent ? await commands.set(key, value, 'PX', ttl, 'NX') : await commands.set(key, value, 'PX', ttl);
      return reply === 'OK';
    },
    take: async (key) => (await commands.getdel(key)) ?? undefined,
    delete: async (key) => {
      await commands.del(key);
    },
    readHash: async (key) => toHash(Object.entries(await commands.hgetall(key)).flat()),
    writeHash: async (key, fields, options) =>
      toWrittenHash(await scripts.pharosWriteHash(1, key, ...writeHashArguments(fields, options))),
    consume: async (requests) => {
      const { keys, args } = consumeArguments(requests);
      const reply = keys.length > 0 ? await scripts.pharosAdmit(keys.length, ...keys, ...args) : NOTHING_ASKED;
      return toConsumeResults(requests, reply);
    },
    publish: async (channel, message) => {
      await commands.publish(channel, message);
    },
    subscribe: (channel, listen) => {
      const own = (message: string) => listen(message);
      const listeners = channels.get(channel) ?? new Set();
      // A subscription that fails is made again by ioredis when the connection is back.
      if (listeners.size === 0) listener.subscribe(channel).catch(() => undefined);
      channels.set(channel, listeners.add(own));
      return () => {
        listeners.delete(own);
        if (listeners.size > 0 || channels.get(channel) !== listeners) return;
        channels.delete(channel);
        listener.unsubscribe(channel).catch(() => undefined);
      };
    },
    ping: async () => {
      await commands.ping();
    },
    close: async () => {
      commands.disconnect();
      listener.disconnect();
    },
  };
}
