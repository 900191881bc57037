/** Errors for browsers are pages, which tell nothing about what is there; programs get problems. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const HTML = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const visit = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  app.request(path, { method, headers: { ...HTML, ...headers } });

test('browser pages: every path that needs a login, and every one that is not there, is the same 404 page', async () => {
  const pages = [];
  for (const path of ['/auth/me', '/resources', '/nowhere', '/admin/users', '/assets/nowhere.css', '/.well-known/nowhere']) {
    const response = await visit(path);
    expect([path, response.status, response.headers.get('content-type')]).toEqual([path, 404, 'text/html; charset=UTF-8']);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('cache-control')).toBe('no-store');
    pages.push(await response.text());
  }
  expect(new Set(pages).size).toBe(1);
  expect(pages[0]).toContain('<a class="btn btn--primary" href="/app/login">Log in</a>');
});

test('browser pages: a path that is not there, asked for with a login, is the page too', async () => {
  const response = await visit('/nowhere', await app.login());
  expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8']);
});

test('browser pages: wrong credentials, writes and programs get a problem', async () => {
  const problem = 'application/problem+json';
  const cases: [Response | Promise<Response>, number][] = [
    [visit('/auth/me', { Authorization: 'Bearer x' }), 401],
    [visit('/auth/me', { 'X-API-Key': 'x' }), 403],
    [visit('/resources', {}, 'POST'), 401],
    [app.request('/auth/me'), 401],
    [app.request('/auth/me', { headers: { Accept: 'application/json' } }), 401],
    [app.request('/nowhere', { headers: await app.login() }), 404],
  ];
  for (const [answer, status] of cases) {
    const response = await answer;
    expect([response.status, response.headers.get('content-type')]).toEqual([status, problem]);
  }
});
