/** The thread that holds a SQLite file: it performs the requests of sqlite-thread.ts on a client of sqlite.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Client, InArgs, InStatement, Transaction, TransactionMode } from '@libsql/client/sqlite3';
import { LibsqlError } from '@libsql/client/sqlite3';
import { openSqliteFile, type SqliteClient } from './sqlite.ts';
import { type Answer, packError, packResult, type Request, type ThreadMessage, type Transfers } from './sqlite-messages.ts';

function post(message: ThreadMessage, transfers: Transfers = []): void {
  parentPort?.postMessage(message, transfers);
}

const transactions = new Map<number, Transaction>();

async function onClient(client: Client, { method, transaction, args }: Request, transfers: Transfers): Promise<unknown> {
  switch (method) {
    case 'execute':
      return packResult(await client.execute(...(args as [string, InArgs?])), transfers);
    case 'batch': {
      const results = await client.batch(...(args as Parameters<Client['batch']>));
      return results.map((result) => packResult(result, transfers));
    }
    case 'migrate': {
      const results = await client.migrate(args[0] as InStatement[]);
      return results.map((result) => packResult(result, transfers));
    }
    case 'executeMultiple':
      return client.executeMultiple(args[0] as string);
    case 'sync':
      return client.sync();
    case 'transaction':
      transactions.set(transaction as number, await client.transaction(args[0] as TransactionMode | undefined));
      return undefined;
    default:
      throw new Error(`a client has no ${method} by message`);
  }
}

async function onTransaction(id: number, { method, args }: Request, transfers: Transfers): Promise<unknown> {
  const tx = transactions.get(id);
  // As of libSQL: what has ended can be rolled back and closed again, and nothing else.
  if (!tx && (method === 'rollback' || method === 'close')) return undefined;
  if (!tx) throw new LibsqlError('The transaction is closed', 'TRANSACTION_CLOSED');
  switch (method) {
    case 'execute':
      return packResult(await tx.execute(args[0] as InStatement), transfers);
    case 'batch': {
      const results = await tx.batch(args[0] as InStatement[]);
      return results.map((result) => packResult(result, transfers));
    }
    case 'executeMultiple':
      return tx.executeMultiple(args[0] as string);
    case 'commit':
    case 'rollback':
      transactions.delete(id);
      return tx[method]();
    case 'close':
      transactions.delete(id);
      return tx.close();
    default:
      throw new Error(`a transaction has no ${method}`);
  }
}

async function perform(client: Client, request: Request): Promise<void> {
  const { id = 0, method, transaction } = request;
  const transfers: Transfers = [];
  const isWithin = transaction !== undefined && method !== 'transaction';
  const isTransactionClosed = () => isWithin && (transactions.get(transaction)?.closed ?? true);
  let answer: Answer;
  try {
    const value = await (isWithin ? onTransaction(transaction, request, transfers) : onClient(client, request, transfers));
    answer = { id, ok: true, value, isTransactionClosed: isTransactionClosed() };
  } catch (error) {
    answer = { id, ok: false, error: packError(error), isTransactionClosed: isTransactionClosed() };
  }
  if (request.id !== undefined) post(answer, answer.ok ? transfers : []);
}

function serve({ client, close }: SqliteClient): void {
  parentPort?.on('message', (request: Request) => {
    if (request.transaction === undefined && request.method === 'close') {
      close();
      // Requests that waited for a lock are rejected by now or at their next attempt; then nothing keeps the thread running.
      parentPort?.close();
    } else void perform(client, request);
  });
  post({ opened: true });
}

try {
  serve(await openSqliteFile((workerData as { path: string }).path));
} catch (error) {
  const { message, cause } = error as Error;
  post({ failed: message, cause: packError(cause) });
}
