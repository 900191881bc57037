import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PublicPaths, publicPaths } from '../../src/routes/middleware/public-paths.ts';
import { stripApiPrefix } from '../../src/routes/middleware/strip-api-prefix.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

let pharos: TestApp;
let isPublic: PublicPaths['isPublic'];
beforeAll(async () => {
  pharos = await createTestApp();
  ({ isPublic } = publicPaths(pharos.app));
});
afterAll(() => pharos.close());

test.each([
  '/',
  '/docs',
  '/openapi.json',
  '/monitoring/health',
  '/health',
  '/favicon.ico',
  '/app',
  '/app/',
  '/app/documents/1',
  '/assets/style.css',
  '/.well-known/jwks.json',
  '/account/reset',
  '/account/verify',
  '/auth/options',
  '/auth/register',
  '/auth/login',
  '/auth/refresh',
  '/auth/revoke',
  '/auth/exchange',
  '/auth/password/forgot',
  '/auth/password/reset',
  '/auth/email/verify',
  '/auth/google/callback',
  '/oauth/authorize',
  '/oauth/token',
  '/oauth/register',
  '/webhooks/ingest/1',
  '/jobs/progress',
])('public paths: %s needs no credentials', (path) => {
  expect(isPublic(path)).toBe(true);
});

test.each([
  '/auth/me',
  '/auth/logout',
  '/auth/introspect',
  '/auth/sessions',
  '/auth/sessions/1',
  '/auth/api-keys',
  '/auth/rate-limit',
  '/auth/grants',
  '/oauth',
  '/oauth/',
  '/mcp',
  '/resources',
  '/search',
  '/monitoring/metrics',
  '/monitoring/health/',
  '/health/',
  '/docs/',
  '/webhooks',
  '/webhooks/',
  '/webhooks/1',
  '/webhooks/ingest/',
  '/jobs',
  '/mcp',
  '/assets',
  '/assets/',
  '/admin/jobs',
  '//',
  '/Docs',
  '',
])('public paths: %s needs credentials', (path) => {
  expect(isPublic(path)).toBe(false);
});

test('public paths: a path with public and other operations is open to the methods of the public ones alone', () => {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE'];
  expect(methods.filter((method) => isPublic('/oauth/authorize', method))).toEqual(['GET', 'HEAD']);
  expect(methods.filter((method) => isPublic('/oauth/token', method))).toEqual(methods);
});

test('public paths: an arbitrary path needs credentials', () => {
  fc.assert(
    fc.property(fc.webPath(), (path) => {
      fc.pre(!/^\/(app|assets|\.well-known|webhooks\/ingest|jobs)\//.test(path) && path !== '/' && path !== '/app');
      expect(isPublic(path)).toBe(false);
    }),
  );
});

test('strip-api-prefix: a path below /api is routed as the path without that prefix, which is removed once', () => {
  const at = (path: string) => stripApiPrefix(new Request(`http://localhost${path}`));
  expect(at('/api')).toBe('/');
  expect(at('/api/resources?x=/api/')).toBe('/resources');
  expect(at('/api/api/resources')).toBe('/api/resources');
  expect(at('/apiary')).toBe('/apiary');
  expect(at('/resources/api/x')).toBe('/resources/api/x');
});

test('public paths: authentication decides on the path that the router sees, with dot segments and double slashes in the URL', () => {
  const at = (path: string) => isPublic(stripApiPrefix(new Request(`http://localhost${path}`)));
  expect(at('/assets/../resources')).toBe(false);
  expect(at('/assets/%2e%2e/resources')).toBe(false);
  expect(at('/api/../api/docs')).toBe(true);
  expect(at('/api//docs')).toBe(false);
});
