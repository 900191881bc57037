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

test('CORS: without configured origins, in development, pages of this machine may read, and no others', async () => {
  const open = await createTestApp();
  const allowed = async (path: string, origin: string, method = 'GET') => {
    const headers = { Origin: origin, 'Access-Control-Request-Method': 'POST' };
    return (await open.request(path, { method, headers })).headers.get('access-control-allow-origin');
  };
  for (const origin of ['http://localhost:5173', 'https://localhost', 'http://127.0.0.1:8080', 'http://[::1]:3000']) {
    expect(await allowed('/monitoring/health', origin)).toBe(origin);
    expect(await allowed('/auth/login', origin, 'OPTIONS')).toBe(origin);
  }
  const foreign = ['https://evil.example', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example', 'null', 'file://'];
  for (const origin of foreign) {
    expect(await allowed('/monitoring/health', origin)).toBeNull();
    expect(await allowed('/auth/login', origin, 'OPTIONS')).toBeNull();
    for (const path of ['/mcp', '/oauth/token', '/oauth/register', '/.well-known/oauth-authorization-server']) {
      expect(await allowed(path, origin, 'OPTIONS')).toBe('*');
    }
  }
  await open.close();
});

test('CORS: in development, a page of this machine that is not named gets no cookies for the exchange of a code', async () => {
  const open = await createTestApp();
  for (const method of ['OPTIONS', 'POST']) {
    const headers = { Origin: 'http://localhost:5173', 'Access-Control-Request-Method': 'POST' };
    const response = await open.request('/auth/exchange', { method, headers });
    expect(response.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect(response.headers.has('access-control-allow-credentials')).toBe(false);
  }
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
