/** The configured database on Workers: PostgreSQL over a socket, or a libSQL server over HTTP, opened for each request. */

import { openLibsqlHttp } from '../../adapters/libsql-http.ts';
import type { Config } from '../../kernel/config/config.ts';
import { createPostgresChunkIndex } from '../../kernel/db/chunk-index.postgres.ts';
import { createSqliteChunkIndex } from '../../kernel/db/chunk-index.sqlite.ts';
import type { ChunkIndex } from '../../kernel/db/chunk-index.ts';
import { openPostgres } from '../../kernel/db/open-postgres.ts';
import type { Database } from '../../kernel/db/types.ts';
import { libsqlFromEdge } from './libsql.ts';
import { connectFromEdge } from './postgres.ts';
import type { Opened } from './request-scope.ts';

export interface EdgeDatabase {
  readonly db: Database;
  readonly chunkIndex: ChunkIndex;
  ping(): Promise<void>;
}

/** Returns a function that opens the database for one request. `pooled`: through Hyperdrive. Throws for a SQLite file, which `parseBindings` refuses. */
export function edgeDatabase(
  { database }: Pick<Config, 'database'>,
  { pooled }: { pooled: boolean },
): () => Opened<EdgeDatabase> {
  if (database.kind === 'postgres') {
    return () => {
      const client = connectFromEdge(database, { pooled });
      return {
        value: {
          db: openPostgres(client),
          chunkIndex: createPostgresChunkIndex({ client }),
          ping: async () => {
            await client`select 1 from users limit 1`;
          },
        },
        close: () => client.end({ timeout: 1 }),
      };
    };
  }
  if (database.kind === 'libsql') {
    return () => {
      const client = libsqlFromEdge(database);
      return {
        value: {
          db: openLibsqlHttp(client),
          chunkIndex: createSqliteChunkIndex({ client }),
          ping: async () => {
            await client.execute('select 1 from users limit 1');
          },
        },
        close: async () => client.close(),
      };
    };
  }
  throw new Error(`a database of kind ${database.kind} cannot be reached from Workers`);
}
