/** The key-value store of a single process. Each operation is atomic because it never awaits. */
import { createListeners } from '../core/listeners.ts';
import type { Clock } from '../core/ports.ts';
import { createExpiringMap } from './expiring-map.ts';
import type { KeyValue, VersionedHash } from './key-value.ts';

type Content = { readonly text: string } | { readonly hash: VersionedHash };

export function createMemoryKeyValue({ clock }: { clock: Clock }): KeyValue {
  const entries = createExpiringMap<Content>({ clock });
  const channels = createListeners<string>();

  function textOf(key: string): string | undefined {
    const entry = entries.get(key);
    return entry && 'text' in entry ? entry.text : undefined;
  }

  function hashOf(key: string): VersionedHash | undefined {
    const entry = entries.get(key);
    return entry && 'hash' in entry ? entry.hash : undefined;
  }

  return {
    get: async (key) => textOf(key),

    set: async (key, value, { ttlMs, onlyIfAbsent = false }) => {
      if (onlyIfAbsent && entries.get(key)) return false;
      entries.set(key, { text: value }, ttlMs);
      return true;
    },

    take: async (key) => {
      const value = textOf(key);
      if (value !== undefined) entries.delete(key);
      return value;
    },

    delete: async (key) => entries.delete(key),

    readHash: async (key) => hashOf(key),

    writeHash: async (key, fields, { ttlMs, now }) => {
      const before = hashOf(key);
      const merged: Record<string, { version: number; value: string }> = { ...before?.fields };
      const written: string[] = [];
      for (const { field, version, value } of fields) {
        const stored = merged[field];
        if (stored && stored.version >= version) continue;
        merged[field] = { version, value };
        written.push(field);
      }
      const sequence = before?.sequence ?? 0;
      const hash = { sequence: written.length > 0 ? Math.max(sequence + 1, now) : sequence, fields: merged };
      entries.set(key, { hash }, ttlMs);
      return { hash, written };
    },

    publish: async (channel, message) => channels.emit(channel, message),

    subscribe: channels.subscribe,

    ping: async () => {},

    close: async () => {
      entries.clear();
      channels.clear();
    },
  };
}
