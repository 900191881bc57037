/**
 * Applies pending migrations to a PostgreSQL database. Of several processes, one applies them and the others wait.
 *
 * Each migration is a transaction of its own. One that needs the lock of a table waits for it briefly: PostgreSQL queues every
 * later query of the table behind the waiting one, so a long reader would otherwise stop the servers that still run. The
 * migration is then tried again.
 */
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import type { Sql, TransactionSql } from 'postgres';
import { retry } from '../kernel/core/retry.ts';
import { type MigrationStatus, migrationNames, migrationStatus } from './migration-status.ts';
import { packagePath } from './package-files.ts';
import { connectPostgres, explainPostgres, type PostgresOptions, placeOfPostgres } from './postgres.ts';
import { systemClock } from './system-clock.ts';

const FOLDER = packagePath('migrations/postgres');
/** Advisory lock: "phar" in ASCII, which no other program is likely to use. */
const LOCK = 0x70686172;
/** Milliseconds: building an index on a large table takes longer than the timeout of a request. */
const MIGRATION_TIMEOUT_MS = 60 * 60_000;
/** Milliseconds that a migration waits for a lock, and with it every later query of the same table. */
const LOCK_TIMEOUT_MS = 5_000;
/** Milliseconds between two attempts, in which those queries run. */
const PAUSE_MS = 5_000;
/** Milliseconds after which a migration that never got its locks fails. */
const PATIENCE_MS = 10 * 60_000;

/** `lock_not_available` and a deadlock: another transaction was in the way, and nothing was changed. */
const IN_THE_WAY = new Set(['55P03', '40P01']);
const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : '');

export interface MigrateOptions extends Pick<PostgresOptions, 'url' | 'sslMode'> {
  /** Receives a message for operators when a migration has to wait. */
  readonly notify?: ((message: string) => void) | undefined;
  readonly lockTimeoutMs?: number;
  readonly pauseMs?: number;
  readonly patienceMs?: number;
  /** Default: those in this package. */
  readonly folder?: string;
}

/** Rejects with an Error whose message says what to do. Migrations before the one that failed stay applied. */
export async function migratePostgres(options: MigrateOptions): Promise<void> {
  const { url, sslMode, folder = FOLDER } = options;
  const client = connectPostgres({ url, sslMode, max: 1, statementTimeoutMs: MIGRATION_TIMEOUT_MS });
  try {
    // One connection: the lock belongs to the session that runs the migrations, and ends with it.
    await client`select pg_advisory_lock(${LOCK})`;
    await createJournal(client);
    const names = await migrationNames(folder);
    for (const migration of readMigrationFiles({ migrationsFolder: folder })) {
      if (migration.folderMillis > (await lastApplied(client)))
        await apply(client, migration, names.get(migration.folderMillis) ?? migration.hash, options);
    }
    await usePgvector(client);
  } catch (cause) {
    throw new Error(explainPostgres(cause, url), { cause });
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** Applies one migration, entirely or not at all. */
async function apply(
  client: Sql,
  { sql, hash, folderMillis }: MigrationMeta,
  name: string,
  { url, notify, lockTimeoutMs = LOCK_TIMEOUT_MS, pauseMs = PAUSE_MS, patienceMs = PATIENCE_MS }: MigrateOptions,
): Promise<void> {
  const deadline = systemClock.monotonic() + patienceMs;
  const run = () =>
    client.begin(async (tx) => {
      // The session's lock is gone if its connection was replaced, or lies behind a pooler of transactions.
      await tx`select pg_advisory_xact_lock(${LOCK})`;
      if ((await lastApplied(tx)) >= folderMillis) return;
      await tx.unsafe(`set local lock_timeout = ${lockTimeoutMs}`);
      for (const statement of sql) await tx.unsafe(statement);
      await tx`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${folderMillis})`;
    });
  await retry(run, {
    when: (error) => {
      if (!IN_THE_WAY.has(codeOf(error)) || systemClock.monotonic() > deadline) return false;
      notify?.(
        `Migration ${name} of ${placeOfPostgres(url)} waits for another transaction, such as a backup or a long query, and is tried again in ${pauseMs / 1000} s`,
      );
      return true;
    },
    pauseMs: () => pauseMs,
  }).catch((cause: unknown) => {
    if (!IN_THE_WAY.has(codeOf(cause))) throw cause;
    throw new Error(
      `migration ${name} did not get its locks within ${patienceMs / 1000} s: end the transactions that hold them (pg_stat_activity shows the oldest by xact_start), then migrate again`,
      { cause },
    );
  });
}

/** The table of applied migrations, which drizzle's tools own. Looked up first: creating a schema takes rights even if it exists. */
async function createJournal(client: Sql): Promise<void> {
  if (await hasJournal(client)) return;
  await client`create schema if not exists drizzle`;
  await client`create table if not exists drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`;
}

async function hasJournal(client: Sql): Promise<boolean> {
  const [table] = await client`select to_regclass('drizzle.__drizzle_migrations') is not null as found`;
  return table?.found === true;
}

/** The journal's time of the newest applied migration; 0 if none is applied. */
async function lastApplied(client: Sql | TransactionSql): Promise<number> {
  const [row] = await client`select max(created_at) as last from drizzle.__drizzle_migrations`;
  return Number(row?.last ?? 0);
}

export async function statusOfPostgres(client: Sql): Promise<MigrationStatus> {
  return migrationStatus(FOLDER, (await hasJournal(client)) ? await lastApplied(client) : 0);
}

/** Computes distances by pgvector if it is installed or can be: the same numbers, many times faster. */
async function usePgvector(client: Sql): Promise<void> {
  const [available] = await client`
    select 1 from pg_available_extensions where name = 'vector' and string_to_array(default_version, '.')::int[] >= '{0,8}'`;
  if (!available) return;
  try {
    await client`create extension if not exists vector`;
  } catch (error) {
    // Only the owner of the database may create it. Search works without it.
    if (error instanceof Error && 'code' in error && error.code === '42501') return;
    throw error;
  }
  await client.unsafe(`create or replace function vector_distance_cos(a real[], b real[]) returns double precision
    language sql immutable parallel safe strict as $$ select case when array_length(a, 1) = array_length(b, 1)
    then a::vector <=> b::vector end $$`);
}

/** Keyword search ignores case beyond ASCII only where the server has a collation that folds it (migration 0006). */
export async function warningsOfPostgres(client: Sql, url: string): Promise<string[]> {
  const [row] = await client`select pharos_fold('Ё') = pharos_fold('ё') as folds`;
  if (row?.folds) return [];
  return [
    `The database at ${placeOfPostgres(url)} cannot fold the case of letters beyond ASCII: keyword search tells "Ё" from "ё". Use a database whose LC_CTYPE is not "C", or a server with ICU`,
  ];
}
