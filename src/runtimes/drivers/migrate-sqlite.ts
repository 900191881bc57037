/** Brings a SQLite database up to the newest migration. */
import { fileURLToPath } from 'node:url';
import type { Client } from '@libsql/client';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { drizzle } from 'drizzle-orm/libsql/web';
import { type MigrationStatus, migrationStatus } from './migration-status.ts';

const FOLDER = fileURLToPath(new URL('../../../migrations/sqlite', import.meta.url));

export async function migrateSqlite(client: Client): Promise<void> {
  await migrate(drizzle(client), { migrationsFolder: FOLDER });
}

export async function statusOfSqlite(client: Client): Promise<MigrationStatus> {
  const { rows: tables } = await client.execute("select 1 from sqlite_master where name = '__drizzle_migrations'");
  if (tables.length === 0) return migrationStatus(FOLDER, 0);
  const { rows } = await client.execute('select max(created_at) as last from __drizzle_migrations');
  return migrationStatus(FOLDER, Number(rows[0]?.last ?? 0));
}
