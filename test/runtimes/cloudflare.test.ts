/** What is special about Workers, on workerd: configuration, sockets that belong to a request, progress without polling. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { migratePostgres } from '../../src/adapters/migrate-postgres.ts';
import { Secret } from '../../src/kernel/core/secret.ts';
import { STAGES } from '../../src/kernel/model/stages.ts';
import { signRequest } from '../../src/kernel/worker-client/signatures.ts';
import { randomIds } from '../support/fakes/doubles.ts';
import { type Client, createClient } from '../support/kits/client.ts';
import { noteSecrets } from '../support/kits/secrets.ts';
import { type Stores, startStores, systemClock } from '../support/kits/store.ts';
import { certificateOf } from '../support/servers/certificate.ts';
import { type PostgresServer, startPostgres } from '../support/servers/postgres.ts';
import { startWorkerd, type Workerd } from '../support/servers/workerd.ts';

const SIGNING_KEY = 'a signing key that API and worker share';
const JWT_SECRET = 'a secret for tokens of more than thirty-two bytes';
noteSecrets(SIGNING_KEY, JWT_SECRET);

let postgres: PostgresServer;
let stores: Stores;
beforeAll(async () => {
  [postgres, stores] = await Promise.all([startPostgres(), startStores()]);
  await migratePostgres({ url: postgres.url, sslMode: 'disable' });
}, 120_000);
afterAll(async () => {
  await stores.stop();
  await postgres.close();
});

const settings = () => ({
  ENV: 'prod',
  WORKERS_PLAN: 'paid',
  JWT_SECRET_KEY: JWT_SECRET,
  WORKER_SIGNING_KEY: SIGNING_KEY,
  // Nobody listens there: progress is reported by these tests.
  WORKER_URL: 'http://127.0.0.1:9',
  DATABASE_URL: postgres.url,
  POSTGRES_SSLMODE: 'disable',
  ...stores.settings,
});

describe('with everything configured', () => {
  let workerd: Workerd;
  let ada: Client;
  beforeAll(async () => {
    workerd = await startWorkerd(settings);
    ada = createClient(workerd.url);
    await ada.login();
  }, 120_000);
  afterAll(() => workerd?.close());

  const post = () => ada.post({ content: `A document of its own: ${randomUUID()}`, content_type: 'text/plain' });

  /** As the worker reports: `completed` of the five stages are done. */
  async function report(id: string, completed: number): Promise<void> {
    const at = Date.now();
    const state = (status: string) => ({
      run: 1,
      attempt: 1,
      status,
      percent: status === 'completed' ? 100 : 0,
      startedAt: at,
      finishedAt: status === 'completed' ? at : null,
      message: null,
      updatedAt: at,
    });
    const stages = Object.fromEntries(STAGES.slice(0, completed).map((stage) => [stage, state('completed')]));
    const body = JSON.stringify({ resource_id: id, stages });
    const url = `${workerd.url}/jobs/progress`;
    const signature = await signRequest({ key: new Secret(SIGNING_KEY), url, body, clock: systemClock, ids: randomIds });
    const headers = { 'Content-Type': 'application/json', 'Upstash-Signature': signature };
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(204);
  }

  /** An open stream: its text so far, and a way to leave. */
  async function listen(id: string) {
    const leave = new AbortController();
    const headers = { Authorization: ada.token() ?? '' };
    const response = await fetch(`${workerd.url}/resources/${id}/progress/events`, { headers, signal: leave.signal });
    expect(response.status).toBe(200);
    let text = '';
    const ended = (async () => {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
    })().catch(() => undefined);
    await vi.waitFor(() => expect(text).toContain('event: snapshot'), { timeout: 20_000 });
    return { text: () => text, leave: () => leave.abort(), ended };
  }

  test('a listener hears of what is reported to another request, at once and without polling the store', async () => {
    const id = await post();
    const listeners = await Promise.all(Array.from({ length: 20 }, () => listen(id)));
    await vi.waitFor(async () => expect(await workerd.listeners()).toBe(20), { timeout: 20_000 });
    const before = stores.front.requests();
    await sleep(2_000);
    expect(stores.front.requests()).toBe(before);
    await report(id, 1);
    await vi.waitFor(() => expect(listeners.filter(({ text }) => text().includes('event: progress'))).toHaveLength(20), {
      timeout: 10_000,
    });
    await report(id, STAGES.length);
    await Promise.all(listeners.map(({ ended }) => ended));
    for (const { text } of listeners) expect(text()).toContain('"overall_status":"completed"');
    await vi.waitFor(async () => expect(await workerd.listeners()).toBe(0), { timeout: 20_000 });
  });

  test('a listener that vanishes leaves nothing behind once there is something to tell it', async () => {
    const id = await post();
    const stream = await listen(id);
    await vi.waitFor(async () => expect(await workerd.listeners()).toBe(1), { timeout: 20_000 });
    stream.leave();
    // The platform notices when it writes: at the next event, or at the heartbeat.
    for (let completed = 1; completed < STAGES.length; completed += 1) {
      await report(id, completed);
      await sleep(200);
    }
    await vi.waitFor(async () => expect(await workerd.listeners()).toBe(0), { timeout: 40_000 });
  });

  test('sixty requests at once each have connections of their own, and give them back', async () => {
    const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await ada.call('GET', '/resources')).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
    await vi.waitFor(async () => expect(await postgres.connections('pharos')).toBe(0), { timeout: 20_000 });
  });

  test('a database that is away is 503 with Retry-After, and is used again when it is back', async () => {
    await postgres.stop('immediate');
    const away = await ada.call<{ status: number }>('GET', '/resources');
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await ada.call('GET', '/monitoring/health')).status).toBe(503);
    await postgres.start();
    await vi.waitFor(async () => expect((await ada.call('GET', '/resources')).status).toBe(200), { timeout: 20_000 });
    expect(workerd.logs()).not.toContain(postgres.url);
  });
});

