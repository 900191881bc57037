import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../src/kernel/core/errors.ts';
import { ROUTES } from '../../src/routes/routes.ts';
import { OPERATIONS } from '../../src/routes/table.ts';
import { VERSION } from '../../src/routes/version.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const MASTER = 'a master key of more than 32 characters';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

let pharos: TestApp;
let mine: { Authorization: string };

beforeAll(async () => {
  pharos = await createTestApp({
    env: { CORS_ORIGINS: 'https://app.example.org', MASTER_API_KEY: MASTER, RATE_LIMIT_ANONYMOUS_TIER: '100000' },
  });
  mine = await pharos.login();
});
afterAll(() => pharos.close());

const json = { 'Content-Type': 'application/json' };

/** Expects problem details of this status; every error response has this shape. */
async function expectProblem(response: Response, status: number) {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = (await response.json()) as Record<string, unknown>;
  expect(body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    instance: expect.any(String),
    request_id: response.headers.get('x-request-id'),
  });
  return body;
}

test('without credentials: an unknown path and a known path get the same 401', async () => {
  const unknown = await pharos.request('/nowhere');
  const body = await expectProblem(unknown, 401);
  expect(unknown.headers.get('www-authenticate')).toMatch(/^Bearer/);
  const known = await expectProblem(await pharos.request('/resources'), 401);
  expect({ ...known, instance: '', request_id: '' }).toEqual({ ...body, instance: '', request_id: '' });
});

test('routing: an unknown path with credentials is 404', async () => {
  await expectProblem(await pharos.request('/nowhere', { headers: mine }), 404);
});

test('routing: a method that the path does not have is 405 and Allow lists the others', async () => {
  const response = await pharos.request('/resources', { method: 'PUT', headers: mine });
  await expectProblem(response, 405);
  expect(response.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'POST']);
  await expectProblem(await pharos.request('/auth/login'), 405);
});

