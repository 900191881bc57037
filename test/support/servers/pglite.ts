/** PostgreSQL with pgvector (PGlite) behind a socket of this process: for tests of the extension, not of concurrency. */
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { freePort } from '../../../src/adapters/listen.ts';
import { migratePostgres } from '../../../src/adapters/migrate-postgres.ts';
import { connectPostgres } from '../../../src/adapters/postgres.ts';
import { overPostgres } from '../kits/database.ts';

export async function openPgvector() {
  const server = await PGlite.create({ extensions: { vector } });
  const port = await freePort('127.0.0.1');
  const socket = new PGLiteSocketServer({ db: server, port, host: '127.0.0.1', maxConnections: 10 });
  await socket.start();
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  await migratePostgres({ url, sslMode: 'disable' });
  const client = connectPostgres({ url, sslMode: 'disable', max: 2 });
  return {
    ...overPostgres(client, url),
    close: async () => {
      await client.end({ timeout: 0 });
      await socket.stop();
      await server.close();
    },
  };
}
