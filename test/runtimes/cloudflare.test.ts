/** Behaviour specific to Workers, on workerd: configuration, sockets per request, progress without polling. */
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
  // Nothing listens there: these tests report the progress.
  WORKER_URL: 'http://127.0.0.1:9',
  DATABASE_URL: postgres.url,
  POSTGRES_SSLMODE: 'disable',
  ...stores.settings,
});

describe('workers', () => {
  let workerd: Workerd;
  let ada: Client;
  beforeAll(async () => {
    workerd = await startWorkerd(settings);
    ada = createClient(workerd.url);
    await ada.login();
  }, 120_000);
  afterAll(() => workerd?.close());

  const post = () => ada.post({ content: `A document of its own: ${randomUUID()}`, content_type: 'text/plain' });

  /** Reports as the worker does that the first `completed` stages are completed. */
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

  /** Opens a stream: its text so far, and a function that disconnects. */
  async function listen(id: string) {
    const leave = new AbortController();
    const headers = { Authorization: ada.token() ?? '' };
    const response = await fetch(`${workerd.url}/resources/${id}/progress/events`, { headers, signal: leave.signal });
    expect(response.status).toBe(200);
    let text = '';
    const ended = (async () => {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
    })().catch(() => undefined);
    await vi.waitFor(() => expect(text).toContain('event: snapshot'), { timeout: 60_000 });
    return { text: () => text, leave: () => leave.abort(), ended };
  }

  test('workers: an event stream receives a report made to another request, without polling the store', async () => {
    const id = await post();
    const listeners = await Promise.all(Array.from({ length: 20 }, () => listen(id)));
    await vi.waitFor(async () => expect(await workerd.listeners()).toBe(20), { timeout: 60_000 });
    const before = stores.front.requests();
    await sleep(2_000);
    expect(stores.front.requests()).toBe(before);
    await report(id, 1);
    await vi.waitFor(() => expect(listeners.filter(({ text }) => text().includes('event: progress'))).toHaveLength(20), {
      timeout: 60_000,
    });
    await report(id, STAGES.length);
    await Promise.all(listeners.map(({ ended }) => ended));
    for (const { text } of listeners) expect(text()).toContain('"overall_status":"completed"');
    await vi.waitFor(async () => expect(await workerd.listeners()).toBe(0), { timeout: 60_000 });
  });

  test('workers: the sockets of a disconnected event stream are closed after the next event or heartbeat', async () => {
    const id = await post();
    const stream = await listen(id);
    await vi.waitFor(async () => expect(await workerd.listeners()).toBe(1), { timeout: 60_000 });
    stream.leave();
    // The platform notices when it writes: at the next event, or at the heartbeat.
    for (let completed = 1; completed < STAGES.length; completed += 1) {
      await report(id, completed);
      await sleep(200);
    }
    await vi.waitFor(async () => expect(await workerd.listeners()).toBe(0), { timeout: 60_000 });
  });

  test('workers: sixty concurrent requests have their own database connections and close them', async () => {
    const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await ada.call('GET', '/resources')).status));
    expect(new Set(statuses)).toEqual(new Set([200]));
    await vi.waitFor(async () => expect(await postgres.connections('pharos')).toBe(0), { timeout: 60_000 });
  });

  test('workers: requests are 503 with Retry-After while the database is down, and 200 after its return', async () => {
    await postgres.stop('immediate');
    const away = await ada.call<{ status: number }>('GET', '/resources');
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await ada.call('GET', '/monitoring/health')).status).toBe(503);
    await postgres.start();
    await vi.waitFor(async () => expect((await ada.call('GET', '/resources')).status).toBe(200), { timeout: 60_000 });
    expect(workerd.logs()).not.toContain(postgres.url);
  });
});

describe('workers with Hyperdrive', () => {
  test('workers with Hyperdrive: the binding is used instead of DATABASE_URL', async () => {
    const workerd = await startWorkerd(() => ({ ...settings(), DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing' }), {
      // Local Hyperdrive requires a password in the URL; this server ignores it.
      hyperdrive: postgres.url.replace('postgres@', 'postgres:unused@'),
    });
    const bob = createClient(workerd.url);
    await bob.login();
    expect((await bob.call('GET', '/resources')).status).toBe(200);
    await workerd.close();
  });
});

describe('configuration faults on Workers', () => {
  let workerd: Workerd;
  beforeAll(async () => {
    workerd = await startWorkerd(() => ({ ENV: 'prod', PUBLIC_URL: '' }));
  }, 120_000);
  afterAll(() => workerd?.close());

  test('configuration on Workers: without any setting every response is 503, and the log alone names the missing ones', async () => {
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
  });

  test('configuration on Workers: a file as the database is 503, and the log names DATABASE_URL', async () => {
    await workerd.configure({ ...settings(), DATABASE_URL: 'file:data/pharos.db' });
    expect((await fetch(workerd.url)).status).toBe(503);
    expect(workerd.logs()).toContain('DATABASE_URL: expected a postgresql: or libsql: URL');
  });

  test('configuration on Workers: a database whose certificate is not trusted is unhealthy', async () => {
    const secure = await startPostgres({ ssl: await certificateOf('127.0.0.1') });
    await workerd.configure({ ...settings(), DATABASE_URL: secure.url, POSTGRES_SSLMODE: 'require' });
    const health = (await (await fetch(`${workerd.url}/monitoring/health`)).json()) as {
      checks: Record<string, { status: string }>;
    };
    expect(health.checks.database?.status).toBe('unhealthy');
    await secure.close();
  });

  test('configuration on Workers: the start logs the limits of the free plan', async () => {
    await workerd.configure({ ...settings(), WORKERS_PLAN: 'free' });
    await fetch(workerd.url);
    expect(workerd.logs()).toContain('10 ms of CPU per request');
  });
});
