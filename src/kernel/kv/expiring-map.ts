/** A map whose entries expire. Expired entries are never returned; each write deletes a few, so no single call sweeps them all. */
import type { Clock } from '../core/ports.ts';

export interface ExpiringMap<V> {
  get(key: string): V | undefined;
  /** Throws RangeError unless `ttlMs` is positive. */
  set(key: string, value: V, ttlMs: number): void;
  delete(key: string): void;
  clear(): void;
}

/** Entries visited per write: more than one, so that the sweep outpaces the writes. */
const SWEEP_STEP = 8;

export function createExpiringMap<V>({ clock }: { clock: Clock }): ExpiringMap<V> {
  const entries = new Map<string, { readonly value: V; readonly expiresAt: number }>();
  let cursor = entries.entries();

  function get(key: string): V | undefined {
    const entry = entries.get(key);
    if (!entry) return undefined;
    if (entry.expiresAt > clock.monotonic()) return entry.value;
    entries.delete(key);
    return undefined;
  }

  /** Visits the next entries in turn. A Map's iterator stays valid while entries come and go. */
  function sweep(): void {
    for (let step = 0; step < SWEEP_STEP; step += 1) {
      const { value, done } = cursor.next();
      if (done) {
        cursor = entries.entries();
        return;
      }
      get(value[0]);
    }
  }

  return {
    get,
    set: (key, value, ttlMs) => {
      if (!(ttlMs > 0)) throw new RangeError('a time to live must be positive');
      entries.set(key, { value, expiresAt: clock.monotonic() + ttlMs });
      sweep();
    },
    delete: (key) => {
      entries.delete(key);
    },
    clear: () => entries.clear(),
  };
}
