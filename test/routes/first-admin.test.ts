import { afterEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

let app: TestApp;
afterEach(() => app.close());

interface Attempt {
  readonly url?: string;
  readonly peer?: string;
  readonly headers?: Record<string, string>;
  readonly env?: Record<string, string>;
}

const HERE = 'http://localhost:8000';
const PROD = {
  ENV: 'prod',
  PUBLIC_URL: HERE,
  JWT_SECRET_KEY: 'j'.repeat(48),
  WORKER_SIGNING_KEY: 'w'.repeat(48),
};

async function register(username: string, { url = HERE, headers = {} }: Attempt = {}) {
  const response = await app.request(`${url}/auth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ username, email: `${username}@example.org`, password: 'a long enough phrase' }),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { tier: string }).tier;
}

async function first(attempt: Attempt) {
  app = await createTestApp({
    env: attempt.env ?? {},
    runtime: { clientAddress: () => attempt.peer ?? '127.0.0.1' },
  });
  return register('ada', attempt);
}

test.each<[string, Attempt]>([
  ['from 127.0.0.1 to localhost', {}],
  ['from ::1 to [::1]', { peer: '::1', url: 'http://[::1]:8000' }],
  ['from an IPv4 address in IPv6 to 127.0.0.1', { peer: '::ffff:127.0.0.1', url: 'http://127.0.0.1:8000' }],
  ['with its own Origin', { headers: { Host: 'localhost:8000', Origin: HERE } }],
  ['by a path below /api', { url: `${HERE}/api` }],
])('first account: registered %s it is an admin, and the second is not', async (_what, attempt) => {
  expect(await first(attempt)).toBe('admin');
  expect(await register('grace', attempt)).toBe('free');
});

test.each<[string, Attempt]>([
  ['with ENV=prod', { env: PROD }],
  ['with ENV=staging', { env: { ...PROD, ENV: 'staging' } }],
  ['from another machine', { peer: '192.0.2.1' }],
  ['from a private network', { peer: '10.0.0.1' }],
  ['to the name of another host', { url: 'http://attacker.example:8000' }],
  ['to a name that begins like an address', { url: 'http://127.0.0.1.attacker.example' }],
  ['with the Host of another', { headers: { Host: 'attacker.example' } }],
  ['from a page of another origin', { headers: { Origin: 'https://attacker.example' } }],
  ['from a page of another port', { headers: { Origin: 'http://localhost:3000' } }],
  ['from a page without an origin', { headers: { Origin: 'null' } }],
  ['with Forwarded', { headers: { Forwarded: 'for=127.0.0.1' } }],
  ['with Via', { headers: { Via: '1.1 proxy' } }],
  ['with X-Forwarded-For', { headers: { 'X-Forwarded-For': '127.0.0.1' } }],
  ['with X-Forwarded-Proto', { headers: { 'X-Forwarded-Proto': 'https' } }],
  ['with X-Forwarded-Host', { headers: { 'X-Forwarded-Host': 'localhost' } }],
  ['with X-Real-IP', { headers: { 'X-Real-IP': '127.0.0.1' } }],
  ['through a trusted proxy', { env: { TRUSTED_PROXY_HOPS: '1' }, headers: { 'X-Forwarded-For': '127.0.0.1' } }],
])('first account: registered %s it is no admin', async (_what, attempt) => {
  expect(await first(attempt)).toBe('free');
});

test('first account: where another account exists, however it came about, the next is no admin', async () => {
  app = await createTestApp({ runtime: { clientAddress: () => '127.0.0.1' } });
  expect(await register('ada', { headers: { Via: '1.1 proxy' } })).toBe('free');
  expect(await register('grace')).toBe('free');
});

test('first account: of several registered at once, one is an admin', async () => {
  app = await createTestApp({ runtime: { clientAddress: () => '127.0.0.1' } });
  const tiers = await Promise.all(Array.from({ length: 8 }, (_, n) => register(`person-${n}`)));
  expect(tiers.filter((tier) => tier === 'admin')).toHaveLength(1);
});

test('first account: the security log says that it became admin', async () => {
  expect(await first({})).toBe('admin');
  await app.background.settled();
  expect(app.log.lines).toContainEqual(
    expect.objectContaining({ fields: expect.objectContaining({ event: 'registered', reason: 'the first account: admin' }) }),
  );
});
