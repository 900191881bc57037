/**
 * Reads of a SQLite file by statements that stay prepared, for a thread that asks a few queries again and again. The client
 * prepares each statement anew and describes every value of a row as two properties, which together take as long as SQLite's work.
 */
import type { Client, InStatement, ResultSet } from '@libsql/client';
import Database from 'libsql';
import { createBoundedMap } from '../kernel/core/bounded-map.ts';
import { isRead } from './sqlite.ts';

/** Statements that stay prepared. */
const MAX_STATEMENTS = 64;

/** A statement that has been prepared: its rows as arrays of their values. */
type Prepared = (args: readonly unknown[]) => unknown[][];

/**
 * The client of the file at `path`, whose rows of a query are arrays without the names of columns, as drizzle reads them. What
 * fails on the connection of the prepared statements, such as a read of a locked file, is done by `client`, which waits for the
 * lock and says what is wrong. An integer of more than 53 bits is rounded.
 */
export function withPreparedReads(client: Client, path: string): Client {
  let connection: Database.Database | undefined;
  let statements = noStatements();

  function prepare(sql: string): Prepared {
    const known = statements.get(sql);
    if (known) return known;
    connection ??= new Database(path, {});
    const statement = connection.prepare(sql).raw(true);
    // To the end of the rows: a statement that stops before it holds the state of the file that it reads.
    const prepared: Prepared = (args) => (statement.all(args) as unknown[][]).map(withoutBuffers);
    statements.set(sql, prepared);
    return prepared;
  }

  function disconnect(): void {
    statements = noStatements();
    connection?.close();
    connection = undefined;
  }

  function read(sql: string, args: readonly unknown[]): unknown[][] | undefined {
    try {
      return prepare(sql)(args);
    } catch {
      // A statement that failed may be left in the middle of its rows.
      disconnect();
      return undefined;
    }
  }

  return {
    ...client,
    execute: async (statement: InStatement, args?: Parameters<Client['execute']>[1]) => {
      if (typeof statement === 'string') return client.execute(statement, args);
      const isPrepared = Array.isArray(statement.args) && isRead(statement.sql) && !client.closed;
      const rows = isPrepared ? read(statement.sql, statement.args as unknown[]) : undefined;
      return rows ? ({ rows } as unknown as ResultSet) : client.execute(statement);
    },
    close: () => {
      disconnect();
      client.close();
    },
    get closed() {
      return client.closed;
    },
    get protocol() {
      return client.protocol;
    },
  };
}

const noStatements = () => createBoundedMap<string, Prepared>({ capacity: MAX_STATEMENTS, evict: 'least-recently-used' });

/** Bytes as the client gives them. */
function withoutBuffers(row: unknown[]): unknown[] {
  for (let at = 0; at < row.length; at++) {
    const value = row[at];
    if (typeof value === 'object' && value instanceof Buffer) row[at] = value.buffer;
  }
  return row;
}
