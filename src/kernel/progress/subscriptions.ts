/** Listeners to resources in this process, with one upstream subscription per resource. */

import type { Log } from '../core/log.ts';
import type { KeyValue } from '../kv/key-value.ts';
import { parseSnapshot, type Snapshot } from './record.ts';

export type SnapshotListener = (snapshot: Snapshot) => void;

export const channelOf = (resourceId: string) => `progress:${resourceId}`;

export interface SubscriptionsDependencies {
  readonly kv: Pick<KeyValue, 'subscribe'>;
  readonly log: Log;
  /** Whether the listeners of a resource share one upstream subscription. Default true. */
  readonly shared?: boolean;
}

/** Returns `subscribe(resourceId, listener)`, which returns its unsubscribe function. A listener that throws is logged and kept. */
export function createSubscriptions({
  kv,
  log,
  shared = true,
}: SubscriptionsDependencies): (resourceId: string, listener: SnapshotListener) => () => void {
  const channels = new Map<string, { readonly listeners: Set<SnapshotListener>; readonly unsubscribe: () => void }>();

  function open(resourceId: string) {
    const listeners = new Set<SnapshotListener>();
    let latest = 0;
    const unsubscribe = kv.subscribe(channelOf(resourceId), (message) => {
      const snapshot = parseSnapshot(message);
      if (!snapshot) return log.warning('a progress message is malformed', { resourceId });
      // Messages may arrive out of order, and each holds the whole record, so an older one is ignored.
      if (snapshot.sequence <= latest) return;
      latest = snapshot.sequence;
      for (const listener of [...listeners]) {
        try {
          listener(snapshot);
        } catch (error) {
          log.error('a progress listener failed', { resourceId, error });
        }
      }
    });
    const channel = { listeners, unsubscribe };
    if (shared) channels.set(resourceId, channel);
    return channel;
  }

  return function subscribe(resourceId, listener) {
    const { listeners, unsubscribe } = channels.get(resourceId) ?? open(resourceId);
    // Wrapped, so that one function can be subscribed twice.
    const own: SnapshotListener = (snapshot) => listener(snapshot);
    listeners.add(own);
    return () => {
      if (!listeners.delete(own) || listeners.size > 0) return;
      if (shared) channels.delete(resourceId);
      unsubscribe();
    };
  };
}
