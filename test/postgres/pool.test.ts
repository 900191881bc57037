/** The connection pool: its size, waiting queries and their deadline, and its metrics. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../src/adapters/listen.ts';
import { createMetrics } from '../../src/adapters/metrics.ts';
import { connectPostgres, type PostgresOptions } from '../../src/adapters/postgres.ts';
import type { Metrics } from '../../src/kernel/core/metrics.ts';
import { createPostgresChunkIndex } from '../../src/kernel/db/chunk-index.postgres.ts';
import { isDatabaseAway } from '../../src/kernel/db/connection-errors.ts';
import { openPostgres } from '../../src/kernel/db/open-postgres.ts';
import { findUser } from '../../src/kernel/db/users.ts';
import { createTestApp } from '../support/kits/app.ts';
import { openTestPostgres } from '../support/kits/database.ts';
import { certificateOf } from '../support/servers/certificate.ts';
import { type PostgresServer, startPostgres } from '../support/servers/postgres.ts';
import { startPharos } from '../support/servers/servers.ts';

let database: Awaited<ReturnType<typeof openTestPostgres>>;
let metrics: Metrics;
let open: (() => Promise<unknown>)[];
beforeEach(async () => {
  database = await openTestPostgres();
  metrics = createMetrics();
  open = [() => database.close()];
});
afterEach(async () => {
  for (const close of open.toReversed()) await close();
});

function connect(options: Partial<PostgresOptions> = {}) {
  const client = connectPostgres({ url: database.url, sslMode: 'disable', metrics, ...options });
  open.push(() => client.end({ timeout: 0 }));
  return client;
}

/** The samples of `pharos_database_*`, by name and labels. */
async function samples(): Promise<Record<string, number>> {
  const { text } = (await metrics.expose()) ?? { text: '' };
  const lines = [...text.matchAll(/^(pharos_database_\S+) (\S+)$/gm)];
  return Object.fromEntries(lines.map(([, name, value]) => [name?.replace('pharos_database_', ''), Number(value)]));
}
const connections = async () => {
  const { 'connections{state="busy"}': busy, 'connections{state="idle"}': idle, waiting } = await samples();
  return { busy, idle, waiting };
};

/** Occupies `count` connections until the returned function is called. */
async function hold(client: ReturnType<typeof connect>, count: number) {
  let release = () => {};
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun = 0;
  const all = Array.from({ length: count }, () =>
    client.begin(async () => {
      begun += 1;
      await until;
    }),
  );
  await expect.poll(() => begun).toBe(count);
  return async () => {
    release();
    await Promise.all(all);
  };
}

async function appOn(client: ReturnType<typeof connect>) {
  const app = await createTestApp({
    env: { MASTER_API_KEY: 'm'.repeat(32) },
    overrides: {
      db: openPostgres(client),
      chunkIndex: createPostgresChunkIndex({ client }),
      pingDatabase: async () => void (await client`select 1`),
      metrics,
    },
  });
  open.push(() => app.close());
  const headers = { ...(await app.login()), 'Content-Type': 'application/json' };
  return {
    get: (path: string) => app.request(path, { headers }),
    post: (content: string) => app.request('/resources', { method: 'POST', headers, body: JSON.stringify({ content }) }),
  };
}

