/** A libSQL server that is busy, cuts connections, drops streams, hangs, and stops under load: no write is lost or doubled. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@libsql/client';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectLibsql, openLibsqlHttp } from '../../src/adapters/libsql-http.ts';
import { isDatabaseAway } from '../../src/kernel/db/connection-errors.ts';
import { revocations } from '../../src/kernel/db/schema.sqlite.ts';
import { createTestApp } from '../support/kits/app.ts';
import { openTestLibsql } from '../support/kits/database.ts';

type Test = Awaited<ReturnType<typeof openTestLibsql>>;

const revocation = (key: string) => ({ key, expiresAt: 1, createdAt: 1 });
const keysOf = async ({ db }: Pick<Test, 'db'>) =>
  (await db.select({ key: revocations.key }).from(revocations).orderBy(revocations.key)).map(({ key }) => key);

let libsql: Test;
beforeEach(async () => {
  libsql = await openTestLibsql();
});
afterEach(() => libsql.close());

describe('libSQL write', () => {
  const insert = (key: string) => libsql.db.insert(revocations).values(revocation(key));

  test('libSQL write: waits for a busy server and is executed once', async () => {
    let refusals = 0;
    const busy = { status: 429, body: '{"error":"Too many concurrent requests"}' };
    libsql.server.interfere(() => (refusals++ < 4 ? busy : undefined));
    await insert('a');
    expect(await keysOf(libsql)).toEqual(['a']);
  });

  test('libSQL write: is not repeated when its outcome is unknown, and counts as an unavailable database', async () => {
    let sent = 0;
    libsql.server.interfere((body) => (body.includes('insert') && sent++ >= 0 ? 'cut-after' : undefined));
    const error = await insert('a').then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect([isDatabaseAway(error), sent]).toEqual([true, 1]);
    expect(await keysOf(libsql)).toEqual(['a']);
  });

  test('libSQL write: none of 120 concurrent writes and transactions of two clients is lost or doubled', async () => {
    const other = openLibsqlHttp(connectLibsql({ url: libsql.server.url, authToken: libsql.server.token, createClient }));
    await insert('counter');
    const increments = Array.from({ length: 60 }, (_, i) =>
      (i % 2 ? libsql.db : other).transaction(async (tx) => {
        const [row] = await tx.select().from(revocations).where(sql`key = 'counter'`);
        await tx
          .update(revocations)
          .set({ expiresAt: (row?.expiresAt ?? 0) + 1 })
          .where(sql`key = 'counter'`);
      }),
    );
    const inserts = Array.from({ length: 60 }, (_, i) =>
      (i % 2 ? libsql.db : other).insert(revocations).values(revocation(`k${i}`)),
    );
    await Promise.all([...increments, ...inserts]);
    const [counter] = await libsql.db.select().from(revocations).where(sql`key = 'counter'`);
    expect(counter?.expiresAt).toBe(61);
    expect(await keysOf(libsql)).toHaveLength(61);
  });

  test('libSQL write: a value larger than the server accepts is 413, and later requests succeed', async () => {
    const app = await createTestApp({ overrides: { db: libsql.db, chunkIndex: libsql.chunkIndex() } });
    const form = new FormData();
    form.set('file', new File(['x'.repeat(6_000_000)], 'large.txt', { type: 'text/plain' }));
    const answer = await app.request('/resources/upload', { method: 'POST', headers: await app.login(), body: form });
    expect([answer.status, (await answer.json()).detail]).toEqual([413, 'The request is larger than the database accepts']);
    await app.close();
  });
});

test('libSQL read: is repeated when its response was lost', async () => {
  let lost = 0;
  libsql.server.interfere((body) => (body.includes('select') && lost++ < 2 ? 'cut-after' : undefined));
  expect(await keysOf(libsql)).toEqual([]);
  expect(lost).toBe(3);
});

describe('libSQL transaction', () => {
  /** Runs a transaction with `between` between its two statements. Resolves to the number of times it was started. */
  async function run(between: (attempt: number) => unknown): Promise<number> {
    let attempts = 0;
    await libsql.db.transaction(async (tx) => {
      attempts += 1;
      await tx.insert(revocations).values(revocation('a'));
      await between(attempts);
      await tx.insert(revocations).values(revocation('b'));
    });
    return attempts;
  }

  test('libSQL transaction: is repeated when its stream expired, and is written once', async () => {
    await libsql.close();
    libsql = await openTestLibsql({ streamMs: 300 });
    expect(await run((attempt) => attempt === 1 && sleep(600))).toBe(2);
    expect(await keysOf(libsql)).toEqual(['a', 'b']);
  });

  test('libSQL transaction: is repeated when the server was restarted', async () => {
    const restart = async () => {
      await libsql.server.stop();
      await libsql.server.start();
    };
    expect(await run((attempt) => attempt === 1 && restart())).toBe(2);
    expect(await keysOf(libsql)).toEqual(['a', 'b']);
  });

  test.each([
    'cut',
    'cut-after',
  ] as const)('libSQL transaction: is repeated when the connection was lost before its COMMIT (%s)', async (fault) => {
    let lost = 0;
    libsql.server.interfere((body) => (body.includes('"b"') && lost++ === 0 ? fault : undefined));
    expect(await run(() => undefined)).toBe(2);
    expect(await keysOf(libsql)).toEqual(['a', 'b']);
  });

  test('libSQL transaction: is not repeated when its COMMIT got no response, because it may have been committed', async () => {
    let commits = 0;
    libsql.server.interfere((body) => (body.includes('COMMIT') && commits++ >= 0 ? 'cut-after' : undefined));
    const error = await run(() => undefined).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'LIBSQL_OUTCOME_UNKNOWN' });
    expect([isDatabaseAway(error), commits]).toEqual([true, 1]);
    expect(await keysOf(libsql)).toEqual(['a', 'b']);
  });

  test('libSQL transaction: a failed one writes nothing even if its ROLLBACK is lost', async () => {
    libsql.server.interfere((body) => (body.includes('ROLLBACK') ? 'cut' : undefined));
    const mistake = () => Promise.reject(new Error('on purpose'));
    await expect(run(mistake)).rejects.toThrow('on purpose');
    libsql.server.interfere(undefined);
    expect(await keysOf(libsql)).toEqual([]);
  });

  test('libSQL transaction: continues after a constraint error, as on a file', async () => {
    await libsql.db.transaction(async (tx) => {
      await tx.insert(revocations).values(revocation('a'));
      await tx
        .insert(revocations)
        .values(revocation('a'))
        .catch(() => undefined);
      await tx.insert(revocations).values(revocation('b'));
    });
    expect(await keysOf(libsql)).toEqual(['a', 'b']);
  });

  test('libSQL transaction: is repeated when the server ended it for another writer, and none of its statements runs outside of it', async () => {
    const other = connectLibsql({ url: libsql.server.url, authToken: libsql.server.token, createClient });
    let written: Promise<unknown> | undefined;
    let attempts = 0;
    await libsql.db.transaction(async (tx) => {
      attempts += 1;
      await tx.insert(revocations).values(revocation('a'));
      if (attempts === 1) {
        written = other.execute("insert into revocations (key, expires_at, created_at) values ('other', 1, 1)");
        await written;
      }
      const rest = ['b', 'c'].map((key) => tx.insert(revocations).values(revocation(`${key}${attempts}`)));
      // Statements sent without waiting: neither may be executed outside of the transaction.
      await Promise.allSettled(rest);
    });
    expect(attempts).toBe(2);
    expect(await keysOf(libsql)).toEqual(['a', 'b2', 'c2', 'other']);
  });
});

