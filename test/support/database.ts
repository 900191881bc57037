/**
 * A migrated database of a test's own: SQLite in a temporary file (`:memory:` is lost by libSQL's transactions), or, in the
 * projects that set PHAROS_TEST_DATABASE to `postgres`, one on the real server that the run started.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { createPostgresChunkIndex } from '../../src/kernel/db/chunk-index.postgres.ts';
import { createSqliteChunkIndex } from '../../src/kernel/db/chunk-index.sqlite.ts';
import type { ChunkIndex } from '../../src/kernel/db/chunk-index.ts';
import { openPostgres } from '../../src/kernel/db/open-postgres.ts';
import { openSqlite } from '../../src/kernel/db/open-sqlite.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { migrateSqlite } from '../../src/runtimes/drivers/migrate-sqlite.ts';
import { connectPostgres } from '../../src/runtimes/drivers/postgres.ts';
import { openSqliteFile } from '../../src/runtimes/drivers/sqlite.ts';

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

export const openTestDatabase = (): Promise<TestDatabase> => (onPostgres ? openTestPostgres() : openTestSqlite());

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
