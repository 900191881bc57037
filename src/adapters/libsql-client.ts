/** A libSQL client whose requests run through functions that queue or repeat them. */
import type { Client, InArgs, InStatement, Transaction } from '@libsql/client';

export interface ClientWrapping {
  /** Whether a statement only reads. */
  readonly isRead: (sql: string) => boolean;
  readonly read: <T>(request: (client: Client) => Promise<T>) => Promise<T>;
  readonly write: <T>(request: (client: Client) => Promise<T>) => Promise<T>;
  readonly transaction: Client['transaction'];
  /** Default: closes `client`. */
  readonly close?: () => void;
}

/** Sends statements through `read` or `write`, batches and scripts through `write`. Everything else is `client`'s own. */
export function wrapClient(client: Client, { isRead, read, write, transaction, close }: ClientWrapping): Client {
  return {
    execute: (statement: InStatement, args?: InArgs) => {
      const sql = typeof statement === 'string' ? statement : statement.sql;
      const request = (to: Client) => (typeof statement === 'string' ? to.execute(statement, args) : to.execute(statement));
      return isRead(sql) ? read(request) : write(request);
    },
    batch: (...batch) => write((to) => to.batch(...batch)),
    migrate: (statements) => write((to) => to.migrate(statements)),
    executeMultiple: (sql) => write((to) => to.executeMultiple(sql)),
    transaction,
    sync: () => client.sync(),
    reconnect: () => client.reconnect(),
    close: close ?? (() => client.close()),
    get closed() {
      return client.closed;
    },
    get protocol() {
      return client.protocol;
    },
  };
}

/** `tx` with some of its methods replaced. */
export function wrapTransaction(tx: Transaction, replaced: Partial<Omit<Transaction, 'closed'>>): Transaction {
  return {
    execute: (statement) => tx.execute(statement),
    batch: (statements) => tx.batch(statements),
    executeMultiple: (sql) => tx.executeMultiple(sql),
    commit: () => tx.commit(),
    rollback: () => tx.rollback(),
    close: () => tx.close(),
    ...replaced,
    get closed() {
      return tx.closed;
    },
  };
}
