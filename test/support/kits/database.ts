/**
 * A migrated database of a test's own: SQLite in a temporary file (`:memory:` is lost by libSQL's transactions), or, in the
 * projects that set PHAROS_TEST_DATABASE, what that names: `postgres` for one on the real server that the run started,
 * `libsql` for one behind a libSQL server in this process, `sqlite-thread` for a file that a thread holds, as in the worker.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import postgres from 'postgres';
import { connectLibsql } from '../../../src/adapters/libsql-http.ts';
import { migrateSqlite } from '../../../src/adapters/migrate-sqlite.ts';
import { openDatabase } from '../../../src/adapters/open-database.ts';
import { connectPostgres } from '../../../src/adapters/postgres.ts';
import { openSqliteFile, type SqliteClient } from '../../../src/adapters/sqlite.ts';
import { openSqliteThread } from '../../../src/adapters/sqlite-thread.ts';
import { Secret } from '../../../src/kernel/core/secret.ts';
import { createPostgresChunkIndex } from '../../../src/kernel/db/chunk-index.postgres.ts';
import { createSqliteChunkIndex } from '../../../src/kernel/db/chunk-index.sqlite.ts';
import type { ChunkIndex } from '../../../src/kernel/db/chunk-index.ts';
import { openPostgres } from '../../../src/kernel/db/open-postgres.ts';
import { openSqlite } from '../../../src/kernel/db/open-sqlite.ts';
import type { Database } from '../../../src/kernel/db/types.ts';
import { startHranaServer } from '../fakes/hrana-server.ts';
import { TEMPLATE_DATABASE } from '../servers/postgres.ts';

export interface ScanOptions {
  /** On PostgreSQL: vectors up to which the index of pgvector is not asked. */
  readonly annThreshold?: number;
  /** Vectors that a statement of an exact scan compares. */
  readonly blockSize?: number;
}

export interface TestDatabase {
  readonly db: Database;
  readonly url: string;
  chunkIndex(options?: ScanOptions): ChunkIndex;
  /** Runs one SQL statement. */
  execute(sql: string): Promise<unknown>;
  /** Makes the database unreachable, as a crash of its server would. */
  disconnect(): void;
  close(): Promise<void>;
}

const CHOICE = process.env.PHAROS_TEST_DATABASE;
export const onPostgres = CHOICE === 'postgres';

const onLibsql = CHOICE === 'libsql';
/** Whether another process reaches the test's database by URL. */
export const onServer = onPostgres || onLibsql;

export function openTestDatabase(): Promise<TestDatabase> {
  // A process shared with files of another project would run them on this project's database, and they would pass.
  if (process.env.PHAROS_TEST_DATABASE !== CHOICE) throw new Error('this process was loaded for another database');
  if (onPostgres) return openTestPostgres();
  if (onLibsql) return openTestLibsql();
  return openTestSqlite(CHOICE === 'sqlite-thread' ? openSqliteThread : openSqliteFile);
}

