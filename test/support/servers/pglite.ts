/** PostgreSQL with pgvector (PGlite) behind a socket of this process: for tests of the extension, not of concurrency. */
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { freePort } from '../../../src/adapters/listen.ts';
import { migratePostgres } from '../../../src/adapters/migrate-postgres.ts';
import { connectPostgres } from '../../../src/adapters/postgres.ts';
import { overPostgres } from '../kits/database.ts';

/** The files of a migrated server, made once per process: a start from nothing takes three times as long. */
let template: Promise<Blob> | undefined;

async function migratedFiles(): Promise<Blob> {
  const server = await PGlite.create({ extensions: { vector } });
  const { url, stop } = await listen(server);
  await migratePostgres({ url, sslMode: 'disable' });
  await stop();
  const files = await server.dumpDataDir('none');
  await server.close();
  return files;
}

async function listen(server: PGlite) {
  const port = await freePort('127.0.0.1');
  const socket = new PGLiteSocketServer({ db: server, port, host: '127.0.0.1', maxConnections: 10 });
  await socket.start();
  return { url: `postgresql://postgres@127.0.0.1:${port}/postgres`, stop: () => socket.stop() };
}

export async function openPgvector() {
  template ??= migratedFiles();
  const server = await PGlite.create({ extensions: { vector }, loadDataDir: await template });
  const { url, stop } = await listen(server);
  const client = connectPostgres({ url, sslMode: 'disable', max: 2 });
  return {
    ...overPostgres(client, url),
    close: async () => {
      await client.end({ timeout: 0 });
      await stop();
      await server.close();
    },
  };
}
