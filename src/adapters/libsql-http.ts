/**
 * A libSQL server over HTTP, as Turso runs it: every request within a deadline, and again where that is safe. It uses nothing
 * of Node: the caller brings `createClient` of `@libsql/client`, or on Workers of `@libsql/client/web`.
 *
 * A write is repeated where the server said that it did not do it, and a transaction also where the connection was lost
 * before its COMMIT was sent: a stream that nobody asks is rolled back. What may have been committed is never sent twice.
 */
import type { Client, Config, InArgs, InStatement, Transaction, TransactionMode } from '@libsql/client';
import { createSemaphore } from '../kernel/core/concurrency.ts';
import { exponentialPause, retry } from '../kernel/core/retry.ts';
import { openSqlite } from '../kernel/db/open-sqlite.ts';
import type { Database } from '../kernel/db/types.ts';
import { toLibsqlError, explainLibsql, fromResponse, fromNetwork, LibsqlHttpError } from './libsql-error.ts';

export interface LibsqlHttpOptions {
  readonly url: string;
  readonly authToken?: string | undefined;
  readonly createClient: (config: Config) => Client;
  /** Default the global one. */
  readonly fetch?: (request: Request, init: RequestInit) => Promise<Response>;
  /** Milliseconds that a request may take; it is ended then. Default 10,000. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 10_000;
/** How long others who write are waited for, as with a file. */
const BUSY_MS = 10_000;
/** The server lets one write at a time; the others bridge the way to it and back. */
const TRANSACTIONS = 4;
const TURN_MS = 20_000;
/** Repetitions after a lost connection or an expired stream. */
const REPEATS = 2;
/** More would queue in the client, where no deadline counts. */
const CONCURRENCY = 500;

const WAITED_FOR = /^(?:SQLITE_BUSY|SQLITE_LOCKED|LIBSQL_BUSY)/;
const isUndone = (code: string) => code === 'LIBSQL_EXPIRED' || code === 'LIBSQL_ROLLED_BACK';
/** Of a read, and of a transaction before its COMMIT. */
const isHarmless = (code: string) => isUndone(code) || code === 'LIBSQL_LOST';
/** After these the transaction they come from goes on; any other error ends it, on the server's side or on ours. */
const STATEMENT_ONLY = /^(?:SQLITE_(?:CONSTRAINT|UNKNOWN|ERROR|MISMATCH|RANGE|TOOBIG)|SQL_|ARGS_|RESPONSE_TOO_LARGE)/;

const isRead = (sql: string) =>
  /^\s*(?:select|explain|pragma|with)\b/i.test(sql) && !/^\s*with\b.*\b(?:insert|update|delete)\b/is.test(sql);

/** `host[:port][/path]` of a URL, fit for a log. */
export function placeOfLibsql(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}`;
}

/** Its errors are LibsqlHttpError, all of them. */
export function connectLibsql({ url, authToken, createClient, deadlineMs = DEADLINE_MS, ...given }: LibsqlHttpOptions): Client {
  const send = given.fetch ?? ((request, init) => fetch(request, init));
  const client = createClient({
    url,
    concurrency: CONCURRENCY,
    ...(authToken === undefined ? {} : { authToken }),
    fetch: async (request: Request) => {
      const response = await send(request, { signal: AbortSignal.timeout(deadlineMs) }).catch((error: unknown) => {
        throw fromNetwork(error);
      });
      if (response.ok) return response;
      throw await fromResponse(response);
    },
  });
  const named = <T>(work: () => Promise<T>) =>
    work().catch((error: unknown) => {
      throw toLibsqlError(error);
    });
  const write = <T>(work: () => Promise<T>) => repeated(() => named(work), isUndone);
  const read = <T>(work: () => Promise<T>) => repeated(() => named(work), isHarmless);
  return new Proxy(client, {
    get(target, property) {
      switch (property) {
        case 'execute':
          return (statement: InStatement | string, args?: InArgs) => {
            const run = () => (typeof statement === 'string' ? target.execute(statement, args) : target.execute(statement));
            return (isRead(typeof statement === 'string' ? statement : statement.sql) ? read : write)(run);
          };
        case 'batch':
          return (...batch: Parameters<Client['batch']>) => write(() => target.batch(...batch));
        case 'migrate':
          return (...statements: Parameters<Client['migrate']>) => write(() => target.migrate(...statements));
        case 'executeMultiple':
          return (...sql: Parameters<Client['executeMultiple']>) => write(() => target.executeMultiple(...sql));
        case 'transaction':
          return async (mode: TransactionMode = 'write') => oneByOne(await named(() => target.transaction(mode)));
        default: {
          const value = Reflect.get(target, property, target);
          return typeof value === 'function' ? value.bind(target) : value;
        }
      }
    },
  });
}

/**
 * Drizzle over such a client; a transaction's work may run more than once, as on PostgreSQL. Those of one process wait for
 * one another here: in the server they would wait within their deadline.
 */
export function openLibsqlHttp(client: Client): Database {
  const turns = createSemaphore({
    max: TRANSACTIONS,
    waitMs: TURN_MS,
    timeoutError: () => new LibsqlHttpError('LIBSQL_BUSY', `none of ${TRANSACTIONS} transactions ended within ${TURN_MS} ms`),
  });
  return new Proxy(openSqlite(client), {
    get(target, property, receiver) {
      if (property !== 'transaction') return Reflect.get(target, property, receiver);
      const transaction: Database['transaction'] = (work, config) =>
        turns.run(() => repeated(() => target.transaction(work, config), isHarmless));
      return transaction;
    },
  });
}

/** Rejects with an Error for the person who configured it. */
export async function checkLibsql(client: Pick<Client, 'execute'>, url: string): Promise<void> {
  await client.execute('select 1').catch((cause: unknown) => {
    throw new Error(explainLibsql(cause, placeOfLibsql(url)), { cause });
  });
}

/**
 * A transaction that sends a statement when the one before is answered, and none after an error that ended it: this version of
 * the protocol would carry out what follows on its own, outside of any transaction.
 */
function oneByOne(tx: Transaction): Transaction {
  let ended: LibsqlHttpError | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(async () => {
      if (ended) throw ended;
      try {
        return await work();
      } catch (thrown) {
        const error = toLibsqlError(thrown);
        if (!STATEMENT_ONLY.test(error.code)) ended = error;
        throw error;
      }
    });
    last = result.catch(() => undefined);
    return result;
  }

  return new Proxy(tx, {
    get(target, property) {
      switch (property) {
        case 'execute':
          return (...statement: Parameters<Transaction['execute']>) => inTurn(() => target.execute(...statement));
        case 'batch':
          return (...batch: Parameters<Transaction['batch']>) => inTurn(() => target.batch(...batch));
        case 'executeMultiple':
          return (...sql: Parameters<Transaction['executeMultiple']>) => inTurn(() => target.executeMultiple(...sql));
        case 'commit':
          return () => inTurn(() => target.commit().catch(afterCommit));
        case 'rollback':
          // Where it cannot be sent the server does it by itself, and what went wrong before is what counts.
          return () => last.then(() => target.rollback()).catch(() => target.close());
        default: {
          const value = Reflect.get(target, property, target);
          return typeof value === 'function' ? value.bind(target) : value;
        }
      }
    },
  });
}

/** Whether a COMMIT that was sent and not answered was carried out nobody knows. */
function afterCommit(thrown: unknown): never {
  const error = toLibsqlError(thrown);
  if (error.code !== 'LIBSQL_LOST' && error.code !== 'LIBSQL_TIMEOUT') throw error;
  throw new LibsqlHttpError('LIBSQL_OUTCOME_UNKNOWN', `${error.message}; it may have been committed`, error);
}

/** Waits for other writers up to BUSY_MS; repeats up to REPEATS times after an error that `mayRepeat` accepts. */
function repeated<T>(work: () => Promise<T>, mayRepeat: (code: string) => boolean): Promise<T> {
  const deadline = performance.now() + BUSY_MS;
  let repeats = 0;
  return retry(work, {
    when: (error) => {
      const code = codeOf(error);
      if (WAITED_FOR.test(code) && performance.now() < deadline) return true;
      if (!mayRepeat(code) || repeats >= REPEATS) return false;
      repeats += 1;
      return true;
    },
    pauseMs: exponentialPause({ firstMs: 5, maxMs: 250 }),
  });
}

/** Of an error of the server or the connection, which a query may have wrapped; empty of any other. */
function codeOf(error: unknown): string {
  if (error instanceof LibsqlHttpError) return error.code;
  return error instanceof Error && error.cause instanceof LibsqlHttpError ? error.cause.code : '';
}