export async function openTestSqlite(open: (path: string) => Promise<SqliteClient> = openSqliteFile) {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-test-'));
  const path = join(folder, 'pharos.db');
  template ??= migratedFile();
  await writeFile(path, await template);
  const { client, close } = await open(path);
  return {
    db: openSqlite(client),
    client,
    path,
    url: `file:${path}`,
    chunkIndex: (options: ScanOptions = {}) => createSqliteChunkIndex({ client, ...options }),
    execute: (sql: string) => client.execute(sql),
    disconnect: () => client.close(),
    close: async () => {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The bytes of a database file, migrated once per process. */
let template: Promise<Uint8Array> | undefined;

async function migratedFile(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-test-'));
  const path = join(folder, 'pharos.db');
  const { client, close } = await openSqliteFile(path);
  await migrateSqlite(client);
  await client.execute('pragma wal_checkpoint(truncate)');
  const bytes = await readFile(path);
  close();
  await rm(folder, { recursive: true, force: true });
  return bytes;
}

/** `streamMs`: after how many milliseconds the server drops an idle stream. */
export async function openTestLibsql({ migrated = true, streamMs }: { migrated?: boolean; streamMs?: number } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-test-'));
  const file = join(folder, 'pharos.db');
  template ??= migratedFile();
  if (migrated) await writeFile(file, await template);
  const server = await startHranaServer({ file, ...(streamMs === undefined ? {} : { streamMs }) });
  const { url, token } = server;
  const database = await openDatabase({ database: { kind: 'libsql', url, authToken: new Secret(token) } });
  const client = connectLibsql({ url, authToken: token, createClient });
  return {
    ...database,
    database,
    client,
    server,
    url: `${url}?authToken=${token}`,
    chunkIndex: (options: ScanOptions = {}) => createSqliteChunkIndex({ client, ...options }),
    execute: database.statement,
    disconnect: () => void server.stop(),
    close: async () => {
      await database.close();
      client.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A database of one test, and later of others. */
interface Reusable {
  readonly name: string;
  readonly url: string;
  /** Looks after it and empties it. Opening a connection for each would take longer. */
  readonly keeper: postgres.Sql;
}

/** Emptied databases of earlier tests of this process. Copying the template takes ten times as long. */
const spare: Reusable[] = [];

/** A database whose schema a test changed is not used again. */
const CHANGES_SCHEMA = /\b(?:alter|create|drop|rename|grant|revoke\s+\w+\s+on)\b/i;

/** The connections that are still open, which this closes. */
const END_OTHERS = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`;

/**
 * Deletes the rows of each table that has some, without running triggers or checking references, and restarts each sequence
 * that was used.
 */
const EMPTY = `do $$ declare one record; used boolean; begin
  set local session_replication_role = replica;
  for one in select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public' loop
    execute 'select exists (select from ' || one.name || ')' into used;
    if used then execute 'delete from ' || one.name; end if;
  end loop;
  for one in select format('%I.%I', schemaname, sequencename) as name, start_value from pg_sequences
    where schemaname = 'public' and last_value is not null loop
    perform setval(one.name, one.start_value, false);
  end loop;
end $$`;

let admin: postgres.Sql | undefined;

function testServer(): string {
  const server = process.env.PHAROS_TEST_POSTGRES;
  if (server === undefined)
    throw new Error('PHAROS_TEST_POSTGRES is not set: this project lacks the global set-up of PostgreSQL in vitest.config.ts');
  return server;
}

const connectAs = (url: string) => postgres(url, { max: 1, onnotice: () => undefined });

async function copyTemplate(): Promise<Reusable> {
  const server = testServer();
  admin ??= connectAs(server);
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await admin.unsafe(`create database ${name} template ${TEMPLATE_DATABASE}`);
  const url = server.replace(/\/postgres$/, `/${name}`);
  return { name, url, keeper: connectAs(url) };
}

/**
 * `fresh`: one that no test had, because PostgreSQL keeps the statistics of rows that are gone. `planEachTime`: a client as a thread
 * of searches has it.
 */
export async function openTestPostgres({ fresh = false, planEachTime = false } = {}) {
  const reusable = (fresh ? undefined : spare.pop()) ?? (await copyTemplate());
  const { name, url, keeper } = reusable;
  const client = connectPostgres({ url, sslMode: 'disable', max: 8, planEachTime });
  let spoilt = false;
  const over = overPostgres(client, url);
  return {
    ...over,
    execute: (sql: string) => {
      spoilt ||= CHANGES_SCHEMA.test(sql);
      return over.execute(sql);
    },
    close: async () => {
      await client.end({ timeout: 0 });
      // A connection that is still open could write into the next test's database.
      const others = await keeper.unsafe(END_OTHERS);
      if (spoilt || others.length > 1) {
        await keeper.end({ timeout: 0 });
        await admin?.unsafe(`drop database if exists ${name} with (force)`);
        return;
      }
      await keeper.unsafe(EMPTY);
      spare.push(reusable);
    },
  };
}

/** A test database on `client`, without `close`. */
export const overPostgres = (client: postgres.Sql, url: string) => ({
  db: openPostgres(client),
  client,
  url,
  chunkIndex: (options: ScanOptions = {}) => createPostgresChunkIndex({ client, ...options }),
  execute: (sql: string) => client.unsafe(sql),
  disconnect: () => void client.end({ timeout: 0 }),
});
