/**
 * A local libSQL client that writes one at a time.
 *
 * The native driver is synchronous: were two transactions of this process to overlap, the second would sit in
 * SQLite's busy handler on the only thread the first could finish on. Writes therefore queue here, and a lock held
 * by another process is waited for between attempts, with the event loop free.
 *
 * A statement that SQLite answers with BUSY stays active, since it could be stepped again, and the driver offers no way
 * to reset it. On its connection no later write would ever commit: it would look done and keep everybody else out. So a
 * connection that was busy is closed before the next attempt, and writes have a connection of their own to close.
 */
import { existsSync } from 'node:fs';
import { access, constants, mkdir, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Client, InArgs, InStatement, ResultSet, Transaction, TransactionMode } from '@libsql/client';
import { createClient, LibsqlError } from '@libsql/client';
import { createMutex } from '../kernel/core/concurrency.ts';
import { exponentialPause, retry } from '../kernel/core/retry.ts';

/** Milliseconds SQLite itself may wait for another process, with the thread blocked; we wait longer, unblocked. */
const BUSY_MS = 20;
const BUSY_DEADLINE_MS = 10_000;
const READERS = 8;

const hasCode = (error: unknown, code: string) => error instanceof LibsqlError && error.code.startsWith(code);

/** Repeats `attempt` while another process holds the lock, for up to ten seconds, on new connections each time. */
function whileBusy<T>({ client, isClosed }: Connections, attempt: (client: Client) => Promise<T>): Promise<T> {
  const deadline = performance.now() + BUSY_DEADLINE_MS;
  return retry(() => attempt(client), {
    when: (error) => {
      const isBusy = hasCode(error, 'SQLITE_BUSY');
      if (isBusy && !isClosed()) client.reconnect();
      if (isClosed() || performance.now() > deadline) return false;
      // CLIENT_CLOSED: the reconnection of another attempt closed this one's connection before it was used.
      return isBusy || hasCode(error, 'CLIENT_CLOSED');
    },
    pauseMs: exponentialPause({ firstMs: 2, maxMs: 50 }),
  });
}

/** A client and what is needed to replace its connections. */
interface Connections {
  readonly client: Client;
  /** Closed for good, by whoever opened it. */
  isClosed(): boolean;
}

const isRead = (sql: string) => /^\s*(?:select|pragma|explain)\b/i.test(sql);

export interface SqliteClient {
  readonly client: Client;
  close(): void;
}

/** Opens `path` (made if absent) in WAL mode. Throws an Error that says path, rights and disk space. */
export async function openSqliteFile(path: string): Promise<SqliteClient> {
  let closed = false;
  const connect = (concurrency: number): Connections => ({
    client: createClient({ url: `file:${path.replace(/[%?#]/g, encodeURIComponent)}`, concurrency, timeout: BUSY_MS }),
    isClosed: () => closed,
  });
  try {
    await mkdir(dirname(path), { recursive: true });
    const writer = connect(1);
    await whileBusy(writer, (client) => client.execute('PRAGMA journal_mode = WAL'));
    const reader = connect(READERS);
    const close = () => {
      closed = true;
      reader.client.close();
      writer.client.close();
    };
    return { client: serialiseWrites(writer, reader, close), close };
  } catch (error) {
    throw new Error(await explainOpenFailure(path, error), { cause: error });
  }
}

async function explainOpenFailure(path: string, error: unknown): Promise<string> {
  const folder = dirname(path);
  const rights = await access(existsSync(path) ? path : folder, constants.R_OK | constants.W_OK).then(
    () => 'readable and writable',
    (reason: NodeJS.ErrnoException) => `not readable and writable by this user (${reason.code})`,
  );
  const space = await statfs(existsSync(folder) ? folder : '.').then(
    (fs) => `${Math.floor((fs.bavail * fs.bsize) / 1024 / 1024)} MB free on its disk`,
    () => 'free disk space unknown',
  );
  const kind = await stat(path).then(
    (found) => (found.isDirectory() ? ', it is a folder' : ''),
    () => '',
  );
  const reason = error instanceof Error ? error.message : String(error);
  return `The database file ${path} cannot be opened: ${reason} (${rights}; ${space}${kind})`;
}

function serialiseWrites(writer: Connections, reader: Connections, close: () => void): Client {
  const writes = createMutex();

  const alone = <T>(work: (client: Client) => Promise<T>) => writes.run(() => whileBusy(writer, work));

  async function transaction(mode: TransactionMode = 'write'): Promise<Transaction> {
    if (mode === 'read') return whileBusy(reader, (client) => client.transaction(mode));
    const release = await writes.acquire();
    try {
      const tx = await whileBusy(writer, (client) => client.transaction(mode));
      return releasing(tx, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  return new Proxy(writer.client, {
    get(target, property) {
      switch (property) {
        case 'execute':
          return (statement: InStatement | string, args?: InArgs): Promise<ResultSet> => {
            const sql = typeof statement === 'string' ? statement : statement.sql;
            const run = (client: Client) =>
              typeof statement === 'string' ? client.execute(statement, args) : client.execute(statement);
            return isRead(sql) ? whileBusy(reader, run) : alone(run);
          };
        case 'batch':
          return (...args: Parameters<Client['batch']>) => alone((client) => client.batch(...args));
        case 'migrate':
          return (...args: Parameters<Client['migrate']>) => alone((client) => client.migrate(...args));
        case 'executeMultiple':
          return (...args: Parameters<Client['executeMultiple']>) => alone((client) => client.executeMultiple(...args));
        case 'transaction':
          return transaction;
        case 'close':
          return close;
        default: {
          const value = Reflect.get(target, property, target);
          return typeof value === 'function' ? value.bind(target) : value;
        }
      }
    },
  });
}

/** Gives the write lock back once, when the transaction ends in whichever way. */
function releasing(tx: Transaction, release: () => void): Transaction {
  return new Proxy(tx, {
    get(target, property) {
      const value = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      if (property === 'commit' || property === 'rollback') {
        return async () => {
          try {
            return await value.call(target);
          } finally {
            target.close();
            release();
          }
        };
      }
      if (property === 'close') {
        return () => {
          target.close();
          release();
        };
      }
      return value.bind(target);
    },
  });
}
