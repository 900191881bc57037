/** Opens the configured database, for the API, the worker and the command line. */
import { type Client, createClient } from '@libsql/client';
import type { Config } from '../kernel/config/config.ts';
import type { Metrics } from '../kernel/core/metrics.ts';
import { createPostgresChunkIndex } from '../kernel/db/chunk-index.postgres.ts';
import { createSqliteChunkIndex } from '../kernel/db/chunk-index.sqlite.ts';
import type { ChunkIndex } from '../kernel/db/chunk-index.ts';
import { openPostgres } from '../kernel/db/open-postgres.ts';
import { openSqlite } from '../kernel/db/open-sqlite.ts';
import type { Database } from '../kernel/db/types.ts';
import { dropVectorIndexes, ensureVectorIndexes } from '../kernel/db/vector-indexes.postgres.ts';
import { explainLibsql } from './libsql-error.ts';
import { checkLibsql, connectLibsql, type LibsqlHttpOptions, openLibsqlHttp, placeOfLibsql } from './libsql-http.ts';
import { migratePostgres, statusOfPostgres, warningsOfPostgres } from './migrate-postgres.ts';
import { migrateSqlite, statusOfSqlite } from './migrate-sqlite.ts';
import type { MigrationStatus } from './migration-status.ts';
import { checkPostgres, connectPostgres, type PostgresOptions, placeOfPostgres } from './postgres.ts';
import { openSqliteFile, type SqliteClient } from './sqlite.ts';
import { withPreparedReads } from './sqlite-prepared-reads.ts';
import { openSqliteThread, openSqliteWritingInThread } from './sqlite-thread.ts';

/** Milliseconds: building an index on a large table takes longer than the deadline of a request. */
const MIGRATION_DEADLINE_MS = 10 * 60_000;

export interface OpenDatabase {
  readonly db: Database;
  readonly chunkIndex: ChunkIndex;
  readonly kind: 'sqlite' | 'postgres';
  /** The file or the server, without secrets, for logs. */
  readonly place: string;
  /**
   * Applies pending migrations. Rejects with an Error whose message says what to do. `notify` receives a message for operators
   * when a migration has to wait for other transactions.
   */
  migrate(notify?: (message: string) => void): Promise<void>;
  /** Applied and pending migrations. */
  status(): Promise<MigrationStatus>;
  /** Rejects if a table cannot be read. */
  ping(): Promise<void>;
  /** Periodic maintenance, in the background. Resolves to descriptions of what was done. */
  maintain(): Promise<string[]>;
  /** What an operator should know about the database, once it is migrated. */
  warnings(): Promise<string[]>;
  /** Runs a statement unchanged; for tools. */
  statement(sql: string): Promise<unknown>;
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  /** Receives the metrics of a connection pool. */
  readonly metrics?: Metrics;
  /**
   * Which statements on a SQLite file run in a thread of their own, so that they do not stop the event loop. `none` suits programs
   * that serve nothing meanwhile. Default: none.
   */
  readonly sqliteThread?: 'none' | 'writes' | 'all';
  /**
   * For a thread of searches: keeps the reads of `db` from a SQLite file prepared, and has PostgreSQL plan kept statements each time.
   * Not together with `sqliteThread`.
   */
  readonly preparedReads?: boolean;
  /** Called between the statements of a long search in a SQLite file, which stop the thread that they run in. */
  readonly pause?: () => Promise<void>;
}

/** Throws an Error whose message says what to change: path, rights and disk space for a file; host and database for a server. */
export async function openDatabase(
  { database }: Pick<Config, 'database'>,
  { metrics, sqliteThread = 'none', preparedReads = false, pause }: OpenDatabaseOptions = {},
): Promise<OpenDatabase> {
  switch (database.kind) {
    case 'sqlite':
      return openFile(database.path, preparedReads ? openPreparedReads : SQLITE_OPENERS[sqliteThread], pause);
    case 'libsql':
      return openLibsqlServer({ url: database.url, authToken: database.authToken?.reveal(), createClient });
    case 'postgres':
      return openServer(
        { url: database.url.reveal(), sslMode: database.sslMode },
        {
          ...{ max: database.poolMax, metrics, planEachTime: preparedReads },
        },
      );
  }
}

