/**
 * The key-value store of a single process. Atomic because nothing in an operation awaits; what expired is never seen
 * and is deleted a few entries per write, so that no operation ever pays for all of them.
 */

import type { Clock } from '../core/ports.ts';
import { type Decision, decide, emptyWindow, type Window } from '../model/sliding-window.ts';
import type { ConsumeRequest, KeyValue, VersionedHash } from './key-value.ts';

type Content = { readonly text: string } | { readonly hash: VersionedHash } | { readonly windows: Map<string, Window> };
type Entry = { readonly expiresAt: number } & Content;

/** Entries looked at per write: more than one, so that the sweep gains on whatever is written. */
const SWEEP_STEP = 8;

export function createMemoryKeyValue({ clock }: { clock: Clock }): KeyValue {
  const entries = new Map<string, Entry>();
  const channels = new Map<string, Set<(message: string) => void>>();
  let cursor = entries.entries();

  function live(key: string): Entry | undefined {
    const entry = entries.get(key);
    if (!entry || entry.expiresAt > clock.now()) return entry;
    entries.delete(key);
    return undefined;
  }

  function textOf(key: string): string | undefined {
    const entry = live(key);
    return entry && 'text' in entry ? entry.text : undefined;
  }

  function hashOf(key: string): VersionedHash | undefined {
    const entry = live(key);
    return entry && 'hash' in entry ? entry.hash : undefined;
  }

  function write(key: string, content: Content, ttlMs: number): void {
    if (!(ttlMs > 0)) throw new RangeError('a time to live must be positive');
    entries.set(key, { ...content, expiresAt: clock.now() + ttlMs });
    sweep();
  }

  function limit({ key, policies, cost }: NonNullable<ConsumeRequest['limit']>): Decision {
    const entry = live(key);
    const windows = entry && 'windows' in entry ? entry.windows : new Map<string, Window>();
    for (const { name } of policies) if (!windows.has(name)) windows.set(name, emptyWindow());
    const decision = decide(
      policies,
      policies.map(({ name }) => windows.get(name) as Window),
      cost,
      clock.now(),
    );
    if (decision.admitted && cost > 0) write(key, { windows }, Math.max(...policies.map(({ windowMs }) => windowMs)));
    return decision;
  }

  /** Goes round the map a few entries at a time. A Map's iterator stays valid while entries come and go. */
  function sweep(): void {
    for (let step = 0; step < SWEEP_STEP; step += 1) {
      const { value, done } = cursor.next();
      if (done) {
        cursor = entries.entries();
        return;
      }
      live(value[0]);
    }
  }

  return {
    get: async (key) => textOf(key),

    set: async (key, value, { ttlMs, onlyIfAbsent = false }) => {
      if (onlyIfAbsent && live(key)) return false;
      write(key, { text: value }, ttlMs);
      return true;
    },

    take: async (key) => {
      const value = textOf(key);
      if (value !== undefined) entries.delete(key);
      return value;
    },

    delete: async (key) => {
      entries.delete(key);
    },

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
      write(key, { hash }, ttlMs);
      return { hash, written };
    },

    consume: async (requests) =>
      requests.map(({ limit: asked, read }) => {
        const values = read.map(textOf);
        return asked ? { values, decision: limit(asked) } : { values };
      }),

    publish: async (channel, message) => {
      for (const listener of [...(channels.get(channel) ?? [])]) {
        try {
          listener(message);
        } catch {
          // A listener's fault is its own: neither the publisher nor the other listeners can do anything about it.
        }
      }
    },

    subscribe: (channel, listener) => {
      // The same function may listen twice: each subscription is a listener of its own.
      const own = (message: string) => listener(message);
      const listeners = channels.get(channel) ?? new Set();
      channels.set(channel, listeners.add(own));
      return () => {
        listeners.delete(own);
        if (listeners.size === 0 && channels.get(channel) === listeners) channels.delete(channel);
      };
    },

    ping: async () => {},

    close: async () => {
      entries.clear();
      channels.clear();
    },
  };
}
