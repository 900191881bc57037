import { afterAll, beforeAll, expect, test } from 'vitest';
import { SCOPES, type Scope, withImpliedScopes } from '../../src/kernel/model/actor.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

interface Operation {
  readonly security?: Record<string, string[]>[];
}

let app: TestApp;
let operations: { method: string; path: string; needs: string[] }[];
beforeAll(async () => {
  app = await createTestApp();
  const document = (await (await app.request('/openapi.json')).json()) as { paths: Record<string, Record<string, Operation>> };
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      path,
      needs: security?.[0]?.oauth2 ?? [],
    })),
  );
});
afterAll(() => app.close());

async function keyWith(headers: Record<string, string>, scopes: readonly Scope[]) {
  const made = await app.request('/auth/api-keys', {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'narrow', scopes }),
  });
  return ((await made.json()) as { key: string }).key;
}

test('scopes: the OpenAPI document names known scopes, and every domain operation names one', () => {
  for (const { path, needs } of operations) {
    for (const scope of needs) expect(SCOPES).toContain(scope);
    if (/^\/(?:resources|search|taxonomy|admin|progress|callbacks|webhooks$)/.test(path)) expect(needs, path).toHaveLength(1);
  }
});

test('scopes: an API key without the scope of an operation is 403', async () => {
  const headers = await app.login();
  for (const held of SCOPES.filter((scope) => scope !== 'admin')) {
    const key = await keyWith(headers, [held]);
    const may: readonly string[] = withImpliedScopes([held]);
    for (const { method, path } of operations.filter(
      ({ needs }) => needs.length > 0 && !needs.some((scope) => may.includes(scope)),
    )) {
      const query = path === '/search' ? '?q=x' : path === '/progress/events' ? '?ids=01900000-0000-7000-8000-000000000001' : '';
      const body = method === 'POST' || method === 'PATCH' ? bodyFor(path) : undefined;
      const response = await app.request(path.replace('{id}', '01900000-0000-7000-8000-000000000001') + query, {
        method,
        headers: { 'X-API-Key': key, ...(typeof body === 'string' ? { 'Content-Type': 'application/json' } : {}) },
        ...(body === undefined ? {} : { body }),
      });
      expect(`${method} ${path} with ${held}: ${response.status}`).toBe(`${method} ${path} with ${held}: 403`);
    }
  }
});

function bodyFor(path: string): string | FormData {
  if (path === '/resources/upload') {
    const form = new FormData();
    form.set('file', new File(['text '.repeat(30)], 'a.txt', { type: 'text/plain' }));
    return form;
  }
  if (path === '/resources') return JSON.stringify({ content: 'text '.repeat(30), content_type: 'text/plain' });
  if (path === '/resources/batch')
    return JSON.stringify({ resources: [{ content: 'text '.repeat(30), content_type: 'text/plain' }] });
  if (path === '/webhooks') return JSON.stringify({ name: 'the blog' });
  return path === '/resources/{id}' ? '{"title":"x"}' : '{}';
}
