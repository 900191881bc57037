/**
 * A libSQL client for a local file whose statements run in a thread of their own (docs/decisions/0022).
 *
 * The native driver is synchronous: in the process's own thread, a statement, and above all a COMMIT that waits for the disk,
 * stops the event loop and whatever the process serves meanwhile.
 *
 * A thread that ends by itself takes its transactions with it. Requests in flight are rejected with LIBSQL_LOST, which
 * `isDatabaseAway` knows as "unavailable": like a connection that is lost, it leaves open whether a COMMIT took place. The next
 * request starts another thread.
 */
import { Worker } from 'node:worker_threads';
import type { Client, InArgs, InStatement, Replicated, Transaction, TransactionMode } from '@libsql/client/sqlite3';
import { LibsqlError } from '@libsql/client/sqlite3';
import { wrapClient } from './libsql-client.ts';
import { programPath } from './package-files.ts';
import { isRead, openSqliteFile, type SqliteClient } from './sqlite.ts';
import {
  type Answer,
  createUnpacker,
  type PackedResult,
  packArgs,
  packStatement,
  type Request,
  type ThreadMessage,
  type Transfers,
  type UnpackResult,
  unpackError,
} from './sqlite-messages.ts';

export interface SqliteThread extends SqliteClient {
  /** Closes the file and waits until the thread has ended. Requests that are not answered by then are rejected. */
  close(): Promise<void>;
}

export interface SqliteThreadOptions {
  /** Called with each thread that is started. */
  readonly onStart?: (thread: Worker) => void;
}

/** Opens `path` as `openSqliteFile` does, in a thread. Rejects with the same errors. */
export async function openSqliteThread(path: string, { onStart }: SqliteThreadOptions = {}): Promise<SqliteThread> {
  const unpackResult = createUnpacker();
  const unpackResults = (packed: unknown) => (packed as PackedResult[]).map(unpackResult);
  let current: Promise<Link> | undefined;
  let closed = false;
  let ended: Promise<void> = Promise.resolve();

  function link(): Promise<Link> {
    if (closed) return Promise.reject(new LibsqlError('The client is closed', 'CLIENT_CLOSED'));
    if (current) return current;
    const onEnd = () => {
      if (current === started) current = undefined;
    };
    const started = startLink(path, { onStart, onEnd });
    current = started;
    return started;
  }

  /** As of a database that is away, where the file cannot be opened again. */
  async function use(): Promise<Link> {
    try {
      return await link();
    } catch (error) {
      throw error instanceof LibsqlError
        ? error
        : new LibsqlError(toError(error)?.message ?? '', 'SQLITE_CANTOPEN', undefined, undefined, toError(error));
    }
  }

  async function send(method: Request['method'], args: readonly unknown[], transfers?: Transfers): Promise<unknown> {
    const answer = await (await use()).request({ method, args }, transfers);
    if (!answer.ok) throw unpackError(answer.error);
    return answer.value;
  }

  function closeThread(): Promise<void> {
    closed = true;
    if (current) ended = current.then((open) => open.close()).catch(() => undefined);
    current = undefined;
    return ended;
  }

  const client: Client = {
    execute: async (statement: InStatement, args?: InArgs) => {
      const transfers: Transfers = [];
      const packed = [packStatement(statement, transfers), ...(args === undefined ? [] : [packArgs(args, transfers)])];
      return unpackResult((await send('execute', packed, transfers)) as PackedResult);
    },
    batch: async (statements, mode) => {
      const transfers: Transfers = [];
      const packed = statements.map((statement) => packStatement(statement, transfers));
      return unpackResults(await send('batch', mode === undefined ? [packed] : [packed, mode], transfers));
    },
    migrate: async (statements) => {
      const transfers: Transfers = [];
      return unpackResults(await send('migrate', [statements.map((one) => packStatement(one, transfers))], transfers));
    },
    executeMultiple: async (sql) => {
      await send('executeMultiple', [sql]);
    },
    transaction: async (mode: TransactionMode = 'write') => beginTransaction(await use(), { mode, unpackResult }),
    sync: async () => (await send('sync', [])) as Replicated,
    // The thread replaces its connections itself; this one opens a closed client again.
    reconnect: () => {
      closed = false;
    },
    close: () => void closeThread(),
    get closed() {
      return closed;
    },
    protocol: 'file',
  };

  await link();
  return { client, close: closeThread };
}

/**
 * Opens `path` for reads in the caller's own thread and for writes in another: reads take microseconds, and a message to a thread
 * several times as long, while a COMMIT waits for the disk and BEGIN for other processes.
 */
export async function openSqliteWritingInThread(path: string): Promise<SqliteClient> {
  const writer = await openSqliteThread(path);
  const reader = await openSqliteFile(path).catch(async (error: unknown) => {
    await writer.close();
    throw error;
  });
  const close = async () => {
    await reader.close();
    await writer.close();
  };
  const client = wrapClient(writer.client, {
    isRead,
    read: (request) => request(reader.client),
    write: (request) => request(writer.client),
    transaction: (mode: TransactionMode = 'write') => (mode === 'read' ? reader : writer).client.transaction(mode),
    close: () => void close(),
  });
  // A search reads much; a read by key takes less than a message to a thread.
  return { client, close, forSearches: writer.client };
}

