/** Applies pending migrations to a PostgreSQL database. Of several processes, one applies them and the others wait. */
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { type MigrationStatus, migrationStatus } from './migration-status.ts';
import { packagePath } from './package-files.ts';
import { connectPostgres, explainPostgres, type PostgresOptions, placeOfPostgres } from './postgres.ts';

const FOLDER = packagePath('migrations/postgres');
/** Advisory lock: "phar" in ASCII, which no other program is likely to use. */
const LOCK = 0x70686172;
/** Milliseconds: building an index on a large table takes longer than the timeout of a request. */
const MIGRATION_TIMEOUT_MS = 60 * 60_000;

/** Rejects with an Error whose message says what to do. */
export async function migratePostgres(options: Pick<PostgresOptions, 'url' | 'sslMode'>): Promise<void> {
  const client = connectPostgres({ ...options, max: 1, statementTimeoutMs: MIGRATION_TIMEOUT_MS });
  try {
    // One connection: the lock belongs to the session that runs the migrations, and ends with it.
    await client`select pg_advisory_lock(${LOCK})`;
    await migrate(drizzle(client), { migrationsFolder: FOLDER });
    await usePgvector(client);
  } catch (cause) {
    throw new Error(explainPostgres(cause instanceof Error && cause.cause ? cause.cause : cause, options.url), { cause });
  } finally {
    await client.end({ timeout: 5 });
  }
}

export async function statusOfPostgres(client: ReturnType<typeof connectPostgres>): Promise<MigrationStatus> {
  const [table] = await client`select to_regclass('drizzle.__drizzle_migrations') is not null as found`;
  if (!table?.found) return migrationStatus(FOLDER, 0);
  const [row] = await client`select max(created_at) as last from drizzle.__drizzle_migrations`;
  return migrationStatus(FOLDER, Number(row?.last ?? 0));
}

/** Computes distances by pgvector if it is installed or can be: the same numbers, many times faster. */
async function usePgvector(client: ReturnType<typeof connectPostgres>): Promise<void> {
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

/** Keyword search ignores case beyond ASCII only where the server has a collation that folds it (migration 0005). */
export async function warningsOfPostgres(client: ReturnType<typeof connectPostgres>, url: string): Promise<string[]> {
  const [row] = await client`select pharos_fold('Ё') = pharos_fold('ё') as folds`;
  if (row?.folds) return [];
  return [
    `The database at ${placeOfPostgres(url)} cannot fold the case of letters beyond ASCII: keyword search tells "Ё" from "ё". Use a database whose LC_CTYPE is not "C", or a server with ICU`,
  ];
}
