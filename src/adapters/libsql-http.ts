/**
 * A libSQL server over HTTP, such as Turso. Every request has a deadline and is repeated where that is safe. It runs on any
 * runtime: the caller passes `createClient` of `@libsql/client`, or on Workers of `@libsql/client/web`.
 *
 * A write is repeated if the server said that it had no effect. A transaction is also repeated if the connection was lost
 * before its COMMIT was sent, because the server rolls back an abandoned stream. A COMMIT is never sent twice.
 */
import type { Client, Config, Transaction, TransactionMode } from '@libsql/client';
import { createSemaphore } from '../kernel/core/concurrency.ts';
import { exponentialPause, retry } from '../kernel/core/retry.ts';
import { openSqlite } from '../kernel/db/open-sqlite.ts';
import type { Database } from '../kernel/db/types.ts';
import { wrapClient, wrapTransaction } from './libsql-client.ts';
import {
  endsTransaction,
  explainLibsql,
  fromNetwork,
  fromResponse,
  LibsqlHttpError,
  retryOf,
  toLibsqlError,
} from './libsql-error.ts';

export interface LibsqlHttpOptions {
  readonly url: string;
  readonly authToken?: string | undefined;
  readonly createClient: (config: Config) => Client;
  /** Default: the global one. */
  readonly fetch?: (request: Request, init: RequestInit) => Promise<Response>;
  /** Milliseconds after which a request is aborted. Default 10,000. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 10_000;
/** Milliseconds to wait for other writers, as with a file. */
const BUSY_MS = 10_000;
/** The server has one writer at a time; further transactions use the time of the round trips. */
const TRANSACTIONS = 4;
const SLOT_WAIT_MS = 20_000;
/** Repetitions after a lost connection, an expired stream or a rollback. */
const REPEATS = 2;
/** Requests beyond it would queue in the client, without a deadline. */
const CONCURRENCY = 500;

const isRead = (sql: string) =>
  /^\s*(?:select|explain|pragma|with)\b/i.test(sql) && !/^\s*with\b.*\b(?:insert|update|delete)\b/is.test(sql);

/** `host[:port][/path]` of a URL, fit for a log. */
export function placeOfLibsql(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}`;
}

/** All errors of the returned client are LibsqlHttpErrors. */
export function connectLibsql({ url, authToken, createClient, deadlineMs = DEADLINE_MS, ...given }: LibsqlHttpOptions): Client {
  const fetchNow = given.fetch ?? ((request, init) => fetch(request, init));
  const client = createClient({
    url,
    concurrency: CONCURRENCY,
    ...(authToken === undefined ? {} : { authToken }),
    fetch: async (request: Request) => {
      const response = await fetchNow(request, { signal: AbortSignal.timeout(deadlineMs) }).catch((error: unknown) => {
        throw fromNetwork(error);
      });
      if (response.ok) return response;
      throw await fromResponse(response);
    },
  });
  const send = <T>(request: (to: Client) => Promise<T>) =>
    request(client).catch((error: unknown) => {
      throw toLibsqlError(error);
    });
  return wrapClient(client, {
    isRead,
    read: (request) => repeat(() => send(request), 'read'),
    write: (request) => repeat(() => send(request), 'write'),
    transaction: async (mode: TransactionMode = 'write') => sendInOrder(await send((to) => to.transaction(mode))),
  });
}

/**
 * Drizzle over such a client. A transaction's function may run more than once, as on PostgreSQL. Transactions of one process
 * queue here, because in the server they would wait within their deadline.
 */
export function openLibsqlHttp(client: Client): Database {
  const slots = createSemaphore({
    max: TRANSACTIONS,
    waitMs: SLOT_WAIT_MS,
    timeoutError: () =>
      new LibsqlHttpError('LIBSQL_BUSY', `none of ${TRANSACTIONS} transactions ended within ${SLOT_WAIT_MS} ms`),
  });
  return new Proxy(openSqlite(client), {
    get(target, property, receiver) {
      if (property !== 'transaction') return Reflect.get(target, property, receiver);
      const transaction: Database['transaction'] = (work, config) =>
        slots.run(() => repeat(() => target.transaction(work, config), 'read'));
      return transaction;
    },
  });
}

/** Rejects with an Error whose message tells operators what to change. */
export async function checkLibsql(client: Pick<Client, 'execute'>, url: string): Promise<void> {
  await client.execute('select 1').catch((cause: unknown) => {
    throw new Error(explainLibsql(cause, placeOfLibsql(url)), { cause });
  });
}

/**
 * A transaction that sends each statement after the response to the one before, and none after an error that ended it: this
 * version of the protocol would execute later statements on their own, outside of any transaction.
 */
function sendInOrder(tx: Transaction): Transaction {
  let ended: LibsqlHttpError | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function next<T>(request: () => Promise<T>): Promise<T> {
    const result = last.then(async () => {
      if (ended) throw ended;
      try {
        return await request();
      } catch (thrown) {
        const error = toLibsqlError(thrown);
        if (endsTransaction(error.code)) ended = error;
        throw error;
      }
    });
    last = result.catch(() => undefined);
    return result;
  }

  return wrapTransaction(tx, {
    execute: (statement) => next(() => tx.execute(statement)),
    batch: (statements) => next(() => tx.batch(statements)),
    executeMultiple: (sql) => next(() => tx.executeMultiple(sql)),
    commit: () => next(() => tx.commit().catch(throwAfterCommit)),
    // If it cannot be sent, the server rolls back by itself, and the error before is the one that counts.
    rollback: () => last.then(() => tx.rollback()).catch(() => tx.close()),
  });
}

/** A COMMIT without a response may or may not have been executed. */
function throwAfterCommit(thrown: unknown): never {
  const error = toLibsqlError(thrown);
  if (error.code !== 'LIBSQL_LOST' && error.code !== 'LIBSQL_TIMEOUT') throw error;
  throw new LibsqlHttpError('LIBSQL_OUTCOME_UNKNOWN', `${error.message}; it may have been committed`, error);
}

/** Repeats `request` as the table of `retryOf` says: up to 10 s for other writers, otherwise twice at most. */
function repeat<T>(request: () => Promise<T>, kind: 'read' | 'write'): Promise<T> {
  const deadline = performance.now() + BUSY_MS;
  let repeats = 0;
  return retry(request, {
    when: (error) => {
      const policy = retryOf(codeOf(error));
      if (policy === 'wait' && performance.now() < deadline) return true;
      const isSafe = policy === 'always' || (policy === 'read' && kind === 'read');
      if (!isSafe || repeats >= REPEATS) return false;
      repeats += 1;
      return true;
    },
    pauseMs: exponentialPause({ firstMs: 5, maxMs: 250 }),
  });
}

/** The code of a LibsqlHttpError, which a query may have wrapped; empty for any other error. */
function codeOf(error: unknown): string {
  if (error instanceof LibsqlHttpError) return error.code;
  return error instanceof Error && error.cause instanceof LibsqlHttpError ? error.cause.code : '';
}