describe('through Hyperdrive', () => {
  test('documents are listed by way of the binding, whatever DATABASE_URL says', async () => {
    const workerd = await startWorkerd(() => ({ ...settings(), DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing' }), {
      // Local Hyperdrive asks for a password, this server for none.
      hyperdrive: postgres.url.replace('postgres@', 'postgres:unused@'),
    });
    const bob = createClient(workerd.url);
    await bob.login();
    expect((await bob.call('GET', '/resources')).status).toBe(200);
    await workerd.close();
  });
});

describe('what is missing is said in the log, by name, and to nobody else', () => {
  test('a Worker without any setting', async () => {
    const workerd = await startWorkerd(() => ({ ENV: 'prod', PUBLIC_URL: '' }));
    const response = await fetch(`${workerd.url}/resources`);
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.text()).not.toMatch(/JWT|DATABASE/);
    for (const name of [
      'DATABASE_URL',
      'PUBLIC_URL',
      'WORKER_URL',
      'UPSTASH_REDIS_REST_URL',
      'JWT_SECRET_KEY',
      'WORKER_SIGNING_KEY',
    ])
      expect(workerd.logs()).toContain(`${name}: expected`);
    await workerd.close();
  });

  test('a file as the database, and a certificate that nobody vouches for', async () => {
    const file = await startWorkerd(() => ({ ...settings(), DATABASE_URL: 'file:data/pharos.db' }));
    expect((await fetch(file.url)).status).toBe(503);
    expect(file.logs()).toContain('DATABASE_URL: expected a postgresql: or libsql: URL');
    await file.close();

    const secure = await startPostgres({ ssl: await certificateOf('127.0.0.1') });
    const doubtful = await startWorkerd(() => ({ ...settings(), DATABASE_URL: secure.url, POSTGRES_SSLMODE: 'require' }));
    const health = (await (await fetch(`${doubtful.url}/monitoring/health`)).json()) as {
      checks: Record<string, { status: string }>;
    };
    expect(health.checks.database?.status).toBe('unhealthy');
    await doubtful.close();
    await secure.close();
  });

  test('the free plan’s limits are said at the start', async () => {
    const workerd = await startWorkerd(() => ({ ...settings(), WORKERS_PLAN: 'free' }));
    await fetch(workerd.url);
    expect(workerd.logs()).toContain('10 ms of CPU per request');
    await workerd.close();
  });
});
