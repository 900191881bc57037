/** The configured database, opened: one function for the API, the worker and the command line. */
import { type Client, createClient } from '@libsql/client';
import type { Config } from '../../kernel/config.ts';
import { openSqlite } from '../../kernel/db/open-sqlite.ts';
import type { Database } from '../../kernel/db/types.ts';
import { migrateSqlite } from './migrate-sqlite.ts';
import { openSqliteFile } from './sqlite.ts';

export interface OpenDatabase {
  readonly db: Database;
  readonly client: Client;
  /** Where the data is, fit for a log. */
  readonly place: string;
  migrate(): Promise<void>;
  /** Rejects where a table cannot be read. */
  ping(): Promise<void>;
  close(): void;
}

/** Throws an Error whose message says what to change: path, rights and disk space for a file. */
export async function openDatabase({ database }: Pick<Config, 'database'>): Promise<OpenDatabase> {
  const { client, place } = await openClient(database);
  return {
    db: openSqlite(client),
    client,
    place,
    migrate: () => migrateSqlite(client),
    ping: async () => {
      await client.execute('select 1 from users limit 1');
    },
    close: () => client.close(),
  };
}

async function openClient(database: Config['database']): Promise<{ client: Client; place: string }> {
  switch (database.kind) {
    case 'sqlite':
      return { client: (await openSqliteFile(database.path)).client, place: database.path };
    case 'libsql': {
      const { url, authToken } = database;
      const client = createClient({ url, ...(authToken ? { authToken: authToken.reveal() } : {}) });
      return { client, place: new URL(url).host };
    }
    case 'postgres':
      throw new Error('DATABASE_URL: this version stores its data in SQLite or libSQL, not in PostgreSQL');
  }
}