describe('connection pool under load', () => {
  test('connection pool: 100 concurrent requests on five connections all succeed, also those with transactions', async () => {
    const client = connect({ max: 5 });
    const { get, post } = await appOn(client);
    const responses = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        [() => post(`Document ${n}, of which there are many.`), () => get('/resources'), () => get('/search?q=document')][
          n % 3
        ]?.(),
      ),
    );
    expect(responses.map((response) => response?.status)).toEqual(
      Array.from({ length: 100 }, (_, n) => (n % 3 === 0 ? 202 : 200)),
    );
    const [row] = await database.client<{ count: number }[]>`select count(*)::int as count from resources`;
    expect(row?.count).toBe(34);
    // The jobs that were accepted are published after the answers.
    await vi.waitFor(async () => expect(await samples()).toMatchObject({ waiting: 0 }), 60_000);
    const { 'connections{state="busy"}': busy = 0, 'connections{state="idle"}': idle = 0, ...rest } = await samples();
    expect(busy + idle).toBeLessThanOrEqual(5);
    expect(rest).toMatchObject({ connections_max: 5, wait_timeouts_total: 0 });
  });

  test('connection pool: 1,000 transactions use at most five connections and leave all of them free', async () => {
    const client = connect({ max: 5 });
    let within = 0;
    let most = 0;
    const five = Promise.withResolvers<void>();
    await Promise.all(
      Array.from({ length: 1000 }, (_, n) =>
        client.begin(async (tx) => {
          within += 1;
          most = Math.max(most, within);
          if (within === 5) five.resolve();
          // The first ones wait for as many as there may be.
          await five.promise;
          await tx`select ${n}::int`;
          within -= 1;
        }),
      ),
    );
    expect(most).toBe(5);
    expect(await connections()).toEqual({ busy: 0, idle: 5, waiting: 0 });
  });

  test('connection pool: a failed query or transaction releases its connection', async () => {
    const client = connect({ max: 2 });
    for (let n = 0; n < 10; n += 1) {
      await expect(client`select no_such_column`).rejects.toMatchObject({ code: '42703' });
      await expect(client.unsafe('nonsense')).rejects.toMatchObject({ code: '42601' });
      await expect(client.begin(() => Promise.reject(new Error('changed my mind')))).rejects.toThrow('changed my mind');
    }
    expect((await connections()).busy).toBe(0);
  });
});

