import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deleteExpired } from '../../src/kernel/db/expired.ts';
import { addStatistics, listStatistics } from '../../src/kernel/db/statistics.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { readStatistics } from '../../src/services/system/read-statistics.ts';
import { createStatistics, type Statistics, WRITE_MS } from '../../src/services/system/statistics.ts';
import { manualClock, trackedBackground } from '../support/fakes/doubles.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';
import { seedJob } from '../support/kits/jobs.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);
const ADMIN: Actor = {
  kind: 'service',
  userId: 'service',
  username: 'service',
  tier: 'admin',
  scopes: ['admin'],
  sessionId: null,
  tokenId: null,
  keyId: null,
};

let database: TestDatabase;
let clock: ReturnType<typeof manualClock>;
let background: ReturnType<typeof trackedBackground>;
beforeEach(async () => {
  database = await openTestDatabase();
  clock = manualClock(START);
  background = trackedBackground();
});
afterEach(async () => {
  await database.close();
});

const process = (more: { db?: Database } = {}): Statistics => createStatistics({ db: database.db, clock, background, ...more });
const get = (status = 200, ms = 5) => ({ route: '/resources', status, ms });
const all = () => listStatistics(database.db, { before: START + 1_000 * MINUTE, limit: 1_000 });
const shown = async () => (await readStatistics({ db: database.db, clock }, ADMIN, {})).minutes;