interface TransactionOptions {
  readonly mode: TransactionMode;
  readonly unpackResult: UnpackResult;
}

async function beginTransaction(link: Link, { mode, unpackResult }: TransactionOptions): Promise<Transaction> {
  const transaction = link.nextTransaction();
  let closed = false;

  async function send(method: Request['method'], args: readonly unknown[], transfers?: Transfers): Promise<unknown> {
    const answer = await link.request({ method, transaction, args }, transfers);
    closed = answer.isTransactionClosed;
    if (!answer.ok) throw unpackError(answer.error);
    return answer.value;
  }

  await send('transaction', [mode]);
  return {
    execute: async (statement: InStatement, args?: InArgs) => {
      const transfers: Transfers = [];
      const packed = typeof statement === 'string' && args !== undefined ? { sql: statement, args } : statement;
      return unpackResult((await send('execute', [packStatement(packed, transfers)], transfers)) as PackedResult);
    },
    batch: async (statements) => {
      const transfers: Transfers = [];
      const packed = statements.map((one) => packStatement(one, transfers));
      return ((await send('batch', [packed], transfers)) as PackedResult[]).map(unpackResult);
    },
    executeMultiple: async (sql) => {
      await send('executeMultiple', [sql]);
    },
    commit: async () => {
      await send('commit', []);
    },
    rollback: async () => {
      // The transaction ended with its thread; the caller is about to throw what it caught.
      if (!link.hasEnded()) await send('rollback', []).catch((error) => throwUnless(link.hasEnded(), error));
      closed = true;
    },
    close: () => {
      closed = true;
      link.post({ method: 'close', transaction, args: [] });
    },
    get closed() {
      return closed || link.hasEnded();
    },
  };
}

function throwUnless(isFine: boolean, error: unknown): void {
  if (!isFine) throw error;
}

/** A thread that holds the file open. */
interface Link {
  /** Rejects where the thread ends first, or a value cannot be sent. */
  request(request: Omit<Request, 'id'>, transfers?: Transfers): Promise<Answer>;
  post(request: Omit<Request, 'id'>): void;
  nextTransaction(): number;
  hasEnded(): boolean;
  /** Closes the file and waits for the end of the thread. */
  close(): Promise<void>;
}

interface LinkOptions {
  readonly onStart: SqliteThreadOptions['onStart'];
  onEnd(): void;
}

/** The thread keeps the process running only while requests are in flight. */
async function startLink(path: string, { onStart, onEnd }: LinkOptions): Promise<Link> {
  const thread = new Worker(programPath('sqlite-thread'), {
    workerData: { path },
    name: 'sqlite',
    // Prepared statements are freed when garbage is collected, and this thread makes little garbage of other kinds.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  onStart?.(thread);
  const pending = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  const opened = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<void>();
  let lastId = 0;
  let lastTransaction = 0;
  let isClosing = false;
  let end: LibsqlError | undefined;
  let fault: unknown;

  function onMessage(message: ThreadMessage): void {
    if ('opened' in message) opened.resolve();
    else if ('failed' in message) opened.reject(new Error(message.failed, { cause: unpackError(message.cause as Error) }));
    else {
      const waiting = pending.get(message.id);
      pending.delete(message.id);
      if (pending.size === 0) thread.unref();
      waiting?.resolve(message);
    }
  }

  function onExit(): void {
    end = isClosing
      ? new LibsqlError('The client is closed', 'CLIENT_CLOSED')
      : new LibsqlError('The thread of the database has ended', 'LIBSQL_LOST', undefined, undefined, toError(fault));
    onEnd();
    opened.reject(end);
    for (const { reject } of pending.values()) reject(end);
    pending.clear();
    exited.resolve();
  }

  thread.on('message', onMessage);
  thread.on('error', (error) => {
    fault = error;
  });
  thread.on('exit', onExit);
  await opened.promise;
  thread.unref();

  return {
    request: (request, transfers) => {
      if (end) return Promise.reject(end);
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      const id = ++lastId;
      // Throws for a value that no message can carry, such as a function: then nothing is pending.
      thread.postMessage({ id, ...request } satisfies Request, transfers);
      if (pending.size === 0) thread.ref();
      pending.set(id, { resolve, reject });
      return promise;
    },
    post: (request) => thread.postMessage(request),
    nextTransaction: () => ++lastTransaction,
    hasEnded: () => end !== undefined,
    close: () => {
      isClosing = true;
      thread.ref();
      thread.postMessage({ method: 'close', args: [] } satisfies Request);
      return exited.promise;
    },
  };
}

const toError = (fault: unknown): Error | undefined => (fault instanceof Error ? fault : undefined);
