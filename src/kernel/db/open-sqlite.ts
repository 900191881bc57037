/** Drizzle over a libSQL client. */
import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql/web';
import { withLibraryNotes } from './library-notes.ts';
import * as schema from './schema.sqlite.ts';
import type { Database } from './types.ts';

export function openSqlite(client: Client): Database {
  return withLibraryNotes(drizzle(client, { schema }));
}
