/**
 * Applies pending migrations to a SQLite file or a libSQL server, each in a transaction of its own, so that other writers get
 * their turn between two. A transaction fails if another process has applied its migration meanwhile; the rest is then applied.
 */
import type { Client, InStatement } from '@libsql/client';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import { type MigrationStatus, migrationStatus } from './migration-status.ts';
import { packagePath } from './package-files.ts';

const FOLDER = packagePath('migrations/sqlite');
/** The same statement as drizzle's, which owns this table. */
const CREATE = 'create table if not exists __drizzle_migrations (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)';
const LAST = '(select coalesce(max(created_at), 0) from __drizzle_migrations)';

/** Migrations before the one that failed stay applied. `folder`: those in this package by default. */
export async function migrateSqlite(client: Client, folder = FOLDER): Promise<void> {
  const migrations = readMigrationFiles({ migrationsFolder: folder });
  await client.execute(CREATE);
  for (let last = await lastOf(client); ; ) {
    const next = migrations.find(({ folderMillis }) => folderMillis > last);
    if (!next) return;
    try {
      await client.migrate([unchangedSince(last), ...statementsOf(next)]);
      last = next.folderMillis;
    } catch (error) {
      const now = await lastOf(client);
      if (now === last) throw error;
      last = now;
    }
  }
}

/** Fails if there is a newer migration by now. Outside of triggers, SQLite raises an error of choice only through invalid JSON. */
const unchangedSince = (last: number): InStatement => ({
  sql: `select case when ${LAST} = ? then 1 else json('migrated by another process') end`,
  args: [last],
});

const statementsOf = ({ sql, hash, folderMillis }: MigrationMeta): InStatement[] => [
  ...sql,
  { sql: 'insert into __drizzle_migrations (hash, created_at) values (?, ?)', args: [hash, folderMillis] },
];

async function lastOf(client: Client): Promise<number> {
  const { rows } = await client.execute(`select ${LAST} as last`);
  return Number(rows[0]?.last ?? 0);
}

export async function statusOfSqlite(client: Client): Promise<MigrationStatus> {
  const { rows: tables } = await client.execute("select 1 from sqlite_master where name = '__drizzle_migrations'");
  return migrationStatus(FOLDER, tables.length === 0 ? 0 : await lastOf(client));
}
