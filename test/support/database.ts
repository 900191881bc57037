/**
 * A migrated database of a test's own: SQLite in a temporary file (`:memory:` is lost by libSQL's transactions), or, in the
 * projects that set PHAROS_TEST_DATABASE, what that names: `postgres` for one on the real server that the run started,
 * `libsql` for one behind a libSQL server in this process.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import postgres from 'postgres';
import { createPostgresChunkIndex } from '../../src/kernel/db/chunk-index.postgres.ts';
import { createSqliteChunkIndex } from '../../src/kernel/db/chunk-index.sqlite.ts';
import type { ChunkIndex } from '../../src/kernel/db/chunk-index.ts';
import { openPostgres } from '../../src/kernel/db/open-postgres.ts';
import { openSqlite } from '../../src/kernel/db/open-sqlite.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { connectLibsql } from '../../src/runtimes/drivers/libsql-http.ts';
import { migrateSqlite } from '../../src/runtimes/drivers/migrate-sqlite.ts';
import { openDatabase } from '../../src/runtimes/drivers/open-database.ts';
import { connectPostgres } from '../../src/runtimes/drivers/postgres.ts';
import { openSqliteFile } from '../../src/runtimes/drivers/sqlite.ts';
import { startHranaServer } from './hrana-server.ts';

export interface TestDatabase {
  readonly db: Database;
  readonly url: string;
  /** `annThreshold`: chunks up to which every vector is compared. */
  chunkIndex(options?: { annThreshold?: number }): ChunkIndex;
  /** Runs a statement as it is. */
  execute(sql: string): Promise<unknown>;
  /** From now on it is away, as after a crash of its server. */
  disconnect(): void;
  close(): Promise<void>;
}

export const onPostgres = process.env.PHAROS_TEST_DATABASE === 'postgres';

const onLibsql = process.env.PHAROS_TEST_DATABASE === 'libsql';
/** Whether a process that is to use the test's database must be given its URL. */
export const onServer = onPostgres || onLibsql;

export function openTestDatabase(): Promise<TestDatabase> {
  if (onPostgres) return openTestPostgres();
  return onLibsql ? openTestLibsql() : openTestSqlite();
}

export async function openTestSqlite() {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-test-'));
  const path = join(folder, 'pharos.db');
  const { client, close } = await openSqliteFile(path);
  await migrateSqlite(client);
  return {
    db: openSqlite(client),
    client,
    path,
    url: `file:${path}`,
    chunkIndex: (options: { annThreshold?: number } = {}) => createSqliteChunkIndex({ client, ...options }),
    execute: (sql: string) => client.execute(sql),
    disconnect: () => client.close(),
    close: async () => {
      close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A file that was migrated once for all tests of a process. */
let template: Promise<Uint8Array> | undefined;

async function migratedFile(): Promise<Uint8Array> {
  const { path, execute, close } = await openTestSqlite();
  await execute('pragma wal_checkpoint(truncate)');
  const bytes = await readFile(path);
  await close();
  return bytes;
}

/** `streamMs`: after how long the server drops a stream that nobody asks. */
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
    chunkIndex: (options: { annThreshold?: number } = {}) => createSqliteChunkIndex({ client, ...options }),
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

/** The database that every test's own is copied from; the run has migrated it. */
export const TEMPLATE = 'pharos_template';

export async function openTestPostgres() {
  const server = process.env.PHAROS_TEST_POSTGRES;
  if (server === undefined) throw new Error('PHAROS_TEST_POSTGRES is not set: start the tests by npm test');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = postgres(server, { max: 1, onnotice: () => undefined });
  await admin.unsafe(`create database ${name} template ${TEMPLATE}`);
  const url = server.replace(/\/postgres$/, `/${name}`);
  const client = connectPostgres({ url, sslMode: 'disable', max: 8 });
  return {
    ...overPostgres(client, url),
    close: async () => {
      await client.end({ timeout: 0 });
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.end({ timeout: 0 });
    },
  };
}

/** All of a test's database but its end. */
export const overPostgres = (client: postgres.Sql, url: string) => ({
  db: openPostgres(client),
  client,
  url,
  chunkIndex: (options: { annThreshold?: number } = {}) => createPostgresChunkIndex({ client, ...options }),
  execute: (sql: string) => client.unsafe(sql),
  disconnect: () => void client.end({ timeout: 0 }),
});
