/** Listeners to resources in this process, with one upstream subscription per resource. */

import { createListeners } from '../core/listeners.ts';
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

/** Returns `subscribe(resourceId, listener)`, which returns an unsubscribe function. Errors of listeners are logged. */
export function createSubscriptions({
  kv,
  log,
  shared = true,
}: SubscriptionsDependencies): (resourceId: string, listener: SnapshotListener) => () => void {
  if (!shared) return (resourceId, listener) => createSubscriptions({ kv, log })(resourceId, listener);

  const upstream = new Map<string, () => void>();
  const listeners = createListeners<Snapshot>({
    onFirst: (resourceId) => upstream.set(resourceId, open(resourceId)),
    onLast: (resourceId) => {
      upstream.get(resourceId)?.();
      upstream.delete(resourceId);
    },
    onError: (resourceId, error) => log.error('a progress listener failed', { resourceId, error }),
  });

  function open(resourceId: string): () => void {
    let latest = 0;
    return kv.subscribe(channelOf(resourceId), (message) => {
      const snapshot = parseSnapshot(message);
      if (!snapshot) return log.warning('a progress message is malformed', { resourceId });
      // Messages may arrive out of order, and each holds the whole record, so an older one is ignored.
      if (snapshot.sequence <= latest) return;
      latest = snapshot.sequence;
      listeners.emit(resourceId, snapshot);
    });
  }

  return listeners.subscribe;
}
