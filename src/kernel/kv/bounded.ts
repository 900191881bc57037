/** A deadline for each operation of a key-value store whose client has none. */
import { withDeadline } from '../core/deadline.ts';
import type { KeyValue } from './key-value.ts';

/** Rejects with DeadlineError after `ms`; the delay of this process's event loop does not count as the store's. */
export function boundKeyValue(kv: KeyValue, ms: number): KeyValue {
  const within = <T>(work: () => Promise<T>) => withDeadline({ ms, subject: 'the store' }, work);
  return {
    get: (key) => within(() => kv.get(key)),
    set: (key, value, options) => within(() => kv.set(key, value, options)),
    take: (key) => within(() => kv.take(key)),
    delete: (key) => within(() => kv.delete(key)),
    readHash: (key) => within(() => kv.readHash(key)),
    writeHash: (key, fields, options) => within(() => kv.writeHash(key, fields, options)),
    publish: (channel, message) => within(() => kv.publish(channel, message)),
    subscribe: (channel, listener) => kv.subscribe(channel, listener),
    ping: () => within(() => kv.ping()),
    close: () => kv.close(),
  };
}
