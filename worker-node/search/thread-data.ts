/** What a search thread is started with. Secrets do not pass between threads as such, so they are shown and hidden again. */
import type { Config } from '../../src/kernel/config/config.ts';
import { Secret } from '../../src/kernel/core/secret.ts';

type Database = Config['database'];

export interface SearchThreadData {
  readonly database: PackedDatabase;
  readonly log: Pick<Config, 'logLevel' | 'logFormat'>;
  /** Where snapshots are kept. */
  readonly folder: string;
  /** What one library may hold. */
  readonly maxBytes: number;
}

type PackedDatabase =
  | Extract<Database, { kind: 'sqlite' }>
  | { readonly kind: 'libsql'; readonly url: string; readonly authToken: string | undefined }
  | { readonly kind: 'postgres'; readonly url: string; readonly sslMode: Extract<Database, { kind: 'postgres' }>['sslMode'] };

/** Connections of one thread to PostgreSQL: it reads, and waits for one thing at a time of each library. */
const POOL_MAX = 4;

export function packDatabase(database: Database): PackedDatabase {
  switch (database.kind) {
    case 'sqlite':
      return database;
    case 'libsql':
      return { kind: 'libsql', url: database.url, authToken: database.authToken?.reveal() };
    case 'postgres':
      return { kind: 'postgres', url: database.url.reveal(), sslMode: database.sslMode };
  }
}

export function unpackDatabase(packed: PackedDatabase): Database {
  switch (packed.kind) {
    case 'sqlite':
      return packed;
    case 'libsql':
      return {
        kind: 'libsql',
        url: packed.url,
        ...(packed.authToken === undefined ? {} : { authToken: new Secret(packed.authToken) }),
      };
    case 'postgres':
      return { kind: 'postgres', url: new Secret(packed.url), sslMode: packed.sslMode, poolMax: POOL_MAX };
  }
}
