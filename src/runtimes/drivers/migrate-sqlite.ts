/** Brings a SQLite database up to the newest migration. */
import { fileURLToPath } from 'node:url';
import type { Client } from '@libsql/client';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { drizzle } from 'drizzle-orm/libsql/web';

const FOLDER = fileURLToPath(new URL('../../../migrations/sqlite', import.meta.url));

export async function migrateSqlite(client: Client): Promise<void> {
  await migrate(drizzle(client), { migrationsFolder: FOLDER });
}
