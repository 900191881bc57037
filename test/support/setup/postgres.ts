/** Global set-up of the projects that use PostgreSQL: one server and one migrated template database for the whole run. */
import postgres from 'postgres';
import { migratePostgres } from '../../../src/adapters/migrate-postgres.ts';
import { startPostgres, TEMPLATE_DATABASE } from '../servers/postgres.ts';

export async function setup(): Promise<(() => Promise<void>) | undefined> {
  // Each project has its own copy of this module; the environment is what they and the test processes share.
  if (process.env.PHAROS_TEST_POSTGRES !== undefined) return undefined;
  const server = await startPostgres();
  // `close` stops the server before its first await, so an interrupted run leaves none behind.
  const stopAtExit = () => void server.close();
  process.once('exit', stopAtExit);
  const admin = postgres(server.url, { max: 1 });
  await admin.unsafe(`create database ${TEMPLATE_DATABASE}`);
  await admin.end();
  await migratePostgres({ url: server.url.replace(/\/postgres$/, `/${TEMPLATE_DATABASE}`), sslMode: 'disable' });
  process.env.PHAROS_TEST_POSTGRES = server.url;
  return async () => {
    process.off('exit', stopAtExit);
    delete process.env.PHAROS_TEST_POSTGRES;
    await server.close();
  };
}
