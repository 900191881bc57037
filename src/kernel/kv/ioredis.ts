/** The key-value store on Redis 7 over TCP. Clients are made by the entry point: one for commands, one that only listens. */
import type { Redis } from 'ioredis';
import { ADMIT_SCRIPT } from '../limits/script.ts';
import type { Decision } from '../limits/window.ts';
import type { AdmitRequest, KeyValue, VersionedHash } from './key-value.ts';
import { WRITE_HASH_SCRIPT } from './write-hash-script.ts';

/** The field that holds a hash's sequence; no stage or other field of ours can be called that. */
const SEQUENCE = '#';

interface Scripts {
  pharosAdmit(keyCount: number, ...args: (string | number)[]): Promise<string[]>;
  pharosWriteHash(keyCount: number, ...args: (string | number)[]): Promise<[written: string[], pairs: string[]]>;
}

export interface RedisClients {
  readonly commands: Redis;
  /** A connection of its own: while it listens it can do nothing else. */
  readonly listener: Redis;
}

export function createRedisKeyValue({ commands, listener }: RedisClients): KeyValue {
  // Sent by its hash, and whole where Redis does not know it: ioredis does both.
  commands.defineCommand('pharosAdmit', { lua: ADMIT_SCRIPT });
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
      const ttl = positive(ttlMs);
      const reply = onlyIfAbsent ? await commands.set(key, value, 'PX', ttl, 'NX') : await commands.set(key, value, 'PX', ttl);
      return reply === 'OK';
    },
    take: async (key) => (await commands.getdel(key)) ?? undefined,
    delete: async (key) => {
      await commands.del(key);
    },
    readHash: async (key) => toHash(Object.entries(await commands.hgetall(key))),
    writeHash: async (key, fields, { ttlMs, now }) => {
      const args = fields.flatMap(({ field, version, value }) => [field, version, value]);
      const [written, pairs] = await scripts.pharosWriteHash(1, key, positive(ttlMs), now, ...args);
      return { hash: toHash(inPairs(pairs)) ?? { sequence: 0, fields: {} }, written };
    },
    admit: async ({ limit, read }) => {
      if (!limit && read.length === 0) return { values: [] };
      const policies = limit?.policies.flatMap(({ windowMs, limit: most }) => [windowMs, most]) ?? [];
      // The first key is the limited one; without a limit it is not looked at.
      const keys = [limit?.key ?? '-', ...read];
      const reply = await scripts.pharosAdmit(keys.length, ...keys, limit?.cost ?? -1, '', ...policies);
      const values = reply.slice(2, 2 + read.length).map((value) => (value === '' ? undefined : value));
      return limit ? { values, decision: toDecision(limit, reply, read.length) } : { values };
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

function positive(ttlMs: number): number {
  if (!(ttlMs > 0)) throw new RangeError('a time to live must be positive');
  return Math.ceil(ttlMs);
}

function* inPairs(flat: readonly string[]): Generator<[string, string]> {
  for (let i = 0; i + 1 < flat.length; i += 2) yield [flat[i] as string, flat[i + 1] as string];
}

/** Fields are stored as `<version>:<value>`. */
function toHash(pairs: Iterable<[string, string]>): VersionedHash | undefined {
  const fields: Record<string, { version: number; value: string }> = {};
  let sequence: number | undefined;
  for (const [field, stored] of pairs) {
    if (field === SEQUENCE) {
      sequence = Number(stored);
      continue;
    }
    const colon = stored.indexOf(':');
    fields[field] = { version: Number(stored.slice(0, colon)), value: stored.slice(colon + 1) };
  }
  return sequence === undefined ? undefined : { sequence, fields };
}

/** The script's answer: now, retry after, values, then remaining and reset per policy. */
function toDecision({ policies }: NonNullable<AdmitRequest['limit']>, reply: readonly string[], values: number): Decision {
  const retryAfterMs = Number(reply[1]);
  const at = (i: number) => Number(reply[2 + values + i]);
  return {
    admitted: retryAfterMs === 0,
    retryAfterMs,
    states: policies.map((policy, i) => ({ policy, remaining: at(2 * i), resetAt: at(2 * i + 1) })),
  };
}