describe('connection pool without a free connection', () => {
  test('connection pool: a request that waits too long for a connection is 503 with Retry-After, and later ones succeed', async () => {
    const client = connect({ max: 5, waitMs: 100 });
    const { get, post } = await appOn(client);
    const release = await hold(client, 5);
    const refused = await Promise.all([get('/resources'), post('Comes too soon'), get('/search?q=soon&mode=keyword')]);
    for (const response of refused) {
      expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5']);
      expect(await response.json()).toMatchObject({ detail: 'The database cannot be reached right now' });
    }
    await release();
    expect((await post('Comes in time')).status).toBe(202);
    const { resources } = await (await get('/resources')).json();
    expect(resources).toHaveLength(1);
  });

  test('isDatabaseAway: true for a query, a transaction and a search without a free connection or a server', async () => {
    const full = connect({ max: 1, waitMs: 50 });
    const release = await hold(full, 1);
    const away = connect({ url: `postgresql://nobody@127.0.0.1:${await freePort('127.0.0.1')}/nothing` });
    for (const client of [full, away]) {
      const db = openPostgres(client);
      const search = createPostgresChunkIndex({ client });
      const failures = [
        findUser(db, 'x'),
        db.transaction((tx) => findUser(tx, 'x')),
        search.keyword({ text: 'word' }, { ownerId: 'x' }, 1),
        search.nearest(new Float32Array([1]), 'm', { ownerId: 'x' }, 1),
      ].map((work) => work.then(() => 'answered', isDatabaseAway));
      expect(await Promise.all(failures)).toEqual([true, true, true, true]);
    }
    await release();
  });

  test('connection pool: a query that timed out while waiting is never run', async () => {
    const client = connect({ max: 1, waitMs: 50 });
    const release = await hold(client, 1);
    const late = client`insert into revocations (key, expires_at, created_at) values ('late', 1, 1)`;
    await expect(late).rejects.toMatchObject({ code: 'CONNECTION_WAIT_TIMEOUT' });
    await release();
    expect(await client`select key from revocations`).toEqual([]);
  });

  test('connection pool: waiting queries run in order of arrival', async () => {
    const client = connect({ max: 1 });
    const release = await hold(client, 1);
    const served: number[] = [];
    const all = Array.from({ length: 20 }, (_, n) => client`select ${n}::int`.then(() => served.push(n)));
    await release();
    await Promise.all(all);
    expect(served).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  test('connection pool: queries that wait when the pool is closed are rejected', async () => {
    const client = connect({ max: 1 });
    const release = await hold(client, 1);
    const waiting = expect(client`select 1`).rejects.toMatchObject({ code: 'CONNECTION_ENDED' });
    const ended = client.end({ timeout: 5 });
    await release();
    await waiting;
    await ended;
  });
});

describe('connection pool metrics', () => {
  test('connection pool metrics: all are zero before the first query', async () => {
    connect({ max: 7 });
    expect(await samples()).toMatchObject({
      'connections{state="busy"}': 0,
      'connections{state="idle"}': 0,
      'connections{state="opening"}': 0,
      connections_max: 7,
      waiting: 0,
      wait_timeouts_total: 0,
      wait_seconds_count: 0,
    });
  });

  test('connection pool metrics: connections by state, waiting queries and waiting times', async () => {
    const client = connect({ max: 3, waitMs: 100 });
    await client`select 1`;
    expect(await connections()).toEqual({ busy: 0, idle: 1, waiting: 0 });
    const release = await hold(client, 3);
    expect(await connections()).toEqual({ busy: 3, idle: 0, waiting: 0 });
    const late = [client`select 1`, client.begin((tx) => tx`select 1`)].map((query) => expect(query).rejects.toThrow());
    await expect.poll(connections).toEqual({ busy: 3, idle: 0, waiting: 2 });
    await Promise.all(late);
    await release();
    expect(await connections()).toEqual({ busy: 0, idle: 3, waiting: 0 });
    const { wait_seconds_count, wait_seconds_sum, wait_timeouts_total } = await samples();
    expect([wait_seconds_count, wait_timeouts_total]).toEqual([6, 2]);
    expect(wait_seconds_sum).toBeGreaterThan(0);
  });

  test('connection pool metrics: connections that are being opened', async () => {
    const client = connect({ url: `postgresql://nobody@127.0.0.1:${await freePort('127.0.0.1')}/nothing` });
    const opening = async () => (await samples())['connections{state="opening"}'];
    // The pause between attempts to reach a missing server grows.
    for (let n = 0; n < 4; n += 1) await expect(client`select 1`).rejects.toThrow();
    const asked = expect(Promise.all(Array.from({ length: 20 }, () => client`select 1`))).rejects.toThrow();
    await expect.poll(opening).toBeGreaterThan(0);
    await asked;
    await expect.poll(opening).toBe(0);
  });

  test('connection pool metrics: docs/monitoring.md lists exactly these metrics', async () => {
    connect();
    const page = await readFile(new URL('../../docs/monitoring.md', import.meta.url), 'utf8');
    const documented = [...page.matchAll(/^\| `(pharos_database_\w+)` \| both/gm)].map(([, name]) => name);
    const { text } = (await metrics.expose()) ?? { text: '' };
    const kept = [...text.matchAll(/^# TYPE (pharos_\w+) /gm)].map(([, name]) => name);
    expect(documented.toSorted()).toEqual(kept.toSorted());
  });
});

test('connection pool metrics: API and worker expose theirs, with the maximum of POSTGRES_POOL_MAX', async () => {
  const MASTER_API_KEY = 'm'.repeat(32);
  const pharos = await startPharos({ DATABASE_URL: database.url, POSTGRES_POOL_MAX: '6', MASTER_API_KEY });
  for (const url of [`${pharos.url}/monitoring/metrics`, `${pharos.workerUrl}/metrics`]) {
    const text = await (await fetch(url, { headers: { 'X-API-Key': MASTER_API_KEY } })).text();
    expect(text).toContain('pharos_database_connections_max 6');
    expect(text).toMatch(/^pharos_database_connections\{state="(?:busy|idle)"\} [1-6]$/m);
    expect(text).toMatch(/^pharos_database_wait_seconds_count [1-9]/m);
  }
  expect(await pharos.stop()).toBe(0);
});

describe('connection pool after lost connections', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ ssl: await certificateOf('127.0.0.1') });
  });
  afterAll(() => server.close());

  test.each([
    'disable',
    'require',
  ] as const)('connection pool metrics: lost connections are not counted with sslMode %s, and the pool recovers', async (sslMode) => {
    const client = connect({ url: server.url, sslMode, max: 4 });
    const ask = () => Promise.all(Array.from({ length: 20 }, () => client`select pg_sleep(0.01)`));
    await ask();
    expect(await connections()).toEqual({ busy: 0, idle: 4, waiting: 0 });
    await server.stop('immediate');
    await expect.poll(connections).toEqual({ busy: 0, idle: 0, waiting: 0 });
    for (let n = 0; n < 5; n += 1) await expect(client`select 1`).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await connections()).toEqual({ busy: 0, idle: 0, waiting: 0 });
    await server.start();
    await ask();
    expect(await connections()).toEqual({ busy: 0, idle: 4, waiting: 0 });
    const [row] = await client`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
    expect(row?.ssl).toBe(sslMode === 'require');
  });
});
