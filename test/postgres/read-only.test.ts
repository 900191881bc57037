import { expect, test } from 'vitest';
import { openDatabase } from '../../src/adapters/open-database.ts';
import { createTestApp } from '../support/kits/app.ts';
import { testConfig } from '../support/kits/config.ts';
import { openTestPostgres } from '../support/kits/database.ts';

test('health: a PostgreSQL server that became read-only is reported until it takes writes again', async () => {
  const own = await openTestPostgres();
  const name = new URL(own.url).pathname.slice(1);
  const database = await openDatabase(testConfig({ DATABASE_URL: own.url }));
  const app = await createTestApp({
    overrides: { db: database.db, chunkIndex: database.chunkIndex, pingDatabase: database.ping },
  });
  /** For new connections, so the old ones are ended, as by a failover. */
  const setReadOnly = async (value: 'on' | 'off') => {
    await own.client.begin('read write', async (tx) => {
      await tx.unsafe(`alter database ${name} set default_transaction_read_only = ${value}`);
    });
    await own.client`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name} and pid <> pg_backend_pid()`;
  };
  const healthOf = async () => {
    app.clock.advance(1_001);
    const response = await app.request('/monitoring/health');
    return { http: response.status, ...((await response.json()) as { checks: Record<string, object> }).checks.database };
  };
  const register = (username: string) =>
    app.request('/auth/register', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ username, email: `${username}@example.org`, password: 'a long enough phrase' }),
    });
  try {
    expect(await healthOf()).toMatchObject({ http: 200, status: 'healthy' });
    await setReadOnly('on');
    // A request on a connection that was just ended is 503 as well.
    await expect.poll(async () => ((await (await register('ada')).json()) as { detail: string }).detail).toMatch(/read-only/);
    expect((await register('ada')).status).toBe(503);
    const refused = { http: 503, status: 'unhealthy', reason: 'The database cannot be written: it is read-only' };
    expect(await healthOf()).toMatchObject(refused);
    app.clock.advance(60_000);
    expect(await healthOf()).toMatchObject(refused);
    await setReadOnly('off');
    await expect
      .poll(async () => {
        app.clock.advance(60_000);
        return healthOf();
      })
      .toMatchObject({ http: 200, status: 'healthy' });
    expect((await register('ada')).status).toBe(201);
  } finally {
    await own.client.begin('read write', (tx) => tx.unsafe(`alter database ${name} reset default_transaction_read_only`));
    await app.close();
    await database.close();
    await own.close();
  }
});