/** A database that takes no rows while it is down. */
function failing() {
  const state = { down: true };
  const db = new Proxy(database.db, {
    get: (target, name) => {
      if (name === 'insert' && state.down) throw new Error('down');
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { db, state };
}

test('statistics: what several processes count and write, in any order, adds up by the minute', async () => {
  const step = fc.record({
    who: fc.nat(2),
    what: fc.constantFrom('count', 'count', 'count', 'write', 'minute'),
    status: fc.constantFrom(200, 404, 503),
    ms: fc.nat(6_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await database.execute('delete from statistics');
      clock.set(START);
      const processes = [process(), process(), process()];
      const expected = new Map<number, { requests: number; errors: number; sum: number; max: number }>();
      for (const { who, what, status, ms } of steps) {
        if (what === 'minute') clock.advance(MINUTE);
        else if (what === 'write') await processes[who]?.write();
        else {
          processes[who]?.count(get(status, ms));
          const minute = Math.floor(clock.now() / MINUTE) * MINUTE;
          const row = expected.get(minute) ?? { requests: 0, errors: 0, sum: 0, max: 0 };
          const errors = row.errors + (status >= 400 ? 1 : 0);
          expected.set(minute, { requests: row.requests + 1, errors, sum: row.sum + ms, max: Math.max(row.max, ms) });
        }
      }
      await Promise.all(processes.map((one) => one.write()));
      const rows = await all();
      const found = rows.map((row): [number, object] => {
        const { within10, within50, within100, within250, within1000, within5000, slower } = row;
        expect(within10 + within50 + within100 + within250 + within1000 + within5000 + slower).toBe(row.requests);
        const errors = row.clientErrors + row.serverErrors;
        return [row.minute, { requests: row.requests, errors, sum: row.latencySum, max: row.latencyMax }];
      });
      expect(new Map(found)).toEqual(expected);
    }),
    { numRuns: 20 },
  );
});

test('statistics: what could not be written is written later, once, together with what was counted meanwhile', async () => {
  const { db, state } = failing();
  const statistics = process({ db });
  statistics.count(get(200, 7));
  clock.advance(MINUTE);
  statistics.count(get(500, 9));
  await expect(statistics.write()).rejects.toThrow('down');
  statistics.count(get(200, 20));
  state.down = false;
  await statistics.write();
  await statistics.write();
  expect(await all()).toMatchObject([
    { minute: START + MINUTE, requests: 2, serverErrors: 1, latencySum: 29, latencyMax: 20, within10: 1, within50: 1 },
    { minute: START, requests: 1, latencySum: 7 },
  ]);
});

test('statistics: while the database is away memory keeps the last hour', async () => {
  const { db, state } = failing();
  const statistics = process({ db });
  for (let n = 0; n < 90; n++) {
    statistics.count(get());
    await expect(statistics.write()).rejects.toThrow('down');
    clock.advance(MINUTE);
  }
  state.down = false;
  await statistics.write();
  const rows = await all();
  expect([rows.length, rows.at(-1)?.minute]).toEqual([60, START + 30 * MINUTE]);
});

test('statistics: on Workers a thousand requests of an isolate are one write, ten seconds after the first, and the next ones another', async () => {
  const pauses: { ms: number; end: () => void }[] = [];
  const pause = (ms: number) => new Promise<void>((end) => pauses.push({ ms, end }));
  const statistics = createStatistics({ db: database.db, clock, background, isolatedRequests: true, pause });
  for (let n = 0; n < 1_000; n++) statistics.count(get());
  await vi.waitFor(() => expect(pauses).toHaveLength(1), { timeout: 60_000, interval: 20 });
  expect([pauses[0]?.ms, await all()]).toEqual([WRITE_MS, []]);
  pauses[0]?.end();
  await background.settled();
  expect(await all()).toMatchObject([{ requests: 1_000 }]);
  statistics.count(get());
  await vi.waitFor(() => expect(pauses).toHaveLength(2), { timeout: 60_000, interval: 20 });
  pauses[1]?.end();
  await background.settled();
  expect(await all()).toMatchObject([{ requests: 1_001 }]);
});

test('statistics: on Workers a write that the platform cut off is made up for by a later request', async () => {
  const runs: string[] = [];
  const cutOff = { run: (name: string) => void runs.push(name) };
  const statistics = createStatistics({ db: database.db, clock, background: cutOff, isolatedRequests: true });
  statistics.count(get());
  clock.advance(2 * WRITE_MS - 1);
  statistics.count(get());
  expect(runs).toHaveLength(1);
  clock.advance(1);
  statistics.count(get());
  expect(runs).toEqual(['write statistics', 'write statistics']);
});

test('statistics: jobs that wait and run are counted, the most of a minute is kept, and an idle service writes nothing', async () => {
  const statistics = process();
  await statistics.sampleQueue();
  await statistics.write();
  expect(await all()).toEqual([]);
  await seedJob({ db: database.db, clock });
  await seedJob({ db: database.db, clock });
  await database.execute(`update jobs set state = 'running' where id = (select min(id) from jobs)`);
  await statistics.sampleQueue();
  await statistics.write();
  await database.execute(`update jobs set state = 'done'`);
  await seedJob({ db: database.db, clock });
  await statistics.sampleQueue();
  await statistics.write();
  expect(await all()).toMatchObject([{ queued: 1, running: 1, requests: 0 }]);
  expect(await shown()).toEqual([
    {
      minute: '2026-01-01T00:00:00.000Z',
      requests: 0,
      client_errors: 0,
      server_errors: 0,
      queue: { waiting: 1, running: 1 },
      progress_reports: 0,
    },
  ]);
});

test('statistics: health checks, assets and counted requests of the worker are left out, reports of progress count apart', async () => {
  const statistics = process();
  for (const route of [
    '/monitoring/health',
    '/health',
    '/assets/*',
    '/jobs/limits',
    '/jobs/progress',
    '/jobs/progress',
    '/search',
  ])
    statistics.count({ ...get(), route });
  await statistics.write();
  expect(await all()).toMatchObject([{ requests: 1, progressReports: 2 }]);
});

test('GET /admin/statistics: percentiles are the bounds that so many requests did not exceed', async () => {
  const statistics = process();
  for (let n = 0; n < 90; n++) statistics.count(get(200, 8));
  for (let n = 0; n < 8; n++) statistics.count(get(404, 90));
  statistics.count(get(200, 900));
  statistics.count(get(500, 7_000));
  await statistics.write();
  expect((await shown())[0]).toMatchObject({
    requests: 100,
    client_errors: 8,
    server_errors: 1,
    latency_ms: { mean: 93.4, p50: 10, p95: 100, p99: 1_000, max: 7_000 },
  });
});

test('GET /admin/statistics: pages by the minute, newest first, and rows are kept for seven days', async () => {
  const statistics = process();
  for (let n = 0; n < 4; n++) {
    statistics.count(get());
    clock.advance(MINUTE);
  }
  await statistics.write();
  const page = await readStatistics({ db: database.db, clock }, ADMIN, { limit: 2, before: '2026-01-01T00:03:00.000Z' });
  expect(page.minutes.map(({ minute }) => minute)).toEqual(['2026-01-01T00:02:00.000Z', '2026-01-01T00:01:00.000Z']);
  expect(await deleteExpired(database.db, START + MINUTE + 7 * 24 * 60 * MINUTE)).toMatchObject({ statistics: 1 });
  expect(await all()).toHaveLength(3);
});

test('statistics: a row can be added to before and after it exists', async () => {
  const statistics = process();
  statistics.count(get());
  await statistics.write();
  const [row] = await all();
  if (row) await addStatistics(database.db, row);
  expect(await all()).toMatchObject([{ requests: 2, latencySum: 10, latencyMax: 5, within10: 2 }]);
});
