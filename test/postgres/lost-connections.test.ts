/** Connections that the server closes under load: a failover, a pooler's restart, an administrator. */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { patched, patchPackages } from '../../build/patch-packages.js';
import { connectPostgres } from '../../src/adapters/postgres.ts';
import { createClient } from '../support/kits/client.ts';
import { openTestPostgres } from '../support/kits/database.ts';
import { type PostgresServer, startPostgres } from '../support/servers/postgres.ts';
import { startPharos } from '../support/servers/servers.ts';

describe('transaction on a lost connection', () => {
  let database: Awaited<ReturnType<typeof openTestPostgres>>;
  let client: ReturnType<typeof connectPostgres>;
  beforeEach(async () => {
    database = await openTestPostgres();
    client = connectPostgres({ url: database.url, sslMode: 'disable', max: 1 });
    await client`create table marks (mark text)`;
  });
  afterEach(async () => {
    await database.client`drop table marks`;
    await client.end({ timeout: 0 });
    await database.close();
  });
  const marks = async () => (await database.client`select mark from marks`).map(({ mark }) => mark);

  /** Runs `later` within a transaction whose connection has been closed. Resolves to the codes of both failures. */
  async function afterItsLoss(later: (tx: Parameters<Parameters<typeof client.begin>[1]>[0]) => Promise<unknown>) {
    let failure: unknown;
    const ended = Promise.withResolvers<void>();
    const outcome: Promise<unknown> = client.begin(async (tx) => {
      const [row] = await tx`select pg_backend_pid() as pid`;
      await tx`insert into marks values ('before the loss')`;
      await database.client`select pg_terminate_backend(${row?.pid})`;
      await outcome.catch(() => undefined);
      await later(tx).catch((error) => {
        failure = error;
      });
      ended.resolve();
      throw failure;
    });
    await expect(outcome).rejects.toMatchObject({ code: expect.stringMatching(/^(?:57P01|CONNECTION_CLOSED)$/) });
    await ended.promise;
    return failure;
  }

  test('transaction: a statement after the loss of its connection is rejected, and the process goes on', async () => {
    const failure = await afterItsLoss((tx) => tx`insert into marks values ('after the loss')`);
    expect(failure).toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect(await client`select 1 as one`).toMatchObject([{ one: 1 }]);
    expect(await marks()).toEqual([]);
  });

  test('transaction: a statement after the loss never runs on the connection that took its place', async () => {
    const failure = await afterItsLoss(async (tx) => {
      await client`insert into marks values ('another query')`;
      await tx`insert into marks values ('half of a transaction')`;
    });
    expect(failure).toMatchObject({ code: 'CONNECTION_CLOSED' });
    expect(await marks()).toEqual(['another query']);
  });

  test('transaction: every one of several statements at once is rejected when the connection is lost', async () => {
    let all: Promise<string>[] = [];
    const outcome = client.begin(async (tx) => {
      const [row] = await tx`select pg_backend_pid() as pid`;
      all = Array.from({ length: 5 }, (_, n) =>
        tx`select pg_sleep(30), ${n}::int`.then(
          () => 'answered',
          ({ code }) => code,
        ),
      );
      await database.client`select pg_terminate_backend(${row?.pid})`;
      await Promise.all(all);
    });
    const lost = /^(?:57P01|CONNECTION_CLOSED)$/;
    await expect(outcome).rejects.toMatchObject({ code: expect.stringMatching(lost) });
    expect((await Promise.all(all)).filter((code) => !lost.test(code))).toEqual([]);
  });

  test('connection pool: a query is answered after each of thirty connections that closed while one was being written', async () => {
    for (let round = 0; round < 30; round += 1) {
      const [row] = await client`select pg_backend_pid() as pid`;
      const during = Promise.allSettled([client`select 1`, client.begin((tx) => tx`select ${round}::int`)]);
      await Promise.all([database.client`select pg_terminate_backend(${row?.pid})`, during]);
      await expect.poll(() => client`select 1 as one`.catch(() => undefined)).toMatchObject([{ one: 1 }]);
    }
  });
});

