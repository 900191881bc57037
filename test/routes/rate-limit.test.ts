import { afterEach, describe, expect, test } from 'vitest';
import { createMemoryKeyValue } from '../../src/kernel/kv/memory.ts';
import { createMemoryRateLimitStore } from '../../src/kernel/rate-limits/memory-store.ts';
import type { RateLimitStore } from '../../src/kernel/rate-limits/store.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

let app: TestApp;
afterEach(() => app.close());

const make = async (env: Record<string, string> = {}) => {
  app = await createTestApp({ env: { RATE_LIMIT_FREE_TIER: '100', MASTER_API_KEY: 'm'.repeat(32), ...env } });
};
const me = (headers: Record<string, string>) => app.request('/auth/sessions', { headers });

describe('rate limits by user', () => {
  test('rate limit: every response has both forms of limit headers', async () => {
    await make({ RATE_LIMIT_FREE_HOUR: '1000' });
    const headers = await app.login();
    await me(headers);
    const response = await me(headers);
    const reset = Math.ceil((app.clock.now() + 60_000) / 1000);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '98',
      'x-ratelimit-reset': String(reset),
      'ratelimit-policy': '"minute";q=100;w=60, "hour";q=1000;w=3600',
      ratelimit: '"minute";r=98;t=60, "hour";r=998;t=3600',
    });
  });

  test('rate limit: of 200 concurrent requests exactly 100 pass, and a 429 has Retry-After', async () => {
    await make();
    const headers = await app.login();
    const responses = await Promise.all(Array.from({ length: 200 }, () => me(headers)));
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(100);
    const refused = responses.find(({ status }) => status === 429);
    expect(await refused?.json()).toMatchObject({ status: 429, type: 'urn:pharos:error:rate_limited' });
    expect(refused?.headers.get('content-type')).toBe('application/problem+json');
    expect(refused?.headers.get('x-ratelimit-remaining')).toBe('0');
    const after = Number(refused?.headers.get('retry-after'));
    expect(after).toBe(60);
    app.clock.advance(after * 1000 - 1);
    expect((await me(headers)).status).toBe(429);
    app.clock.advance(1);
    expect((await me(headers)).status).toBe(200);
    expect(app.log.lines.filter(({ message }) => message === 'rate limit reached').length).toBeLessThan(5);
  });

  test('rate limit: requests that a person who types makes have ten times the limit, and count apart', async () => {
    await make({ RATE_LIMIT_SEARCH_COST: '5' });
    const headers = await app.login();
    const left = async (path: string, init: RequestInit = {}) =>
      Number(
        (await app.request(path, { ...init, headers: { ...headers, ...init.headers } })).headers.get('x-ratelimit-remaining'),
      );
    expect(await left('/search/suggest?q=ic')).toBe(999);
    expect(await left('/search?q=ic&prefix=true')).toBe(998);
    expect(await left('/api/search/suggest?q=ice')).toBe(997);
    expect(await left('/auth/sessions')).toBe(99);
    expect(await left('/search?q=ic&prefix=false')).toBe(94);
    const body = JSON.stringify({ q: 'ic', prefix: true });
    expect(await left('/search', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })).toBe(89);
  });

  test('rate limit: a search costs what the setting says, also below /api, and a batch one for ten documents', async () => {
    await make({ RATE_LIMIT_SEARCH_COST: '5' });
    const headers = await app.login();
    const left = async (path: string, init: RequestInit = {}) =>
      Number(
        (await app.request(path, { ...init, headers: { ...headers, ...init.headers } })).headers.get('x-ratelimit-remaining'),
      );
    expect(await left('/auth/sessions')).toBe(99);
    expect(await left('/search?q=ice&mode=keyword')).toBe(94);
    expect(await left('/api/search?q=ice&mode=keyword')).toBe(89);
    expect(await left('/search?q=ice&mode=keyword', { method: 'HEAD' })).toBe(84);
    const batchOf = (count: number) => ({
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ resources: Array.from({ length: count }, (_, i) => ({ content: `${count} ${i}` })) }),
    });
    await left('/resources/batch', batchOf(10));
    expect(await left('/auth/sessions')).toBe(82);
    await left('/resources/batch', batchOf(21));
    expect(await left('/auth/sessions')).toBe(78);
    const ids = Array.from({ length: 95 }, (_, i) => `id-${i}`).join(',');
    expect(await left(`/progress/events?ids=${ids}`)).toBe(68);
  });

  test('rate limit: writes may use half of the limit, in any sixty seconds, and reads what is left', async () => {
    await make({ RATE_LIMIT_FREE_HOUR: '1000' });
    const headers = await app.login();
    const write = () => app.request('/resources/none/cancel', { method: 'POST', headers });
    const statuses = [];
    for (let i = 0; i < 51; i++) statuses.push((await write()).status);
    expect(statuses).toEqual([...Array(50).fill(404), 429]);
    const refused = await write();
    expect(refused.headers.get('ratelimit-policy')).toContain('"minute-writes";q=50;w=60, "hour-writes";q=500;w=3600');
    expect([refused.headers.get('x-ratelimit-limit'), refused.headers.get('x-ratelimit-remaining')]).toEqual(['50', '0']);
    for (let i = 0; i < 50; i++) expect((await me(headers)).status).toBe(200);
    expect((await me(headers)).status).toBe(429);
    app.clock.advance(60_000);
    expect((await write()).status).toBe(404);
  });

  test('rate limit: a batch that is too large for what is left is refused before any of its documents is created', async () => {
    await make({ RATE_LIMIT_FREE_TIER: '4' });
    const headers = { ...(await app.login()), 'Content-Type': 'application/json' };
    const body = JSON.stringify({ resources: Array.from({ length: 30 }, (_, i) => ({ content: `text ${i}` })) });
    const send = () => app.request('/resources/batch', { method: 'POST', headers, body });
    await app.request('/resources/none/cancel', { method: 'POST', headers });
    const refused = await send();
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([429, true]);
    expect(app.published).toEqual([]);
    // A batch that costs more than a whole window costs the window.
    app.clock.advance(60_000);
    expect((await send()).status).toBe(200);
  });

  test('rate limit: no sixty seconds admit more than the limit, across the end of a minute', async () => {
    await make();
    const headers = await app.login();
    app.clock.set(Math.ceil(app.clock.now() / 60_000) * 60_000 - 1000);
    let passed = 0;
    for (let i = 0; i < 100; i++) passed += (await me(headers)).status === 200 ? 1 : 0;
    app.clock.advance(2000);
    for (let i = 0; i < 100; i++) passed += (await me(headers)).status === 200 ? 1 : 0;
    expect(passed).toBe(100);
  });

  test('rate limit: counts by user, across tokens and keys', async () => {
    await make();
    const headers = await app.login('ada');
    const made = await app.request('/auth/api-keys', {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: '{"name":"k"}',
    });
    const { key } = (await made.json()) as { key: string };
    expect((await me({ 'X-API-Key': key })).headers.get('x-ratelimit-remaining')).toBe('98');
    expect((await me(await app.login('eve'))).headers.get('x-ratelimit-remaining')).toBe('99');
  });

  test('rate limit: an admin has no limit and gets no limit headers', async () => {
    await make();
    const response = await app.request('/auth/me', { headers: { 'X-API-Key': 'm'.repeat(32) } });
    expect([...response.headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
    const status = await app.request('/auth/rate-limit', { headers: { 'X-API-Key': 'm'.repeat(32) } });
    expect(await status.json()).toEqual({ tier: 'admin', unlimited: true });
  });

  test('GET /auth/rate-limit: costs nothing', async () => {
    await make({ RATE_LIMIT_FREE_HOUR: '150' });
    const headers = await app.login();
    await me(headers);
    for (let i = 0; i < 5; i++) {
      const response = await app.request('/auth/rate-limit', { headers });
      expect(await response.json()).toMatchObject({
        tier: 'free',
        limit: 100,
        remaining: 99,
        windows: [
          { policy: 'minute', window_seconds: 60, remaining: 99 },
          { policy: 'hour', limit: 150, remaining: 149 },
          { policy: 'minute-writes', limit: 50, remaining: 50 },
          { policy: 'hour-writes', limit: 75, remaining: 75 },
        ],
      });
    }
  });
});

