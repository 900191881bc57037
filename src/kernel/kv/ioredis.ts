/** The key-value store on Redis 7 over TCP. The entry point opens the clients. */
import type { Redis } from 'ioredis';
import { createListeners } from '../core/listeners.ts';
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
  // ioredis repeats a failed subscription when the connection is back.
  const channels = createListeners<string>({
    onFirst: (channel) => void listener.subscribe(channel).catch(() => undefined),
    onLast: (channel) => void listener.unsubscribe(channel).catch(() => undefined),
  });
  listener.on('message', channels.emit);

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
    subscribe: channels.subscribe,
    ping: async () => {
      await commands.ping();
    },
    close: async () => {
      commands.disconnect();
      listener.disconnect();
    },
  };
}