const listed = [...OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`), ...Object.keys(ROUTES)].map((route) =>
  route.split(' '),
);
const staticPaths = [...new Set(listed.map(([, path = '']) => path))].filter((path) => !path.includes('{'));

test.each(staticPaths)('routing: %s is no id to other methods, which are 405 with Allow', async (path) => {
  const allowed = METHODS.filter((method) => listed.some(([one, other]) => one === method && other === path));
  for (const method of METHODS.filter((one) => !allowed.includes(one))) {
    const response = await pharos.request(path, { method, headers: { 'X-API-Key': MASTER } });
    expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, allowed.join(', ')]);
  }
});

test('routing: a path without parameters is 405 whatever scopes the caller has', async () => {
  await pharos.login('narrow', 'a long enough phrase');
  const body = new URLSearchParams({ username: 'narrow', password: 'a long enough phrase', scope: 'search' });
  const login = await pharos.request('/auth/login', { method: 'POST', body });
  const { access_token: token } = (await login.json()) as { access_token: string };
  const response = await pharos.request('/resources/batch', { headers: { Authorization: `Bearer ${token}` } });
  await expectProblem(response, 405);
});

test('without credentials: a wrong method on a protected path is 401, not 405', async () => {
  await expectProblem(await pharos.request('/resources', { method: 'PUT' }), 401);
});

test("request id: every response carries the client's own if it is valid, else a new one", async () => {
  const given = await pharos.request('/', { headers: { 'X-Request-Id': 'trace-1/2' } });
  expect(given.headers.get('x-request-id')).toBe('trace-1/2');
  const ids = new Set<string | null>();
  for (const path of [
    '/',
    '/docs',
    '/openapi.json',
    '/monitoring/health',
    '/assets/style.css',
    '/assets/none',
    '/nowhere',
    '/resources',
  ]) {
    ids.add((await pharos.request(path, { headers: { 'X-Request-Id': '<script>' } })).headers.get('x-request-id'));
  }
  expect(ids.size).toBe(8);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
});

test('routing: /health gives the answer of /monitoring/health, and /favicon.ico is the icon', async () => {
  const [long, short] = [await pharos.request('/monitoring/health'), await pharos.request('/health')];
  expect([short.status, await short.json()]).toEqual([long.status, await long.json()]);
  expect(short.headers.get('cache-control')).toBe('no-store');
  const icon = await pharos.request('/favicon.ico');
  expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  expect(await icon.text()).toBe(await (await pharos.request('/assets/favicon.svg')).text());
});

test('routing: paths below /api are served as without the prefix', async () => {
  const canonical = await pharos.request('/resources', { headers: mine });
  const alias = await pharos.request('/api/resources', { headers: mine });
  expect([alias.status, await alias.json()]).toEqual([canonical.status, await canonical.json()]);
  expect((await pharos.request('/api/monitoring/health')).status).toBe(200);
  await expectProblem(await pharos.request('/api/resources'), 401);
  const body = await expectProblem(await pharos.request('/api/nowhere', { headers: mine }), 404);
  expect(body.instance).toBe('/api/nowhere');
});

test('HEAD: responds as GET does, without a body', async () => {
  const head = await pharos.request('/resources', { method: 'HEAD', headers: mine });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect((await pharos.request('/resources', { method: 'HEAD' })).status).toBe(401);
  expect((await pharos.request('/', { method: 'HEAD' })).status).toBe(200);
});

test('body limit: 20 MB are 413, with and without a declared length', async () => {
  const content = 'x'.repeat(20 * 1024 * 1024);
  const body = JSON.stringify({ content, content_type: 'text/plain' });
  const sized = { ...mine, ...json, 'Content-Length': String(body.length) };
  await expectProblem(await pharos.request('/resources', { method: 'POST', headers: sized, body }), 413);
  const chunked = { method: 'POST', headers: { ...mine, ...json }, body: new Blob([body]).stream(), duplex: 'half' };
  await expectProblem(await pharos.request('/resources', chunked as RequestInit), 413);
  await expectProblem(
    await pharos.request('/auth/register', { method: 'POST', headers: json, body: content.slice(0, 2 ** 21) }),
    413,
  );
});

test('request body: malformed JSON is 400, an invalid field 422 with its path, another content type 415', async () => {
  const post = (body: string, headers: Record<string, string> = json) =>
    pharos.request('/auth/register', { method: 'POST', headers, body });
  await expectProblem(await post('{"username":'), 400);
  const { errors } = await expectProblem(await post('{"username":7}'), 422);
  expect(errors).toEqual(expect.arrayContaining([{ path: 'username', message: expect.any(String) }]));
  await expectProblem(await post('<user/>', { 'Content-Type': 'application/xml' }), 415);
});

test('unexpected error: 500 with the request id and without its text, which goes to the log', async () => {
  const broken = await createTestApp();
  broken.app.get('/broken', () => {
    throw new Error('password=hunter2 at /srv/secret.ts');
  });
  const headers = await broken.login();
  const response = await broken.request('/broken', { headers });
  const text = await response.clone().text();
  await expectProblem(response, 500);
  expect(text).not.toMatch(/hunter2|secret\.ts|stack/);
  const line = broken.log.lines.find(({ level }) => level === 'error');
  expect(line?.fields).toMatchObject({ requestId: response.headers.get('x-request-id'), error: expect.any(Error) });
  await broken.close();
});

test('database down: 503 with Retry-After and without the text of the error', async () => {
  const broken = await createTestApp();
  const headers = await broken.login();
  broken.database.disconnect();
  const response = await broken.request('/resources', { headers });
  const text = await response.clone().text();
  await expectProblem(response, 503);
  expect(response.headers.get('retry-after')).toBe('5');
  expect(text).not.toMatch(/SQLITE|select|CLIENT_CLOSED/i);
  await broken.close().catch(() => {});
});

test('AppError: its status, detail and Retry-After reach the client', async () => {
  const app = await createTestApp();
  app.app.get('/full', () => {
    throw new AppError('backlog_full', 'Too many documents are waiting', { retryAfter: 1.2 });
  });
  const response = await app.request('/full', { headers: await app.login() });
  const body = await expectProblem(response, 429);
  expect(body.detail).toBe('Too many documents are waiting');
  expect(response.headers.get('retry-after')).toBe('2');
  await app.close();
});

test('access log: has the route of a request, never its query', async () => {
  const id = '01900000-0000-7000-8000-000000000001';
  await pharos.request(`/resources/${id}?access_token=hunter2`, { headers: mine });
  const line = pharos.log.lines.filter(({ message }) => message === 'request').at(-1);
  expect(line?.fields).toMatchObject({ method: 'GET', route: '/resources/:id', status: 422, address: '192.0.2.7' });
  expect(JSON.stringify(pharos.log.lines)).not.toContain('hunter2');
});

test('security headers: every response carries them', async () => {
  const response = await pharos.request('/openapi.json');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('x-frame-options')).toBe('DENY');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(response.headers.has('strict-transport-security')).toBe(false);
});

test('GET /: a browser is led to the console, a program gets JSON', async () => {
  const page = await pharos.request('/', { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
  expect([page.status, page.headers.get('location'), page.headers.get('vary')]).toEqual([
    302,
    '/app/',
    expect.stringContaining('Accept'),
  ]);
  const program = await pharos.request('/', { headers: { Accept: 'application/json' } });
  expect(await program.json()).toEqual({
    name: 'Pharos',
    version: VERSION,
    docs: 'http://localhost:8000/docs',
    openapi: 'http://localhost:8000/openapi.json',
    health: 'http://localhost:8000/monitoring/health',
  });
});

test('GET /app/*: one page for each address, which a browser asks for again and keeps while it is current', async () => {
  const page = await pharos.request('/app/library');
  const etag = page.headers.get('etag') ?? '';
  expect([page.status, page.headers.get('cache-control'), etag]).toEqual([200, 'no-cache', expect.stringMatching(/^"/)]);
  expect(await page.text()).toContain('<title>Pharos</title>');
  const again = await pharos.request('/app/documents/another', { headers: { 'If-None-Match': etag } });
  expect([again.status, await again.text(), again.headers.get('content-security-policy')]).toEqual([
    304,
    '',
    page.headers.get('content-security-policy'),
  ]);
});

test('version: equals that of package.json', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  expect(VERSION).toBe(version);
});

test('a long address: GET /search is 414 and names POST, which takes the same question', async () => {
  const q = 'glaciér '.repeat(450);
  const filters = `&tag=${'x'.repeat(100)}`.repeat(20);
  const body = await expectProblem(await pharos.request(`/search?q=${encodeURIComponent(q)}${filters}`, { headers: mine }), 414);
  expect(body).toMatchObject({ type: 'urn:pharos:error:uri_too_long', detail: expect.stringContaining('POST /search') });
  const asked = await pharos.request('/search', { method: 'POST', headers: { ...mine, ...json }, body: JSON.stringify({ q }) });
  expect([asked.status, await asked.json()]).toMatchObject([200, { degraded: true, hits: [] }]);
});
