import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

let pharos: TestApp;
beforeAll(async () => {
  pharos = await createTestApp({ env: { CORS_ORIGINS: 'https://app.example.org' } });
});
afterAll(() => pharos.close());

const ORIGIN = 'https://app.example.org';

test('CORS: a page of an allowed origin may read a 401, its request id and its limits', async () => {
  const response = await pharos.request('/resources', { headers: { Origin: ORIGIN } });
  expect(response.status).toBe(401);
  expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  const exposed = response.headers.get('access-control-expose-headers')?.split(',');
  expect(exposed).toEqual(
    expect.arrayContaining([
      'X-Request-Id',
      'Retry-After',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
      'RateLimit',
      'RateLimit-Policy',
      'Location',
    ]),
  );
});

test('CORS: a preflight needs no credentials', async () => {
  const response = await pharos.request('/resources', {
    method: 'OPTIONS',
    headers: {
      Origin: ORIGIN,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization,idempotency-key',
    },
  });
  expect(response.status).toBe(204);
  expect(response.headers.get('access-control-allow-methods')).toContain('POST');
  expect(response.headers.get('access-control-allow-headers')).toMatch(/Authorization.*Idempotency-Key/);
});

test('CORS: another origin is allowed nothing, and no origin is allowed credentials', async () => {
  const response = await pharos.request('/resources', { headers: { Origin: 'https://evil.example' } });
  expect(response.headers.has('access-control-allow-origin')).toBe(false);
  expect(response.headers.get('vary')).toContain('Origin');
  const allowed = await pharos.request('/resources', { headers: { Origin: ORIGIN } });
  expect(allowed.headers.has('access-control-allow-credentials')).toBe(false);
});

test('CORS: an allowed origin may send cookies with the exchange of a login code, and nowhere else', async () => {
  for (const path of ['/auth/exchange', '/api/auth/exchange']) {
    const preflight = await pharos.request(path, {
      method: 'OPTIONS',
      headers: { Origin: ORIGIN, 'Access-Control-Request-Method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(preflight.headers.get('access-control-allow-credentials')).toBe('true');
    const response = await pharos.request(path, { method: 'POST', headers: { Origin: ORIGIN } });
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    const foreign = await pharos.request(path, { method: 'POST', headers: { Origin: 'https://evil.example' } });
    expect(foreign.headers.has('access-control-allow-credentials')).toBe(false);
  }
  const elsewhere = await pharos.request('/auth/login', {
    method: 'OPTIONS',
    headers: { Origin: ORIGIN, 'Access-Control-Request-Method': 'POST' },
  });
  expect(elsewhere.headers.has('access-control-allow-credentials')).toBe(false);
});

test('CORS: without configured origins, in development, every origin may read', async () => {
  const open = await createTestApp();
  const response = await open.request('/monitoring/health', { headers: { Origin: 'http://localhost:5173' } });
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  await open.close();
});

test('CORS: a response varies by Origin, or is the same for every origin', async () => {
  const plain = await pharos.request('/openapi.json');
  expect(plain.headers.get('vary')).toMatch(/\bOrigin\b/);
  const open = await createTestApp({ env: { CORS_ORIGINS: '*' } });
  const [without, withOrigin] = [
    await open.request('/openapi.json'),
    await open.request('/openapi.json', { headers: { Origin: 'https://anywhere.example' } }),
  ];
  for (const name of ['access-control-allow-origin', 'access-control-expose-headers']) {
    expect(without.headers.get(name)).toBe(withOrigin.headers.get(name));
  }
  expect(without.headers.get('access-control-allow-origin')).toBe('*');
  await open.close();
});

test('security headers: every response forbids embedding, and pages alone carry headers for pages', async () => {
  for (const path of ['/auth/me', '/openapi.json', '/']) {
    const { headers } = await pharos.request(path, { headers: { Accept: 'text/html' } });
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const isPage = headers.get('content-type')?.startsWith('text/html') ?? false;
    expect(headers.has('cross-origin-opener-policy')).toBe(isPage);
  }
});
