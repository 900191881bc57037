/** Addresses of the console. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchRoute, safeReturn } from '../../console/src/app/match.ts';

const ROUTES = [
  { path: '/app/search' },
  { path: '/app/documents/:id' },
  { path: '/app/admin/:part' },
  { path: '/app/admin/users' },
];
const pathOf = (path: string) => matchRoute(ROUTES, path)?.route.path;

test('addresses: a route matches part by part, with or without a slash at the end, the first in the list first', () => {
  expect([pathOf('/app/search'), pathOf('/app/search/'), pathOf('/app/searching'), pathOf('/app/search/x')]).toEqual([
    '/app/search',
    '/app/search',
    undefined,
    undefined,
  ]);
  expect(pathOf('/app/admin/users')).toBe('/app/admin/:part');
  expect([pathOf('/app/documents/'), pathOf('/app/documents/%'), pathOf('/app/')]).toEqual([undefined, undefined, undefined]);
});

test('addresses: a parameter is what was encoded into the path', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
      expect(matchRoute(ROUTES, `/app/documents/${encodeURIComponent(id)}`)?.params).toEqual({ id });
    }),
  );
});

test('addresses: a login leads back into the console and nowhere else', () => {
  expect(safeReturn('/app/search?q=a b')).toBe('/app/search?q=a%20b');
  expect(safeReturn('/docs')).toBe('/docs');
  const refused = [
    null,
    '',
    '/',
    '/openapi.json',
    '/docs/',
    '//evil.example/app/',
    'https://evil.example/app/',
    '/\\evil.example/app/',
  ];
  for (const address of [...refused, 'javascript:alert(1)//app/', '/app/../openapi.json', '/application/'])
    expect([address, safeReturn(address)]).toEqual([address, undefined]);
  fc.assert(
    fc.property(fc.oneof(fc.webUrl(), fc.webPath(), fc.string()), (address) => {
      const target = safeReturn(address);
      if (target === undefined) return;
      const { origin, pathname } = new URL(target, 'https://pharos.example');
      expect(origin).toBe('https://pharos.example');
      expect(pathname).toMatch(/^(?:\/app\/|\/docs$)/);
    }),
  );
});
