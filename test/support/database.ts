/** A migrated SQLite database in a temporary file of its own (`:memory:` is lost by libSQL's transactions). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@libsql/client';
import { openSqlite } from '../../src/kernel/db/open-sqlite.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { migrateSqlite } from '../../src/runtimes/drivers/migrate-sqlite.ts';
import { openSqliteFile } from '../../src/runtimes/drivers/sqlite.ts';

export interface TestDatabase {
  readonly db: Database;
  readonly client: Client;
  readonly path: string;
  readonly url: string;
  close(): Promise<void>;
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'pharos-test-'));
  const path = join(folder, 'pharos.db');
  const { client, close } = await openSqliteFile(path);
  await migrateSqlite(client);
  return {
    db: openSqlite(client),
    client,
    path,
    url: `file:${path}`,
    close: async () => {
      close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
