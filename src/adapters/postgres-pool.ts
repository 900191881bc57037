/**
 * A queue before the connections of postgres.js. The library queues queries internally, without metrics and without a time
 * limit. Here queries and transactions wait before they reach it, so that waits are measured and end with a timeout.
 */
import { Socket } from 'node:net';
import type { Sql } from 'postgres';
import { createSemaphore } from '../kernel/core/concurrency.ts';
import { type Metrics, noMetrics } from '../kernel/core/metrics.ts';

export interface PoolOptions {
  readonly max: number;
  /** Milliseconds that a query or transaction may wait for a connection. */
  readonly waitMs: number;
  readonly metrics?: Metrics | undefined;
}

/** No connection became free in time. The query or transaction was not started. */
export class PoolWaitError extends Error {
  override readonly name = 'PoolWaitError';
  readonly code = 'CONNECTION_WAIT_TIMEOUT';

  constructor({ max, waitMs }: Pick<PoolOptions, 'max' | 'waitMs'>) {
    super(`none of ${max} connections to PostgreSQL became free within ${waitMs} ms`);
  }
}

/** A statement of postgres.js. Awaiting it calls `handler`, which runs it; a fragment of another statement is never awaited. */
interface Pending {
  handler: (query: Pending) => unknown;
  readonly reject: (error: unknown) => void;
  readonly then: Promise<unknown>['then'];
}

const isPending = (value: object): value is Pending => 'handler' in value && typeof value.handler === 'function';

/** Wraps `client` so that queries and transactions wait for a free connection. `open` returns the number of open connections. */
export function limitPool(client: Sql, options: PoolOptions, open: () => number = () => 0): Sql {
  const { metrics = noMetrics, max } = options;
  const slots = createSemaphore({
    ...options,
    timeoutError: () => {
      timeouts.add();
      return new PoolWaitError(options);
    },
  });
  const waits = metrics.timer('pharos_database_wait_seconds', 'Waiting of queries and transactions for a connection');
  const timeouts = metrics.counter('pharos_database_wait_timeouts_total', 'Queries and transactions that waited too long');
  metrics.gauge(
    'pharos_database_connections',
    'Connections to PostgreSQL by state',
    () => {
      const { taken } = slots.state();
      const busy = Math.min(taken, open());
      return [
        [{ state: 'busy' }, busy],
        [{ state: 'idle' }, open() - busy],
        [{ state: 'opening' }, taken - busy],
      ];
    },
    ['state'],
  );
  metrics.gauge('pharos_database_connections_max', 'Connections to PostgreSQL that this process may have', () => max);
  metrics.gauge('pharos_database_waiting', 'Queries and transactions waiting for a connection', () => slots.state().waiting);

  function acquire(begin: (release: () => void) => void, reject: (error: Error) => void): void {
    const endWait = waits.start();
    slots.enqueue(
      (release) => {
        endWait();
        begin(release);
      },
      (error) => {
        endWait();
        reject(error);
      },
    );
  }

  /** The slot is released a microtask after the query, when postgres.js has its connection back. */
  function queued<T extends object>(query: T): T {
    if (!isPending(query)) return query;
    const run = query.handler;
    query.handler = (self) =>
      acquire((release) => {
        self.then(release, release);
        run(self);
      }, self.reject);
    return query;
  }

  const queuedTransaction = <T>(work: () => Promise<T>) =>
    new Promise<T>((resolve, reject) =>
      acquire((release) => {
        work().then(resolve, reject).finally(release);
      }, reject),
    );

  return new Proxy(client, {
    apply: (target, self, given) => queued(Reflect.apply(target, self, given) as object),
    get(target, property) {
      if (property === 'unsafe') return (...given: Parameters<Sql['unsafe']>) => queued(target.unsafe(...given));
      if (property === 'begin') return (...given: Parameters<Sql['begin']>) => queuedTransaction(() => target.begin(...given));
      return Reflect.get(target, property);
    },
  });
}

/**
 * Sockets for postgres.js; `open` counts the connected ones. A socket that fails to connect reports it in the next turn of the
 * event loop: postgres.js still writes its first message then, and would otherwise wait for that write for ever.
 */
export function createCountedSockets({ host, port }: { readonly host: string; readonly port: number }) {
  const sockets = new Set<Socket>();

  class CountedSocket extends Socket {
    /** postgres.js reads the TLS server name from here. */
    readonly host = host;

    override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
      sockets.delete(this);
      setImmediate(() => super._destroy(error, callback));
    }
  }

  return {
    open: () => [...sockets].filter((socket) => !socket.connecting).length,
    socket: () => {
      const socket = new CountedSocket();
      sockets.add(socket);
      return socket.connect(port, host);
    },
  };
}