const SQLITE_OPENERS = { none: openSqliteFile, writes: openSqliteWritingInThread, all: openSqliteThread } as const;

async function openPreparedReads(path: string): Promise<SqliteClient> {
  const { client } = await openSqliteFile(path);
  const forDrizzle = withPreparedReads(client, path);
  return { client, forDrizzle, close: () => forDrizzle.close() };
}

async function openFile(
  path: string,
  open: (path: string) => Promise<SqliteClient>,
  pause: OpenDatabaseOptions['pause'],
): Promise<OpenDatabase> {
  const { client, close, forSearches, forDrizzle } = await open(path);
  return {
    ...overSqlite(client),
    chunkIndex: createSqliteChunkIndex({ client: forSearches ?? client, pause }),
    db: openSqlite(forDrizzle ?? client),
    place: path,
    migrate: () => migrateSqlite(client),
    close: async () => close(),
  };
}

async function openLibsqlServer(options: LibsqlHttpOptions): Promise<OpenDatabase> {
  const client = connectLibsql(options);
  await checkLibsql(client, options.url);
  const place = placeOfLibsql(options.url);
  return {
    ...overSqlite(client),
    db: openLibsqlHttp(client),
    place,
    migrate: async () => {
      const migrationClient = connectLibsql({ ...options, deadlineMs: MIGRATION_DEADLINE_MS });
      try {
        await migrateSqlite(migrationClient);
      } catch (cause) {
        throw new Error(explainLibsql(cause, place), { cause });
      } finally {
        migrationClient.close();
      }
    },
  };
}

/** The parts that a SQLite file and a libSQL server share. */
const overSqlite = (client: Client) => ({
  chunkIndex: createSqliteChunkIndex({ client }),
  kind: 'sqlite' as const,
  statement: (sql: string) => client.execute(sql),
  status: () => statusOfSqlite(client),
  ping: async () => {
    await client.execute('select 1 from users limit 1');
  },
  maintain: async () => [],
  warnings: async () => [],
  close: async () => client.close(),
});

async function openServer(
  options: Pick<PostgresOptions, 'url' | 'sslMode'>,
  pool: Pick<PostgresOptions, 'max' | 'metrics' | 'planEachTime'>,
): Promise<OpenDatabase> {
  const client = connectPostgres({ ...options, ...pool });
  try {
    await checkPostgres(client, options.url);
  } catch (error) {
    await client.end({ timeout: 0 });
    throw error;
  }
  return {
    db: openPostgres(client),
    chunkIndex: createPostgresChunkIndex({ client }),
    kind: 'postgres',
    place: placeOfPostgres(options.url),
    statement: (sql) => client.unsafe(sql),
    migrate: (notify) => migratePostgres({ ...options, notify }),
    status: () => statusOfPostgres(client),
    ping: async () => {
      await client`select 1 from users limit 1`;
    },
    maintain: async () => {
      const indexClient = connectPostgres({ ...options, max: 1, statementTimeoutMs: 0 });
      try {
        const dropped = await dropVectorIndexes(indexClient);
        const created = await ensureVectorIndexes(indexClient);
        return [...dropped.map((name) => `dropped the index ${name}`), ...created.map((name) => `created the index ${name}`)];
      } finally {
        await indexClient.end({ timeout: 5 });
      }
    },
    warnings: () => warningsOfPostgres(client, options.url),
    close: () => client.end({ timeout: 5 }),
  };
}

/**
 * Migrates a SQLite file, and in development any database. Elsewhere a deployment migrates once (`pharos migrate`); throws an
 * Error that says so if migrations are pending.
 */
export async function prepareDatabase(
  database: OpenDatabase,
  config: Pick<Config, 'database' | 'env'>,
  notify?: (message: string) => void,
): Promise<void> {
  if (config.database.kind === 'sqlite' || config.env === 'dev') return database.migrate(notify);
  const { pending } = await database.status();
  if (pending.length === 0) return;
  throw new Error(`The database at ${database.place} lacks ${pending.join(', ')}: run "npm run pharos -- migrate" first`);
}
