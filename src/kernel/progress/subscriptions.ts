/** Who in this process watches which resource: one upstream subscription per resource, however many listeners. */

import type { Log } from '../core/log.ts';
import type { KeyValue } from '../kv/key-value.ts';
import { parseSnapshot, type Snapshot } from './record.ts';

export type SnapshotListener = (snapshot: Snapshot) => void;

export const channelOf = (resourceId: string) => `progress:${resourceId}`;

export interface SubscriptionsDependencies {
  readonly kv: Pick<KeyValue, 'subscribe'>;
  readonly log: Log;
  /** Whether listeners share a subscription. Default true. */
  readonly shared?: boolean;
}

/** Returns `watch(resourceId, listener)`, which returns the function that ends it. A listener that throws is logged and kept. */
export function createSubscriptions({
  kv,
  log,
  shared = true,
}: SubscriptionsDependencies): (resourceId: string, listener: SnapshotListener) => () => void {
  const watched = new Map<string, { readonly listeners: Set<SnapshotListener>; readonly leave: () => void }>();

  function open(resourceId: string) {
    const listeners = new Set<SnapshotListener>();
    let latest = 0;
    const leave = kv.subscribe(channelOf(resourceId), (message) => {
      const snapshot = parseSnapshot(message);
      if (!snapshot) return log.warning('progress message cannot be read', { resourceId });
      // Writers publish after they have written: messages may overtake each other, and the newer one says all.
      if (snapshot.sequence <= latest) return;
      latest = snapshot.sequence;
      for (const listener of [...listeners]) {
        try {
          listener(snapshot);
        } catch (error) {
          log.error('progress listener failed', { resourceId, error });
        }
      }
    });
    const entry = { listeners, leave };
    if (shared) watched.set(resourceId, entry);
    return entry;
  }

  return function watch(resourceId, listener) {
    const { listeners, leave } = watched.get(resourceId) ?? open(resourceId);
    // The same function may watch twice.
    const own: SnapshotListener = (snapshot) => listener(snapshot);
    listeners.add(own);
    return () => {
      if (!listeners.delete(own) || listeners.size > 0) return;
      if (shared) watched.delete(resourceId);
      leave();
    };
  };
}
