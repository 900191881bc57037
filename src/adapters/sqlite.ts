/**
 * A local libSQL client that writes one statement or transaction at a time (docs/decisions/0002).
 *
 * The native driver is synchronous. If two transactions of this process overlapped, the second would wait in SQLite's busy
 * handler, on the only thread on which the first can finish. Writes therefore queue here, and a lock of another process is
 * waited for between attempts, with the event loop free.
 *
 * A statement that SQLite refused with BUSY stays active, and the driver cannot reset it. No later write commits on its
 * connection: it appears to succeed, and keeps the lock. A connection that was busy is therefore closed before the next
 * attempt, and writes have a connection of their own.
 */
import { existsSync } from 'node:fs';
import { access, chmod, constants, mkdir, open, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Client, Transaction, TransactionMode } from '@libsql/client/sqlite3';
import { createClient, LibsqlError } from '@libsql/client/sqlite3';
import { createMutex } from '../kernel/core/concurrency.ts';
import { exponentialPause, retry } from '../kernel/core/retry.ts';
import { wrapClient, wrapTransaction } from './libsql-client.ts';

/** Milliseconds that SQLite may wait for another process, with the thread blocked. */
const BUSY_MS = 20;
/** Milliseconds to wait for another process in all, with the event loop free. */
const BUSY_DEADLINE_MS = 10_000;
/**
 * Milliseconds between two writes of which the second waits for the first. SQLite's lock has no queue: a process that takes it
 * again at once starves the others, which look for it every few milliseconds. A longer pause slows documents down, and lets no
 * more of the others through.
 */
const GIVE_WAY_MS = 1;
const READERS = 8;

const hasCode = (error: unknown, code: string) => error instanceof LibsqlError && error.code.startsWith(code);

/** Repeats `request` while another process holds the lock, for up to ten seconds, on new connections each time. */
function retryWhileBusy<T>({ client, isClosed }: Connections, request: (client: Client) => Promise<T>): Promise<T> {
  const deadline = performance.now() + BUSY_DEADLINE_MS;
  return retry(() => request(client), {
    when: (error) => {
      const isBusy = hasCode(error, 'SQLITE_BUSY');
      if (isBusy && !isClosed()) client.reconnect();
      if (isClosed() || performance.now() > deadline) return false;
      // CLIENT_CLOSED: another request that reconnected closed this one's connection before it was used.
      return isBusy || hasCode(error, 'CLIENT_CLOSED');
    },
    pauseMs: exponentialPause({ firstMs: 1, maxMs: 3 }),
  });
}

/** A client whose connections can be replaced. */
interface Connections {
  readonly client: Client;
  /** Whether the database was closed. A closed client is not reconnected. */
  isClosed(): boolean;
}

/** Whether a statement only reads. */
export const isRead = (sql: string) => /^\s*(?:select|pragma|explain)\b/i.test(sql);

export interface SqliteClient {
  readonly client: Client;
  /** Closes the file. A client whose statements run in a thread has closed it when the promise resolves. */
  close(): void | Promise<void>;
  /** Runs statements that may take long; default `client`. */
  readonly forSearches?: Client;
  /** Runs what drizzle writes; default `client`. */
  readonly forDrizzle?: Client;
}

/** Opens `path` in WAL mode and creates it if it is absent. Throws an Error that names path, rights and free disk space. */
export async function openSqliteFile(path: string): Promise<SqliteClient> {
  let closed = false;
  const connect = (concurrency: number): Connections => ({
    client: createClient({ url: `file:${path.replace(/[%?#]/g, encodeURIComponent)}`, concurrency, timeout: BUSY_MS }),
    isClosed: () => closed,
  });
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await makePrivate(path);
    const writer = connect(1);
    await retryWhileBusy(writer, (client) => client.execute('PRAGMA journal_mode = WAL'));
    const reader = connect(READERS);
    const client = serialiseWrites(writer, reader, () => {
      closed = true;
      reader.client.close();
      writer.client.close();
    });
    return { client, close: () => client.close() };
  } catch (error) {
    throw new Error(await explainOpenFailure(path, error), { cause: error });
  }
}

/** Lets only this user read the database; SQLite gives its other files the same mode. The folder stays as it is. */
async function makePrivate(path: string): Promise<void> {
  await (await open(path, 'a', 0o600)).close();
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    // Missing, or another user's.
    await chmod(file, 0o600).catch(() => undefined);
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

function serialiseWrites(writer: Connections, reader: Connections, closeConnections: () => void): Client {
  const writes = createMutex();
  /** Of the write transaction under way. */
  let releaseOpen = () => {};
  const read = <T>(request: (client: Client) => Promise<T>) => retryWhileBusy(reader, request);

  /** Resolves with the function that ends the turn of a write. */
  async function turn(): Promise<() => void> {
    const release = await writes.acquire();
    return () => {
      if (writes.state().waiting === 0) release();
      else setTimeout(release, GIVE_WAY_MS);
    };
  }

  async function write<T>(request: (client: Client) => Promise<T>): Promise<T> {
    const release = await turn();
    try {
      return await retryWhileBusy(writer, request);
    } finally {
      release();
    }
  }

  async function transaction(mode: TransactionMode = 'write'): Promise<Transaction> {
    if (mode === 'read') return read((client) => client.transaction(mode));
    const release = await turn();
    releaseOpen = release;
    try {
      const tx = await retryWhileBusy(writer, (client) => client.transaction(mode));
      return releaseAtEnd(tx, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  function close(): void {
    closeConnections();
    // The open transaction cannot continue, so the writes that wait for its end are refused now.
    releaseOpen();
  }

  return wrapClient(writer.client, { isRead, read, write, transaction, close });
}

/** Releases the write mutex when the transaction is committed, rolled back or closed. */
function releaseAtEnd(tx: Transaction, release: () => void): Transaction {
  const close = () => {
    tx.close();
    release();
  };
  const end = async (request: () => Promise<void>) => {
    try {
      await request();
    } finally {
      close();
    }
  };
  return wrapTransaction(tx, {
    commit: () => end(() => tx.commit()),
    // SQLite has rolled back by itself on a full disk; the client's error for that would hide the one that says so.
    rollback: () => end(async () => (tx.closed ? undefined : tx.rollback())),
    close,
  });
}
