/** The databases in `test/support/fixtures/databases`, as an older version left them and before any newer migration. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import postgres from 'postgres';
import { type OpenDatabase, openDatabase } from '../../../src/adapters/open-database.ts';
import { testConfig } from './config.ts';
import { onPostgres } from './database.ts';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}
type Named<T, Name extends string> = Readonly<Record<Name, T>>;

/** What the script that made the database was given: the credentials in it, and the ids of its rows. */
export interface FixtureCredentials {
  readonly password: string;
  readonly masterKey: string;
  readonly env: Readonly<Record<string, string>>;
  readonly users: Named<{ readonly id: string; readonly username: string }, 'free' | 'premium' | 'admin' | 'inactive' | 'reset'>;
  readonly tokens: Named<Tokens, 'free' | 'premium' | 'admin' | 'inactive' | 'reset' | 'narrow' | 'revoked' | 'refreshed'>;
  readonly keys: Named<{ readonly id: string; readonly key: string }, 'full' | 'search' | 'expiring'>;
  readonly endpoints: Named<{ readonly id: string }, 'standard' | 'github'>;
  readonly resources: Named<
    { readonly id: string },
    'markdown' | 'plain' | 'html' | 'fetched' | 'failed' | 'premium' | 'idempotent' | 'pending' | 'processing'
  >;
}

export interface FixtureDatabase {
  readonly database: OpenDatabase;
  /** For other processes. */
  readonly url: string;
  readonly credentials: FixtureCredentials;
  /** Milliseconds since the epoch at which the version that made it had just stopped. */
  readonly madeAt: number;
  /** The rows of every table but those that hold indexes, by table; columns in the names of the database. */
  rows(): Promise<Record<string, Record<string, unknown>[]>>;
  close(): Promise<void>;
}

const FOLDER = new URL('../fixtures/databases/', import.meta.url);

/** `name` is a version's date as in the file names: `2026-11`. Nothing has been migrated yet. */
export async function openFixtureDatabase(name: string): Promise<FixtureDatabase> {
  const read = async (file: string) => gunzipSync(await readFile(new URL(file, FOLDER)));
  const dialect = onPostgres ? 'postgres' : 'sqlite';
  const credentials = JSON.parse(await readFile(new URL(`${name}.${dialect}.json`, FOLDER), 'utf8')) as FixtureCredentials;
  const opened = onPostgres
    ? await restorePostgres((await read(`${name}.postgres.sql.gz`)).toString('utf8'))
    : await restoreSqlite(await read(`${name}.sqlite.gz`));
  const { exp } = JSON.parse(Buffer.from(credentials.tokens.admin.access_token.split('.')[1] ?? '', 'base64url').toString()) as {
    exp: number;
  };
  return { ...opened, credentials, madeAt: (exp - 20 * 60) * 1000 };
}

async function restoreSqlite(bytes: Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-fixture-'));
  const path = join(folder, 'pharos.db');
  await writeFile(path, bytes);
  const database = await openDatabase(testConfig({ DATABASE_URL: `file:${path}` }));
  const select = async (sql: string) => ((await database.statement(sql)) as { rows: Record<string, unknown>[] }).rows;
  return {
    database,
    url: `file:${path}`,
    rows: () =>
      readAll(
        select,
        "select name from sqlite_master where type = 'table' and name not like '%\\_fts%' escape '\\' and name not like 'sqlite%'",
      ),
    close: async () => {
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function restorePostgres(dump: string) {
  const server = process.env.PHAROS_TEST_POSTGRES;
  if (server === undefined) throw new Error('PHAROS_TEST_POSTGRES is not set: this project lacks the set-up of PostgreSQL');
  const name = `fixture_${randomUUID().replaceAll('-', '')}`;
  const url = server.replace(/\/postgres$/, `/${name}`);
  const inDatabase = async <T>(address: string, work: (sql: postgres.Sql) => Promise<T>) => {
    const sql = postgres(address, { max: 1, onnotice: () => undefined });
    return work(sql).finally(() => sql.end({ timeout: 1 }));
  };
  await inDatabase(server, (sql) => sql.unsafe(`create database ${name} template template0`));
  await inDatabase(url, (sql) => sql.unsafe(dump).simple());
  const database = await openDatabase(testConfig({ DATABASE_URL: url }));
  const select = (sql: string) => inDatabase(url, async (client) => [...(await client.unsafe(sql))] as Record<string, unknown>[]);
  return {
    database,
    url,
    rows: () => readAll(select, "select tablename as name from pg_tables where schemaname = 'public'"),
    close: async () => {
      await database.close();
      await inDatabase(server, (sql) => sql.unsafe(`drop database ${name} with (force)`));
    },
  };
}

async function readAll(select: (sql: string) => Promise<Record<string, unknown>[]>, listTables: string) {
  const names = (await select(listTables)).map(({ name }) => String(name)).filter((name) => name !== '__drizzle_migrations');
  const tables: Record<string, Record<string, unknown>[]> = {};
  for (const name of names.toSorted()) tables[name] = (await select(`select * from ${name}`)).map((row) => ({ ...row }));
  return tables;
}
