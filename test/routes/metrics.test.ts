import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMetrics } from '../../src/adapters/metrics.ts';
import { noMetrics } from '../../src/kernel/core/metrics.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { readEvents } from '../support/kits/events.ts';

const MASTER = 'm'.repeat(32);

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ env: { MASTER_API_KEY: MASTER, RATE_LIMIT_FREE_TIER: '20' } });
});
afterAll(() => app.close());

const exposed = async (which = app) => {
  const response = await which.request('/monitoring/metrics', { headers: { 'X-API-Key': MASTER } });
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=0\.0\.4/);
  return response.text();
};

/** The value of the metric with exactly these labels, in any order; 0 if it is missing. */
async function sampleOf(name: string, labels: Record<string, string> = {}): Promise<number> {
  for (const line of (await exposed()).split('\n')) {
    const match = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match || match[1] !== name) continue;
    const found = Object.fromEntries([...(match[2] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
    if (Object.entries(labels).every(([key, value]) => found[key] === value)) return Number(match[3]);
  }
  return 0;
}

/** The increase of metric `name` with `labels` during `work`. */
async function growth(name: string, labels: Record<string, string>, work: () => Promise<unknown>): Promise<number> {
  const before = await sampleOf(name, labels);
  await work();
  return (await sampleOf(name, labels)) - before;
}

describe('GET /monitoring/metrics', () => {
  test('GET /monitoring/metrics: 403 without the admin scope', async () => {
    expect((await app.request('/monitoring/metrics')).status).toBe(401);
    expect((await app.request('/monitoring/metrics', { headers: await app.login() })).status).toBe(403);
  });

  test('GET /monitoring/metrics: 501 on a runtime that keeps no metrics', async () => {
    const edge = await createTestApp({ env: { MASTER_API_KEY: MASTER }, overrides: { metrics: noMetrics } });
    const response = await edge.request('/monitoring/metrics', { headers: { 'X-API-Key': MASTER } });
    expect(response.status).toBe(501);
    await edge.close();
  });

  test('metrics: requests are counted by method, route and status, never by path', async () => {
    const headers = await app.login();
    const count = 'pharos_http_request_duration_seconds_count';
    const route = { method: 'GET', route: '/resources/{id}', status: '404' };
    expect(await growth(count, { ...route, route: '/resources/:id' }, () => app.request('/resources/abc', { headers }))).toBe(1);
    const unmatched = { method: 'other', route: 'unmatched', status: '401' };
    expect(await growth(count, unmatched, () => app.request('/no/such/path', { method: 'BREW' }))).toBe(1);
    expect(await exposed()).not.toContain('/no/such/path');
  });

  test('metrics: authentications are counted by kind of credentials, account events by name', async () => {
    const headers = await app.login();
    const results = 'pharos_authentications_total';
    expect(await growth(results, { result: 'token' }, () => app.request('/auth/me', { headers }))).toBe(1);
    expect(await growth(results, { result: 'refused' }, () => app.request('/auth/me'))).toBe(1);
    // Reading the metrics is itself a request with a key.
    expect(await growth(results, { result: 'key' }, async () => {})).toBe(1);
    const wrong = () =>
      app.request('/auth/login', { method: 'POST', body: new URLSearchParams({ username: 'x', password: 'y' }) });
    expect(await growth('pharos_security_events_total', { event: 'login_failed' }, wrong)).toBe(1);
    await app.request('/auth/logout', { method: 'POST', headers });
    expect(await growth(results, { result: 'revoked' }, () => app.request('/auth/me', { headers }))).toBe(1);
  });

  test('metrics: decisions of the rate limiter are counted, reads of a limit are not', async () => {
    const headers = await app.login();
    const decisions = 'pharos_rate_limit_decisions_total';
    const many = async (times: number) => {
      for (let i = 0; i < times; i++) await app.request('/auth/me', { headers });
    };
    expect(await growth(decisions, { by: 'user', decision: 'admitted' }, () => many(25))).toBe(20);
    expect(await growth(decisions, { by: 'user', decision: 'refused' }, () => many(2))).toBe(2);
    const look = async () => void (await app.request('/auth/rate-limit', { headers }));
    expect(await growth(decisions, { by: 'user' }, look)).toBe(0);
    expect(await growth(decisions, { by: 'address', decision: 'admitted' }, () => app.request('/auth/me'))).toBe(1);
    const login = () => app.login();
    expect(await growth(decisions, { by: 'register', decision: 'admitted' }, login)).toBe(1);
    expect(await sampleOf('pharos_rate_limit_fail_opens')).toBe(0);
  });

  test('metrics: store operations are timed by name, and hits and misses are counted', async () => {
    const { kv } = app.services;
    const count = 'pharos_store_operation_duration_seconds_count';
    await kv.set('there', 'x', { ttlMs: 1000 });
    expect(await growth('pharos_store_reads_total', { operation: 'get', result: 'hit' }, () => kv.get('there'))).toBe(1);
    expect(await growth('pharos_store_reads_total', { operation: 'take', result: 'miss' }, () => kv.take('nowhere'))).toBe(1);
    expect(await growth(count, { operation: 'ping', outcome: 'ok' }, () => kv.ping())).toBe(1);
    const wrong = () => kv.set('x', 'x', { ttlMs: 0 }).catch(() => undefined);
    expect(await growth(count, { operation: 'set', outcome: 'error' }, wrong)).toBe(1);
    await kv.delete('there');
    expect(await sampleOf(count, { operation: 'delete' })).toBeGreaterThan(0);
  });

  test('metrics: progress is timed, degraded reads and subscriptions are counted', async () => {
    const headers = await app.login();
    const posted = await app.request('/resources', {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ content: 'Something to be listened to. '.repeat(5) }),
    });
    const { id } = (await posted.json()) as { id: string };
    expect(await sampleOf('pharos_jobs', { state: 'queued' })).toBe(1);
    const ask = () => app.request(`/resources/${id}/progress`, { headers });
    expect(await growth('pharos_progress_duration_seconds_count', { operation: 'read' }, ask)).toBe(1);

    const { next, leave } = readEvents(await app.request(`/resources/${id}/progress/events`, { headers }));
    await next();
    expect(await sampleOf('pharos_progress_listeners')).toBe(1);
    await leave();
    expect(await sampleOf('pharos_progress_listeners')).toBe(0);

    await app.services.progress.forget(id);
    expect(await growth('pharos_progress_degraded_total', {}, ask)).toBe(1);
  });

  test('metrics: a gauge whose source fails is absent, the other metrics stay', async () => {
    const broken = await createTestApp({ env: { MASTER_API_KEY: MASTER } });
    await exposed(broken);
    broken.services.metrics.gauge('test_broken', 'Always fails', () => Promise.reject(new Error('away')));
    const text = await exposed(broken);
    expect(text).toContain('pharos_rate_limit_fail_opens 0');
    expect(text).not.toMatch(/^test_broken /m);
    await broken.close();
  });
});

test('metrics: a process adds its memory, CPU and event loop', async () => {
  const metrics = createMetrics({ process: true });
  expect((await metrics.expose())?.text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
});

test('docs/monitoring.md: lists exactly the metrics that exist', async () => {
  const page = await readFile(new URL('../../docs/monitoring.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `(pharos_\w+)` \| API/gm)].map(([, name]) => name);
  const kept = [...(await exposed()).matchAll(/^# TYPE (pharos_\w+) /gm)].map(([, name]) => name);
  expect(documented.toSorted()).toEqual(kept.toSorted());
});