test('libSQL outage: requests are 503 with Retry-After while the server is down, and succeed with all data after its return', async () => {
  const app = await createTestApp({
    overrides: { db: libsql.db, chunkIndex: libsql.chunkIndex(), pingDatabase: libsql.ping },
    env: { RATE_LIMIT_FREE_TIER: '10000' },
  });
  const headers = { ...(await app.login()), 'Content-Type': 'application/json' };
  const post = (content: string) => app.request('/resources', { method: 'POST', headers, body: JSON.stringify({ content }) });
  const health = async () => {
    app.clock.advance(2_000);
    return (await app.request('/monitoring/health')).status;
  };
  expect((await post('Before the server went away')).status).toBe(202);

  let stopped = false;
  const during: number[] = [];
  const load = (async () => {
    for (let n = 0; !stopped || n < 20; n += 1) during.push((await post(`While it goes away ${n}`)).status);
  })();
  await sleep(50);
  await libsql.server.stop();
  stopped = true;
  await load;
  expect(new Set(during.filter((status) => status !== 202))).toEqual(new Set([503]));
  const away = await post('While it is away');
  expect([away.status, away.headers.get('Retry-After'), away.headers.get('Content-Type')]).toEqual([
    503,
    '5',
    'application/problem+json',
  ]);
  expect((await app.request('/search?q=ice&mode=keyword', { headers })).status).toBe(503);
  expect(await health()).toBe(503);

  await libsql.server.start();
  expect((await post('After it came back')).status).toBe(202);
  expect(await health()).toBe(200);
  const listed = await (await app.request('/resources?limit=100', { headers })).json();
  expect(listed.resources).toHaveLength(2 + during.filter((status) => status === 202).length);
  await app.close();
});

test('libSQL outage: requests to a hanging server end at the deadline, and succeed once it responds', async () => {
  const client = connectLibsql({ url: libsql.server.url, authToken: libsql.server.token, createClient, deadlineMs: 2_000 });
  const app = await createTestApp({ overrides: { db: openLibsqlHttp(client) } });
  const headers = { ...(await app.login()), 'Content-Type': 'application/json' };
  const post = (n: number) =>
    app.request('/resources', { method: 'POST', headers, body: JSON.stringify({ content: `Text ${n}` }) });
  const list = () => app.request('/resources', { headers });
  // The login's events are written after its response.
  await app.background.settled();
  libsql.server.interfere(() => 'silent');
  const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => (n < 8 ? post(n) : list())));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
  libsql.server.interfere(undefined);
  await expect.poll(async () => (await list()).status).toBe(200);
  await expect.poll(async () => (await post(99)).status).toBe(202);
  await app.close();
});

test('libSQL: a taken username is 409, as on a file', async () => {
  const app = await createTestApp({ overrides: { db: libsql.db } });
  const body = JSON.stringify({ username: 'ada', email: 'ada@example.org', password: 'a long enough phrase' });
  const register = () => app.request('/auth/register', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  const statuses = (await Promise.all([register(), register(), register()])).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([201, 409, 409]);
  await app.close();
});
