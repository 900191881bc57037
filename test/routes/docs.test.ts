import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

let pharos: TestApp;
beforeAll(async () => {
  pharos = await createTestApp();
});
afterAll(() => pharos.close());

test('GET /docs: a page of the console, under a policy without inline scripts or other hosts', async () => {
  const page = await pharos.request('/docs');
  expect(await (await pharos.request('/app/search')).text()).toBe(await (await pharos.request('/docs')).text());
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/script-src 'self'(;|$)/);
  expect(policy).not.toMatch(/https:|\*|unsafe-/);
  expect(policy).toContain("require-trusted-types-for 'script'");
  const references = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
  expect(references.length).toBeGreaterThan(1);
  for (const path of references) expect((await pharos.request(path)).status, path).toBe(200);
});

test('GET /assets: 304 for a file that the client has', async () => {
  const first = await pharos.request('/assets/style.css');
  expect(first.headers.get('content-type')).toBe('text/css; charset=utf-8');
  const again = await pharos.request('/assets/style.css', { headers: { 'If-None-Match': first.headers.get('etag') ?? '' } });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

test('GET /assets: a client that accepts gzip gets fewer bytes of the same file', async () => {
  const plain = await pharos.request('/assets/style.css');
  const zipped = await pharos.request('/assets/style.css', { headers: { 'Accept-Encoding': 'br, gzip' } });
  expect([plain.headers.get('content-encoding'), zipped.headers.get('content-encoding')]).toEqual([null, 'gzip']);
  expect([plain.headers.get('vary'), zipped.headers.get('vary')]).toEqual(
    Array(2).fill(expect.stringContaining('Accept-Encoding')),
  );
  const body = new Uint8Array(await zipped.arrayBuffer());
  const text = await plain.text();
  expect(body.byteLength).toBeLessThan(text.length);
  expect(gunzipSync(body).toString()).toBe(text);
  const refused = await pharos.request('/assets/style.css', { headers: { 'Accept-Encoding': 'gzip;q=0, br' } });
  expect(refused.headers.has('content-encoding')).toBe(false);
});

test.each([
  '/assets/../package.json',
  '/assets/%2e%2e/package.json',
  '/assets/..%2fpackage.json',
  '/assets/index.html',
  '/assets/none',
])('GET %s: is not a file that is served', async (path) => {
  expect([401, 404]).toContain((await pharos.request(path)).status);
});

test('HEAD /assets: 404 for a missing asset, as GET', async () => {
  expect((await pharos.request('/assets/none', { method: 'HEAD' })).status).toBe(404);
});
