/** The key-value store on Redis 7 over TCP. The entry point opens the clients. */
import type { Redis } from 'ioredis';
import type { KeyValue } from './key-value.ts';
import { toHash, toWrittenHash, WRITE_HASH_SCRIPT, type WriteHashReply, wholeTtl, writeHashArguments } from './redis-hash.ts';

interface Scripts {
  pharosWriteHash(keyCount: number, ...args: (string | number)[]): Promise<WriteHashReply>;
}

export interface RedisClients {
  readonly commands: Redis;
  /** A separate connection: Redis accepts no other commands on one that has subscribed. */
  readonly listener: Redis;
}

export function createRedisKeyValue({ commands, listener }: RedisClients): KeyValue {
  // ioredis sends the script's digest (EVALSHA), and its text only if Redis does not know it.
  commands.defineCommand('pharosWriteHash', { lua: WRITE_HASH_SCRIPT });
  const scripts = commands as unknown as Scripts;
  const channels = new Map<string, Set<(message: string) => void>>();

  listener.on('message', (channel: string, message: string) => {
    for (const listen of [...(channels.get(channel) ?? [])]) {
      try {
        listen(message);
      } catch {
        // A listener that throws must not affect the others.
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
    publish: async (channel, message) => {
      await commands.publish(channel, message);
    },
    subscribe: (channel, listen) => {
      const own = (message: string) => listen(message);
      const listeners = channels.get(channel) ?? new Set();
      // ioredis repeats a failed subscription when the connection is back.
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
