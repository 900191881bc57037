/**
 * The line for connections to PostgreSQL. postgres.js keeps what it has no connection for in a queue of its own, unseen and
 * for any length of time: here queries and transactions wait before they come to it, so that how many and how long is known,
 * and none waits for ever.
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

/** Every connection was in use for as long as one may wait; what waited was never begun. */
export class PoolWaitError extends Error {
  override readonly name = 'PoolWaitError';
  readonly code = 'CONNECTION_WAIT_TIMEOUT';

  constructor({ max, waitMs }: Pick<PoolOptions, 'max' | 'waitMs'>) {
    super(`none of ${max} connections to PostgreSQL became free within ${waitMs} ms`);
  }
}

/** What postgres.js makes of a statement: it runs when somebody awaits it, by its handler; a part of another one never does. */
interface Pending {
  handler: (query: Pending) => unknown;
  readonly reject: (error: unknown) => void;
  readonly then: Promise<unknown>['then'];
}

const isPending = (value: object): value is Pending => 'handler' in value && typeof value.handler === 'function';

/** `client`, whose queries and transactions wait in line; `open` says how many connections it has. */
export function limitPool(client: Sql, options: PoolOptions, open: () => number = () => 0): Sql {
  const { metrics = noMetrics, max } = options;
  const line = createSemaphore({
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
      const { taken } = line.state();
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
  metrics.gauge('pharos_database_waiting', 'Queries and transactions waiting for a connection', () => line.state().waiting);

  function take(begin: (end: () => void) => void, refuse: (error: Error) => void): void {
    const got = waits.start();
    line.enqueue(
      (end) => {
        got();
        begin(end);
      },
      (error) => {
        got();
        refuse(error);
      },
    );
  }

  /** The turn ends a microtask after the query: by then postgres.js has its connection back. */
  function queued<T extends object>(query: T): T {
    if (!isPending(query)) return query;
    const run = query.handler;
    query.handler = (self) =>
      take((end) => {
        self.then(end, end);
        run(self);
      }, self.reject);
    return query;
  }

  const whole = <T>(work: () => Promise<T>) =>
    new Promise<T>((resolve, reject) =>
      take((end) => {
        work().then(resolve, reject).finally(end);
      }, reject),
    );

  return new Proxy(client, {
    apply: (target, self, given) => queued(Reflect.apply(target, self, given) as object),
    get(target, property) {
      if (property === 'unsafe') return (...given: Parameters<Sql['unsafe']>) => queued(target.unsafe(...given));
      if (property === 'begin') return (...given: Parameters<Sql['begin']>) => whole(() => target.begin(...given));
      return Reflect.get(target, property);
    },
  });
}

/**
 * Sockets for postgres.js that can be counted: `open` are those that are connected. One that cannot connect says so a moment
 * later than it might, for postgres.js has its greeting still to write then, and would wait for that write for ever.
 */
export function createCountedSockets({ host, port }: { readonly host: string; readonly port: number }) {
  const sockets = new Set<Socket>();

  class Counted extends Socket {
    /** Where postgres.js looks for the name that TLS asks for. */
    readonly host = host;

    override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
      sockets.delete(this);
      setImmediate(() => super._destroy(error, callback));
    }
  }

  return {
    open: () => [...sockets].filter((socket) => !socket.connecting).length,
    socket: () => {
      const socket = new Counted();
      sockets.add(socket);
      return socket.connect(port, host);
    },
  };
}
