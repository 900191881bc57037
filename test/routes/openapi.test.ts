import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientTypes } from '../../build/client-types.ts';
import { type PublicPaths, publicPaths } from '../../src/routes/middleware/public-paths.ts';
import { ROUTES } from '../../src/routes/routes.ts';
import { OPERATIONS } from '../../src/routes/table.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { contractOf } from './openapi-contract.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: string[];
  readonly responses?: Record<string, { description: string; content?: Record<string, unknown> }>;
  readonly security?: Record<string, string[]>[];
}
interface Document {
  readonly openapi: string;
  readonly servers: { url: string }[];
  readonly tags: { name: string }[];
  readonly security: Record<string, string[]>[];
  readonly components: { securitySchemes: Record<string, unknown> };
  readonly paths: Record<string, Record<string, Operation>>;
}

let pharos: TestApp;
let document: Document;
let isPublic: PublicPaths['isPublic'];
let operations: { method: string; path: string; operation: Operation }[];

beforeAll(async () => {
  pharos = await createTestApp();
  ({ isPublic } = publicPaths(pharos.app));
  document = (await (await pharos.request('/openapi.json')).json()) as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
});
afterAll(() => pharos.close());

const concrete = (path: string) => path.replaceAll(/\{[^}]+\}/g, '01900000-0000-7000-8000-000000000001');
const name = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

test('openapi.json: is OpenAPI 3.1 with its security schemes', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(document.servers).toEqual([{ url: 'http://localhost:8000' }]);
  expect(document.components.securitySchemes).toMatchObject({
    oauth2: { type: 'oauth2', flows: { password: { tokenUrl: 'http://localhost:8000/auth/login' } } },
    bearer: { type: 'http', scheme: 'bearer' },
    apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  });
});

test('openapi.json: paths, parameters, schemas, security and statuses are those of the committed contract', async () => {
  // A deliberate change of the contract: `npx vitest run --project routes test/routes/openapi.test.ts -u`.
  await expect(contractOf(document)).toMatchFileSnapshot('./openapi-contract.generated.json');
});

test("openapi.json: the typed client's types are those of the document", async () => {
  await expect(await clientTypes(document)).toMatchFileSnapshot('../../clients/typescript/src/schema.generated.ts');
});

test('openapi.json: lists the main operations, each once', () => {
  const names = operations.map(name);
  expect(names).toEqual(
    expect.arrayContaining([
      'POST /auth/register',
      'POST /auth/login',
      'POST /auth/refresh',
      'POST /auth/logout',
      'GET /auth/me',
      'POST /resources',
      'GET /resources',
      'GET /resources/{id}',
      'PATCH /resources/{id}',
      'DELETE /resources/{id}',
      'POST /resources/upload',
      'GET /resources/{id}/status',
      'GET /resources/{id}/progress',
      'GET /resources/{id}/progress/events',
      'GET /progress/events',
      'POST /progress/tickets',
      'GET /search',
      'GET /monitoring/health',
    ]),
  );
  expect(names.filter((each) => each.includes('/api/'))).toEqual([]);
});

const isInternal = (route: string) => ROUTES[route]?.internal === true;

test('openapi.json: leaves out what only the worker and the queue call', () => {
  const internal = Object.keys(ROUTES).filter(isInternal);
  expect(internal).toContain('POST /jobs/progress');
  expect(operations.map(name).filter((each) => internal.includes(each) || each.includes(' /jobs/'))).toEqual([]);
});

test('openapi.json: describes every other route except static files', () => {
  const routed = new Set(
    pharos.app.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.endsWith('*'))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(?:\{[^}]+\})?/g, '{$1}')}`),
  );
  expect([...routed].filter((route) => !isInternal(route)).sort()).toEqual(operations.map(name).sort());
});

test('openapi.json: every route is in the table of operations or in the list of other routes, and only once', () => {
  const listed = [...OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`), ...Object.keys(ROUTES)];
  expect(listed.filter((route) => !isInternal(route)).toSorted()).toEqual(operations.map(name).toSorted());
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
});

test('openapi.json: every operation has a summary, a known tag and described responses', () => {
  const known = new Set(document.tags.map((tag) => tag.name));
  for (const each of operations) {
    expect(each.operation.summary, name(each)).toMatch(/\S{2}/);
    expect(each.operation.tags?.length, name(each)).toBeGreaterThan(0);
    for (const tag of each.operation.tags ?? []) expect(known, name(each)).toContain(tag);
    expect(Object.keys(each.operation.responses ?? {}).length, name(each)).toBeGreaterThan(0);
    for (const response of Object.values(each.operation.responses ?? {})) expect(response.description, name(each)).toMatch(/\S/);
  }
});

test('openapi.json: operations with security are 401 without credentials, and all others declare no security', async () => {
  let locked = 0;
  for (const each of operations) {
    const path = concrete(each.path);
    if (isPublic(path, each.method)) {
      expect(each.operation.security, name(each)).toEqual([]);
      continue;
    }
    locked += 1;
    for (const prefix of ['', '/api']) {
      const response = await pharos.request(prefix + path, { method: each.method });
      expect(response.status, name(each)).toBe(401);
      expect(response.headers.get('content-type'), name(each)).toBe('application/problem+json');
    }
    expect(each.operation.responses, name(each)).toHaveProperty('401');
    expect(each.operation.security ?? document.security, name(each)).not.toEqual([]);
  }
  expect(locked).toBeGreaterThan(10);
});

test('authentication: a wrong token is 401 on every protected operation', async () => {
  for (const { method, path } of operations.filter((each) => !isPublic(concrete(each.path), each.method))) {
    const response = await pharos.request(concrete(path), { method, headers: { Authorization: 'Bearer not.a.token' } });
    expect(response.status, `${method} ${path}`).toBe(401);
  }
});
