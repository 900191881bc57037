import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Fetch } from '../../src/kernel/core/ports.ts';
import { jobs, users } from '../../src/kernel/db/schema.sqlite.ts';
import { createMemoryKeyValue } from '../../src/kernel/kv/memory.ts';
import { createHealthRoutes } from '../../src/routes/system/health.ts';
import { createHealth, type HealthDependencies } from '../../src/services/system/health.ts';
import { type ManualClock, type MemoryLog, manualClock, memoryLog } from '../support/fakes/doubles.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';

let database: TestDatabase;
let clock: ManualClock;
let log: MemoryLog;

beforeEach(async () => {
  database = await openTestDatabase();
  clock = manualClock();
  log = memoryLog();
});
afterEach(async () => {
  vi.useRealTimers();
  await database.close();
});

const workerAnswers: Fetch = async () => new Response('{}');
const never = () => new Promise<never>(() => {});

function monitor(overrides: Partial<HealthDependencies> = {}) {
  const checkHealth = createHealth({
    db: database.db,
    pingDatabase: async () => {},
    writeHealth: { check: async () => {} },
    kv: createMemoryKeyValue({ clock }),
    fetch: workerAnswers,
    clock,
    log,
    config: { worker: { url: 'http://127.0.0.1:8001' } as HealthDependencies['config']['worker'] },
    ...overrides,
  });
  const routes = createHealthRoutes({ checkHealth });
  return async () => {
    const response = await routes.request('/monitoring/health');
    return { status: response.status, text: await response.clone().text(), body: await response.json() };
  };
}

const down = async () => {
  throw new Error('secret host db.internal refused');
};

test('health: healthy with the latency of each part when all are up', async () => {
  const { status, body } = await monitor()();
  expect(status).toBe(200);
  expect(body).toEqual({
    status: 'healthy',
    checks: Object.fromEntries(['database', 'kv', 'queue', 'worker'].map((part) => [part, { status: 'healthy', latency_ms: 0 }])),
  });
});

test('health: 503 and unhealthy when the database is down, without the text of its error', async () => {
  const { status, body, text } = await monitor({ pingDatabase: down })();
  expect(status).toBe(503);
  expect(body).toMatchObject({ status: 'unhealthy', checks: { database: { status: 'unhealthy' } } });
  expect(text).not.toMatch(/secret|refused|Error/);
});

test.each([
  ['kv', { kv: { get: down, set: down } as unknown as HealthDependencies['kv'] }],
  ['worker', { fetch: down }],
  ['worker', { fetch: async () => new Response('loading', { status: 503 }) }],
])('health: 200 and degraded when %s is down', async (part, overrides) => {
  const { status, body, text } = await monitor(overrides)();
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'degraded',
    checks: { [part]: { status: 'unhealthy' }, database: { status: 'healthy' } },
  });
  expect(text).not.toMatch(/secret|refused|Error/);
});

test('health: the queue is down if due jobs wait for 30 s while no job is published, not if the backlog moves', async () => {
  const at = clock.now();
  await database.db.insert(users).values({
    id: 'u',
    username: 'u',
    usernameKey: 'u',
    email: 'u',
    emailKey: 'u',
    tier: 'free',
    active: true,
    credentialsEpoch: 0,
    createdAt: at,
    updatedAt: at,
  });
  const job = (id: string, availableAt: number, publishedAt: number | null) =>
    database.db.insert(jobs).values({
      id,
      kind: 'resource.process',
      ownerId: 'u',
      payload: { stages: ['ingestion'], run: 1 },
      state: 'queued',
      attempt: 0,
      maxAttempts: 5,
      availableAt,
      publishedAt,
      createdAt: at,
      updatedAt: at,
    });
  await job('waits', at, null);
  const ask = monitor();
  expect((await ask()).body).toMatchObject({ status: 'healthy' });
  clock.advance(30_000);
  expect((await ask()).body).toMatchObject({ status: 'degraded', checks: { queue: { status: 'unhealthy' } } });
  clock.advance(1000);
  await job('moves', at, clock.now());
  expect((await ask()).body).toMatchObject({ status: 'healthy' });
});

test('health: a part that does not respond counts as down after a second, and its check is aborted', async () => {
  vi.useFakeTimers();
  let signal: AbortSignal | null | undefined;
  const asked = monitor({
    pingDatabase: never,
    fetch: (_input, init) => {
      signal = init?.signal;
      return never();
    },
  })();
  await vi.advanceTimersByTimeAsync(1000);
  const { status, body } = await asked;
  expect(status).toBe(503);
  expect(body).toMatchObject({ checks: { database: { status: 'unhealthy' }, worker: { status: 'unhealthy' } } });
  expect(signal?.aborted).toBe(true);
});

test('health: checks in flight and results up to a second old are shared', async () => {
  const ping = vi.fn(async () => {});
  const ask = monitor({ pingDatabase: ping });
  await Promise.all([ask(), ask(), ask()]);
  clock.advance(999);
  await ask();
  expect(ping).toHaveBeenCalledTimes(1);
  clock.advance(1);
  await ask();
  expect(ping).toHaveBeenCalledTimes(2);
});

test('health: an outage is logged when it begins and when it ends, not at every check', async () => {
  let up = false;
  const ask = monitor({ pingDatabase: async () => (up ? undefined : down()) });
  for (let i = 0; i < 3; i++) {
    await ask();
    clock.advance(1000);
  }
  up = true;
  await ask();
  expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
    ['warning', 'database (health check) fails'],
    ['info', 'database (health check) works again'],
  ]);
});

test('health: a result is reused for one second, whichever way the wall clock is set in between', async () => {
  for (const hours of [-5, 5]) {
    let asked = 0;
    const ask = monitor({
      pingDatabase: async () => {
        asked += 1;
      },
    });
    await ask();
    clock.step(hours * 3_600_000);
    clock.advance(999);
    await ask();
    expect(asked, `set by ${hours} h`).toBe(1);
    clock.advance(1);
    await ask();
    expect(asked, `set by ${hours} h`).toBe(2);
  }
});

test('health: the latency does not contain a change of the wall clock', async () => {
  for (const hours of [-5, 5]) {
    const { body } = await monitor({ pingDatabase: async () => clock.step(hours * 3_600_000) })();
    expect(body.checks.database).toEqual({ status: 'healthy', latency_ms: 0 });
  }
});
