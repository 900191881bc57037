/** Three workers on one database are killed at random moments: no job is lost, and no effect happens twice. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { count, eq, sql } from 'drizzle-orm';
import { uuidv7 } from 'uuidv7';
import { afterAll, expect, test, vi } from 'vitest';
import { freePort } from '../../src/adapters/listen.ts';
import { Secret } from '../../src/kernel/core/secret.ts';
import { callbackDeliveries, chunks, jobs, resourceStages, resources } from '../../src/kernel/db/schema.sqlite.ts';
import type { JobPublisher } from '../../src/kernel/jobs/publisher.ts';
import { createRelay } from '../../src/kernel/jobs/relay.ts';
import { createHttpPublisher } from '../../src/kernel/worker-client/http-publisher.ts';
import { memoryLog, trackedBackground } from '../support/fakes/doubles.ts';
import { createTestApp } from '../support/kits/app.ts';
import { bundledProgram } from '../support/kits/bundled-program.ts';
import { openTestDatabase } from '../support/kits/database.ts';
import { systemClock as clock } from '../support/kits/store.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const WORKERS = 3;
const KILLS = 10;
/** More than the three workers process at a time before the kill. */
const DOCUMENTS_PER_KILL = 8;
const LEASE_MS = 1_500;
const KEY = 'a signing key of more than thirty-two characters';

const children = new Set<ChildProcess>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Texts that differ in a number only, so that all have the same number of chunks. */
const textOf = (n: number) =>
  Array.from(
    { length: 60 },
    (_, i) => `Document ${1000 + n} says in sentence ${100 + i} that ice moves slowly towards the sea.`,
  ).join(' ');

test('workers: killed at random moments, they finish every job with every effect once', async () => {
  const database = await openTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'pharos-kills-'));
  const program = await bundledProgram(new URL('../support/kits/worker-process.ts', import.meta.url));
  const ports = await Promise.all(Array.from({ length: WORKERS }, () => freePort('127.0.0.1')));
  const alive = new Map<number, ChildProcess>();
  let over = false;

  async function startWorker(port: number): Promise<void> {
    const child = fork(program.path, [String(LEASE_MS)], {
      env: {
        PATH: process.env.PATH ?? '',
        // Thirteen starts load the same program.
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(dataDir, 'compiled'),
        DATABASE_URL: database.url,
        DATA_DIR: dataDir,
        // Which model embeds does not matter here; this one costs least at each of the starts.
        EMBEDDING_MODEL: 'pharos-static-192',
        WORKER_PORT: String(port),
        WORKER_URL: `http://127.0.0.1:${port}`,
        WORKER_SIGNING_KEY: KEY,
        JWT_SECRET_KEY: 'a secret of the tests that is long enough',
        // No server listens here: progress reports fail, and the test reads the database instead.
        PUBLIC_URL: 'http://127.0.0.1:9',
      },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.add(child);
    await once(child, 'message');
    alive.set(port, child);
  }
  await Promise.all(ports.map(startWorker));

  // Like a load balancer without health checks: to any worker, running or not.
  const publishers = ports.map((port) =>
    createHttpPublisher({
      config: { worker: { url: `http://127.0.0.1:${port}`, signingKeys: { current: new Secret(KEY) } } },
      fetch,
      clock,
      ids: { next: uuidv7 },
    }),
  );
  const publisher: JobPublisher = {
    lostAfterMs: 3_000,
    publish: (message, options) => {
      const any = publishers[Math.floor(Math.random() * publishers.length)] as JobPublisher;
      return any.publish(message, options);
    },
  };
  const app = await createTestApp({ overrides: { db: database.db, clock, publisher } });
  const relay = createRelay({ db: database.db, clock, log: memoryLog(), publisher, background: trackedBackground() });
  const headers = { ...(await app.login()), 'Content-Type': 'application/json' };
  let sent = 0;
  async function send(): Promise<void> {
    const body = JSON.stringify({ content: textOf(sent++), callback_url: 'http://127.0.0.1:9/hook' });
    expect((await app.request('/resources', { method: 'POST', headers, body })).status).toBe(202);
  }

  const sweeping = (async () => {
    while (!over) {
      await relay.sweep();
      await sleep(100);
    }
  })();
  const states = async () => {
    const rows = await database.db.select({ state: jobs.state, count: count() }).from(jobs).groupBy(jobs.state);
    return Object.fromEntries(rows.map((row) => [row.state, row.count])) as Record<string, number>;
  };

  let kills = 0;
  const deadline = Date.now() + 200_000;
  while ((kills < KILLS || (await states()).done !== sent) && Date.now() < deadline) {
    await sleep(Math.random() * 400);
    const [port, victim] = [...alive][Math.floor(Math.random() * alive.size)] ?? [];
    if (kills >= KILLS || port === undefined || !victim) continue;
    // Every kill interrupts work. While no worker is alive, more jobs would only lengthen the test.
    await Promise.all(Array.from({ length: DOCUMENTS_PER_KILL }, send));
    await sleep(Math.random() * 400);
    kills += 1;
    alive.delete(port);
    victim.kill('SIGKILL');
    children.delete(victim);
    void startWorker(port).catch(() => undefined);
  }
  over = true;
  await sweeping;

  const { db } = database;
  expect(await states()).toEqual({ done: sent });
  expect(kills).toBe(KILLS);
  expect(await db.select({ id: resources.id }).from(resources).where(eq(resources.status, 'completed'))).toHaveLength(sent);
  const stages = await db.select().from(resourceStages);
  expect(stages.filter(({ status }) => status === 'completed')).toHaveLength(5 * sent);
  const perResource = await db
    .select({
      total: count(),
      distinct: sql<number>`count(distinct ${chunks.position})`,
      last: sql<number>`max(${chunks.position})`,
    })
    .from(chunks)
    .groupBy(chunks.resourceId);
  expect(perResource).toHaveLength(sent);
  // The text of each takes several chunks; none is missing or double.
  for (const { total, distinct, last } of perResource) {
    expect(total).toBeGreaterThan(1);
    expect([Number(distinct), Number(last)]).toEqual([total, total - 1]);
  }
  const told = await db.select({ total: count() }).from(callbackDeliveries).groupBy(callbackDeliveries.resourceId);
  expect(told.map(({ total }) => total)).toEqual(Array(sent).fill(1));
  const attempts = (await db.select({ attempt: jobs.attempt }).from(jobs)).map(({ attempt }) => attempt);
  console.log(
    `random kills: ${kills} of ${WORKERS} workers killed, ${sent} jobs done in ${attempts.reduce((a, b) => a + b)} claims, ` +
      `${attempts.filter((attempt) => attempt > 1).length} of them taken over, the most ${Math.max(...attempts)} times`,
  );
  for (const child of children) child.kill('SIGKILL');
  await app.close();
  await rm(dataDir, { recursive: true, force: true });
  await program.remove();
});
