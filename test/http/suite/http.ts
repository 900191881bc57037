import { once } from 'node:events';
import { Agent, request as startRequest } from 'node:http';
import { expect, test } from 'vitest';
import type { Deployment } from '../../support/kits/deployment.ts';
import { refusedByLength, refusedWhileRead } from '../../support/kits/early-refusal.ts';
import { byDesign } from './by-design.ts';
import { ADMIN, bearer, person } from './people.ts';

const ORIGIN = 'https://app.example.org';

export function http(deployment: () => Deployment): void {
  const ask = (path: string, init: RequestInit = {}) => fetch(deployment().url + path, { redirect: 'manual', ...init });
  const statusOf = async (path: string, init: RequestInit = {}) => {
    const response = await ask(path, init);
    await response.body?.cancel();
    return response.status;
  };
  const headersOf = async (path: string, init: RequestInit = {}) => {
    const response = await ask(path, init);
    await response.body?.cancel();
    return response.headers;
  };
  const authorised = async () => bearer((await person(deployment())).access_token);

  async function expectProblem(response: Response, status: number) {
    const body = (await response.json()) as Record<string, unknown>;
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/problem+json']);
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

  test("request id: every response carries the client's own if it is valid, else a new one", async () => {
    const given = { 'X-Request-Id': 'trace-1/2' };
    for (const path of ['/', '/nowhere', '/auth/google'])
      expect((await headersOf(path, { headers: given })).get('x-request-id')).toBe('trace-1/2');
    const odd = { 'X-Request-Id': '<script>' };
    const paths = [
      '/',
      '/docs',
      '/openapi.json',
      '/monitoring/health',
      '/assets/style.css',
      '/assets/none',
      '/nowhere',
      '/resources',
    ];
    const ids = await Promise.all(paths.map(async (path) => (await headersOf(path, { headers: odd })).get('x-request-id')));
    expect(new Set(ids).size).toBe(paths.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('routing: an unknown path is 401 without credentials, like a known one, and 404 with them', async () => {
    const headers = await authorised();
    const [unknown, known] = [await ask('/nowhere'), await ask('/resources')];
    expect(unknown.headers.get('www-authenticate')).toMatch(/^Bearer/);
    const strip = (body: Record<string, unknown>) => ({ ...body, instance: '', request_id: '' });
    expect(strip(await expectProblem(unknown, 401))).toEqual(strip(await expectProblem(known, 401)));
    await expectProblem(await ask('/nowhere', { headers }), 404);
    expect(await statusOf('/admin/nowhere', { headers })).toBe(403);
  });

  test('routing: a method that the path does not have is 405 with Allow, and 401 without credentials', async () => {
    const response = await ask('/resources', { method: 'PUT', headers: await authorised() });
    expect(response.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'POST']);
    await expectProblem(response, 405);
    expect(await statusOf('/resources', { method: 'PUT' })).toBe(401);
    expect(await statusOf('/auth/login')).toBe(405);
  });

  test('request body: malformed JSON is 400, an invalid field 422 with its path, another content type 415', async () => {
    const post = (body: string, type = 'application/json') =>
      ask('/auth/register', { method: 'POST', headers: { 'Content-Type': type }, body });
    await expectProblem(await post('{"username":'), 400);
    const { errors } = await expectProblem(await post('{"username":7}'), 422);
    expect(errors).toEqual(expect.arrayContaining([{ path: 'username', message: expect.any(String) }]));
    await expectProblem(await post('<user/>', 'application/xml'), 415);
  });

  test('body limit: a body that is too large is 413, with and without a declared length', async () => {
    const MB = 1024 * 1024;
    const headers = { ...(await authorised()), 'Content-Type': 'application/json' };
    const body = new TextEncoder().encode(JSON.stringify({ content: 'x'.repeat(16 * MB) }));
    const url = `${deployment().url}/resources`;
    await expectProblem(await refusedByLength(url, { method: 'POST', headers, body }), 413);
    // Without a declared length the first byte after the limit is refused.
    const justBeyond = body.subarray(0, Math.min(12, byDesign(deployment().choice).formMegabytes) * MB + 1);
    await expectProblem(await refusedWhileRead(url, { method: 'POST', headers, body: justBeyond }), 413);
    // On Workers the platform decides about connections: workerd closes one whose refused body does not come soon.
    if (deployment().choice.runtime !== 'node') return;
    // The connection of a refused request stays open: Node would close it after half a second if the body had been opened.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const open = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: body.subarray(0, 2 * MB),
      agent,
    };
    await expectProblem(await refusedByLength(`${deployment().url}/auth/register`, open), 413);
    const overAgent = async () => {
      const [response] = await once(startRequest(`${deployment().url}/monitoring/health`, { agent }).end(), 'response');
      response.resume();
      await once(response, 'end');
      return response.statusCode;
    };
    for (const end = Date.now() + 700; Date.now() < end; ) expect(await overAgent()).toBe(200);
    agent.destroy();
  });

  test('HEAD: responds as GET does, without a body', async () => {
    const head = await ask('/resources', { method: 'HEAD', headers: await authorised() });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(await statusOf('/resources', { method: 'HEAD' })).toBe(401);
    expect(await statusOf('/', { method: 'HEAD' })).toBe(200);
  });

  test('routing: paths below /api are served as without the prefix', async () => {
    const headers = await authorised();
    const [canonical, alias] = [await ask('/resources', { headers }), await ask('/api/resources', { headers })];
    expect([alias.status, await alias.json()]).toEqual([canonical.status, await canonical.json()]);
    expect(await statusOf('/api/resources')).toBe(401);
    expect((await expectProblem(await ask('/api/nowhere', { headers }), 404)).instance).toBe('/api/nowhere');
  });

  test('CORS: an allowed origin passes the preflight and may read a 401; others may not', async () => {
    const preflight = await ask('/resources', {
      method: 'OPTIONS',
      headers: {
        Origin: ORIGIN,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,idempotency-key',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/Authorization.*Idempotency-Key/);
    const refused = await ask('/resources', { headers: { Origin: ORIGIN } });
    await expectProblem(refused, 401);
    expect(refused.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(refused.headers.get('access-control-expose-headers')?.split(',')).toEqual(
      expect.arrayContaining(['X-Request-Id', 'Retry-After', 'X-RateLimit-Remaining', 'RateLimit', 'Location']),
    );
    const foreign = await headersOf('/resources', { headers: { Origin: 'https://evil.example' } });
    expect(foreign.has('access-control-allow-origin')).toBe(false);
    expect(foreign.get('vary')).toContain('Origin');
  });

  test('security headers: every response carries them', async () => {
    for (const path of ['/auth/me', '/openapi.json', '/assets/style.css', '/']) {
      const headers = await headersOf(path, { headers: { Accept: 'text/html' } });
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'(?!.*unsafe)/);
    }
  });

  test('GET /: a browser is led to the console, a program gets JSON', async () => {
    const { url } = deployment();
    const page = await ask('/', { redirect: 'manual', headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect([page.status, page.headers.get('location')]).toEqual([302, '/app/']);
    const program = await ask('/', { headers: { Accept: 'application/json' } });
    expect(await program.json()).toMatchObject({ name: 'Pharos', docs: `${url}/docs`, health: `${url}/monitoring/health` });
  });

  test('GET /app/*: one page for every address, whose modules are kept by browsers for ever', async () => {
    const [first, second] = [await ask('/app/'), await ask('/app/documents/%3Cscript%3E?x=<script>')];
    const page = await first.text();
    expect(await second.text()).toBe(page);
    expect([first.status, first.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    const policy = first.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/script-src 'self'(;|$)/);
    expect(policy).not.toMatch(/unsafe|\*|(?:script|style|img)-src[^;]*http/);
    expect(policy).toContain("require-trusted-types-for 'script'");
    const references = [...page.matchAll(/(?:src|href)="(\/assets\/console\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(references.length).toBeGreaterThan(1);
    for (const path of references) {
      const response = await ask(path);
      expect([path, response.status, response.headers.get('cache-control')]).toEqual([
        path,
        200,
        'public, max-age=31536000, immutable',
      ]);
    }
  });

  test('GET /docs: a page of the console from own files, and a document of every route', async () => {
    const page = await ask('/docs');
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self'(;|$)/);
    const references = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(references.length).toBeGreaterThan(1);
    for (const path of references) expect([path, await statusOf(path)]).toEqual([path, 200]);
    const document = (await (await ask('/openapi.json')).json()) as { openapi: string; paths: object };
    expect(document.openapi).toMatch(/^3\.1/);
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/resources', '/search', '/auth/login']));
  });

  test('GET /assets: an asset has an ETag and is 304 for a client that has it; an unknown name is 404', async () => {
    const first = await ask('/assets/style.css');
    expect(first.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect((await first.text()).length).toBeGreaterThan(100);
    const again = await ask('/assets/style.css', { headers: { 'If-None-Match': first.headers.get('etag') ?? '' } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', first.headers.get('etag')]);
    for (const path of ['/assets/..%2fpackage.json', '/assets/index.html', '/assets/none'])
      expect([path, await statusOf(path)]).toEqual([path, 404]);
  });

  test('monitoring: health has every part, and metrics need the admin scope', async () => {
    const response = await ask('/monitoring/health');
    const part = { status: 'healthy', latency_ms: expect.any(Number) };
    expect([response.status, await response.json()]).toEqual([
      200,
      { status: 'healthy', checks: { database: part, kv: part, queue: part, worker: part } },
    ]);
    expect(await statusOf('/monitoring/metrics')).toBe(401);
    expect(await statusOf('/monitoring/metrics', { headers: await authorised() })).toBe(403);
    expect(await statusOf('/monitoring/metrics', { headers: ADMIN })).toBe(byDesign(deployment().choice).metricsStatus);
  });
}
