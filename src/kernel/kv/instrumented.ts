/** Metrics of a key-value store: the duration of every operation, and the hits and misses of reads. */
import type { Metrics } from '../core/metrics.ts';
import type { KeyValue } from './key-value.ts';

/** Returns a function that runs `work` and records its duration by operation and outcome. */
export function storeTimer(metrics: Metrics) {
  const duration = metrics.timer('pharos_store_operation_duration_seconds', 'Operations of the key-value store, by outcome', [
    'operation',
    'outcome',
  ]);
  return async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    const stop = duration.start();
    try {
      const result = await work();
      stop({ operation, outcome: 'ok' });
      return result;
    } catch (error) {
      stop({ operation, outcome: 'error' });
      throw error;
    }
  };
}

export function instrumentKeyValue(kv: KeyValue, metrics: Metrics): KeyValue {
  const timed = storeTimer(metrics);
  const reads = metrics.counter('pharos_store_reads_total', 'Reads of the key-value store, by whether something was there', [
    'operation',
    'result',
  ]);

  async function read<T>(operation: string, work: () => Promise<T | undefined>): Promise<T | undefined> {
    const result = await timed(operation, work);
    reads.add({ operation, result: result === undefined ? 'miss' : 'hit' });
    return result;
  }

  return {
    get: (key) => read('get', () => kv.get(key)),
    take: (key) => read('take', () => kv.take(key)),
    readHash: (key) => read('read_hash', () => kv.readHash(key)),
    set: (key, value, options) => timed('set', () => kv.set(key, value, options)),
    delete: (key) => timed('delete', () => kv.delete(key)),
    writeHash: (key, fields, options) => timed('write_hash', () => kv.writeHash(key, fields, options)),
    publish: (channel, message) => timed('publish', () => kv.publish(channel, message)),
    subscribe: (channel, listener) => kv.subscribe(channel, listener),
    ping: () => timed('ping', () => kv.ping()),
    close: () => kv.close(),
  };
}