describe('rate limits by address', () => {
  test('rate limit: requests without credentials or with refused ones count by address; health and assets are free', async () => {
    await make({ RATE_LIMIT_ANONYMOUS_TIER: '5' });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await app.request('/openapi.json')).status);
    for (let i = 0; i < 3; i++)
      statuses.push((await app.request('/auth/me', { headers: { Authorization: 'Bearer wrong' } })).status);
    expect(statuses).toEqual([200, 200, 200, 401, 401, 429]);
    expect((await app.request('/monitoring/health')).status).toBe(200);
    expect((await app.request('/assets/style.css')).status).toBe(200);
  });

  test('login limit: too many failed logins are 429 with Retry-After, before a password is hashed', async () => {
    await make({ RATE_LIMIT_LOGIN_FAILURES: '2' });
    await app.login('ada');
    const attempt = () =>
      app.request('/auth/login', { method: 'POST', body: new URLSearchParams({ username: 'ada', password: 'wrong' }) });
    expect([(await attempt()).status, (await attempt()).status]).toEqual([401, 401]);
    const refused = await attempt();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('rate limit: registrations are limited by address', async () => {
    await make({ RATE_LIMIT_REGISTRATIONS: '1' });
    await app.login();
    await expect(app.login()).rejects.toThrow(/429/);
  });
});

test('store down: requests within the limit pass, and revoked tokens stay revoked', async () => {
  app = await createTestApp();
  const kv = createMemoryKeyValue({ clock: app.clock });
  const store = createMemoryRateLimitStore({ clock: app.clock, kv });
  await app.close();
  let down = false;
  const rateLimitStore: RateLimitStore = {
    consume: (requests) => (down ? Promise.reject(new Error('down')) : store.consume(requests)),
  };
  app = await createTestApp({ env: { RATE_LIMIT_FREE_TIER: '3' }, overrides: { kv, rateLimitStore } });
  const [alive, dead] = [await app.login('ada'), await app.login('eve')];
  await app.request('/auth/logout', { method: 'POST', headers: dead });
  down = true;
  expect((await me(dead)).status).toBe(401);
  const statuses = [];
  for (let i = 0; i < 4; i++) statuses.push((await me(alive)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
});
