/**
 * A local libSQL client that writes one at a time.
 *
 * The native driver is synchronous: were two transactions of this process to overlap, the second would sit in
 * SQLite's busy handler on the only thread the first could finish on. Writes therefore queue here, and a lock held
 * by another process is waited for between attempts, with the event loop free.
 */
import { existsSync } from 'node:fs';
import { access, constants, mkdir, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, InArgs, InStatement, ResultSet, Transaction, TransactionMode } from '@libsql/client';
import { createClient, LibsqlError } from '@libsql/client';

/** Milliseconds SQLite itself may wait for another process, with the thread blocked; we wait longer, unblocked. */
const BUSY_MS = 20;
const BUSY_DEADLINE_MS = 10_000;

const isBusy = (error: unknown) => error instanceof LibsqlError && error.code.startsWith('SQLITE_BUSY');

/** Repeats `attempt` while another process holds the lock, up to ten seconds. */
async function whileBusy<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + BUSY_DEADLINE_MS;
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || Date.now() > deadline) throw error;
      await sleep(pause * (0.5 + Math.random()));
    }
  }
}

const isRead = (sql: string) => /^\s*(?:select|pragma|explain)\b/i.test(sql);

/** A queue of one: `take` resolves to its release function when all before it have released. */
function createMutex() {
  let tail = Promise.resolve();
  return async function take(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const before = tail;
    tail = before.then(() => promise);
    await before;
    return resolve;
  };
}

export interface SqliteClient {
  readonly client: Client;
  close(): void;
}

/** Opens `path` (made if absent) in WAL mode. Throws an Error that says path, rights and disk space. */
export async function openSqliteFile(path: string): Promise<SqliteClient> {
  let client: Client;
  try {
    await mkdir(dirname(path), { recursive: true });
    client = createClient({ url: `file:${path}`, concurrency: 8, timeout: BUSY_MS });
    await whileBusy(() => client.execute('PRAGMA journal_mode = WAL'));
  } catch (error) {
    throw new Error(await explainOpenFailure(path, error), { cause: error });
  }
  return { client: serialiseWrites(client), close: () => client.close() };
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

function serialiseWrites(client: Client): Client {
  const take = createMutex();

  async function alone<T>(work: () => Promise<T>): Promise<T> {
    const release = await take();
    try {
      return await whileBusy(work);
    } finally {
      release();
    }
  }

  async function transaction(mode: TransactionMode = 'write'): Promise<Transaction> {
    if (mode === 'read') return client.transaction(mode);
    const release = await take();
    try {
      const tx = await whileBusy(() => client.transaction(mode));
      return releasing(tx, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  return new Proxy(client, {
    get(target, property) {
      switch (property) {
        case 'execute':
          return (statement: InStatement | string, args?: InArgs): Promise<ResultSet> => {
            const sql = typeof statement === 'string' ? statement : statement.sql;
            const run = () => (typeof statement === 'string' ? target.execute(statement, args) : target.execute(statement));
            return isRead(sql) ? whileBusy(run) : alone(run);
          };
        case 'batch':
          return (...args: Parameters<Client['batch']>) => alone(() => target.batch(...args));
        case 'migrate':
          return (...args: Parameters<Client['migrate']>) => alone(() => target.migrate(...args));
        case 'executeMultiple':
          return (...args: Parameters<Client['executeMultiple']>) => alone(() => target.executeMultiple(...args));
        case 'transaction':
          return transaction;
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
