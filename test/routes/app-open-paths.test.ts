import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPublicPath } from '../../src/routes/middleware/public-paths.ts';
import { stripApiPrefix } from '../../src/routes/middleware/strip-api-prefix.ts';

test.each([
  '/',
  '/docs',
  '/openapi.json',
  '/monitoring/health',
  '/assets/style.css',
  '/.well-known/jwks.json',
  '/auth/register',
  '/auth/login',
  '/auth/refresh',
  '/auth/revoke',
  '/auth/exchange',
  '/auth/google/callback',
  '/webhooks/ingest/1',
  '/jobs/progress',
])('%s is open', (path) => {
  expect(isPublicPath(path)).toBe(true);
});

test.each([
  '/auth/me',
  '/auth/logout',
  '/auth/introspect',
  '/auth/sessions',
  '/auth/sessions/1',
  '/auth/api-keys',
  '/auth/rate-limit',
  '/resources',
  '/search',
  '/monitoring/metrics',
  '/monitoring/health/',
  '/docs/',
  '/webhooks',
  '/webhooks/',
  '/webhooks/1',
  '/webhooks/ingest/',
  '/jobs',
  '/assets',
  '/assets/',
  '/admin/jobs',
  '//',
  '/Docs',
  '',
])('%s is behind the lock', (path) => {
  expect(isPublicPath(path)).toBe(false);
});

test('an arbitrary path is behind the lock', () => {
  fc.assert(
    fc.property(fc.webPath(), (path) => {
      fc.pre(!/^\/(assets|\.well-known|webhooks\/ingest|jobs)\//.test(path) && path !== '/');
      expect(isPublicPath(path)).toBe(false);
    }),
  );
});

test('a path below /api is the path without it, once', () => {
  const at = (path: string) => stripApiPrefix(new Request(`http://localhost${path}`));
  expect(at('/api')).toBe('/');
  expect(at('/api/resources?x=/api/')).toBe('/resources');
  expect(at('/api/api/resources')).toBe('/api/resources');
  expect(at('/apiary')).toBe('/apiary');
  expect(at('/resources/api/x')).toBe('/resources/api/x');
});

test('the lock sees the path that the router sees, whatever dots and slashes a URL plays with', () => {
  const at = (path: string) => isPublicPath(stripApiPrefix(new Request(`http://localhost${path}`)));
  expect(at('/assets/../resources')).toBe(false);
  expect(at('/assets/%2e%2e/resources')).toBe(false);
  expect(at('/api/../api/docs')).toBe(true);
  expect(at('/api//docs')).toBe(false);
});