describe('Pharos without its connections', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server.close());

  test('PostgreSQL: six writers while all backends are killed fifteen times get 202 or 503, and API and worker live on', async () => {
    const admin = connectPostgres({ url: server.url, sslMode: 'disable', max: 1 });
    await admin`create database killed`;
    const pharos = await startPharos({
      DATABASE_URL: server.url.replace(/\/postgres$/, '/killed'),
      RATE_LIMIT_FREE_TIER: '100000',
    });
    try {
      const ada = createClient(pharos.url);
      await ada.login();
      const accepted: string[] = [];
      const refused: { status: number; retryAfter: string | null }[] = [];
      let done = false;
      const writer = async (name: number) => {
        for (let n = 0; !done && n < 2000; n += 1) {
          const content = `Writer ${name} sends document ${n}, which is long enough to be read and to be kept.`;
          const { status, headers, body } = await ada.call<{ id: string }>('POST', '/resources', { content });
          if (status === 202) accepted.push(body.id);
          else refused.push({ status, retryAfter: headers.get('Retry-After') });
        }
      };
      const writers = Promise.all(Array.from({ length: 6 }, (_, name) => writer(name)));
      for (let round = 1; round <= 15; round += 1) {
        await expect.poll(() => accepted.length + refused.length).toBeGreaterThan(round * 8);
        await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'killed'`;
      }
      // A busy machine has accepted few documents by now.
      await expect.poll(() => accepted.length).toBeGreaterThan(20);
      done = true;
      await writers;
      expect(pharos.api.exitCode).toBeNull();
      expect(pharos.logs()).not.toMatch(/uncaughtException|unhandledRejection|worker died/);
      expect(refused.filter(({ status, retryAfter }) => status !== 503 || retryAfter === null)).toEqual([]);
      const kept = new Set(await idsOf(server.url));
      expect(accepted.filter((id) => !kept.has(id))).toEqual([]);
      const content = 'The document after all of it, long enough to be read and to be kept.';
      const last = () => ada.post({ content }).catch((error: Error) => error.message);
      await expect.poll(last).not.toContain('503');
      // Other connections of the pool may learn of their end at their next use, with a 503.
      const newest = async () =>
        (await ada.call<{ resources?: { id: string }[] }>('GET', '/resources?limit=1')).body.resources?.[0]?.id;
      await expect.poll(newest).toBeDefined();
      expect((await ada.finished((await newest()) ?? '')).overall_status).toBe('completed');
    } finally {
      await pharos.stop();
      await admin.end({ timeout: 0 });
    }
  });
});

async function idsOf(url: string): Promise<string[]> {
  const client = connectPostgres({ url: url.replace(/\/postgres$/, '/killed'), sslMode: 'disable', max: 1 });
  const rows = await client`select id from resources`;
  await client.end();
  return rows.map(({ id }) => String(id));
}

describe('patched packages', () => {
  test('patch: the package that this run uses is patched, and patching it again changes nothing', () => {
    const files = ['src', 'cf/src'].flatMap((folder) => ['connection.js', 'index.js'].map((name) => `${folder}/${name}`));
    const texts = () => files.map((file) => readFileSync(`node_modules/postgres/${file}`, 'utf8'));
    const before = texts();
    expect(before.filter((text) => text.includes('lost = e') || text.includes('nextWriteTimer = chunk = null'))).toHaveLength(4);
    patchPackages();
    expect(texts()).toEqual(before);
  });

  test('patch: text that is not as expected is refused instead of being left as it is', () => {
    expect(patched('a b c', [['b', 'x']])).toBe('a x c');
    expect(patched('a x c', [['b', 'x']])).toBe('a x c');
    for (const text of ['a c', 'b b']) expect(() => patched(text, [['b', 'x']])).toThrow('expected once: b');
  });
});
