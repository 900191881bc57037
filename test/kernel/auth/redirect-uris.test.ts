import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeRedirect, isLoopback, matchesRedirectUri, redirectUriFault } from '../../../src/kernel/auth/redirect-uris.ts';

const host = fc.constantFrom('127.0.0.1', '[::1]', 'localhost');
const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
const tail = fc.constantFrom('', '/', '/callback', '/a/b?x=1', '?x=y', '/%2e%2e/');
const at = (name: string, number: number | undefined, rest: string) =>
  `http://${name}${number === undefined ? '' : `:${number}`}${rest}`;
const secure = fc
  .tuple(fc.domain(), tail, fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }))
  .map(([domain, rest, number]) => at(domain, number, rest).replace('http:', 'https:'));

describe('redirect URIs', () => {
  test('redirect URIs: a URI matches itself', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          secure,
          fc.tuple(host, port, tail).map((parts) => at(...parts)),
        ),
        (uri) => {
          expect([redirectUriFault(uri), matchesRedirectUri(uri, uri)]).toEqual([undefined, true]);
        },
      ),
    );
  });

  test('redirect URIs: the port of a loopback address is free, and nothing else of it', () => {
    fc.assert(
      fc.property(host, port, tail, host, port, tail, (a, aPort, aTail, b, bPort, bTail) => {
        expect(matchesRedirectUri(at(a, aPort, aTail), at(b, bPort, bTail))).toBe(a === b && aTail === bTail);
      }),
    );
  });

  test('redirect URIs: outside of loopback any other text is refused', () => {
    fc.assert(
      fc.property(secure, fc.oneof(secure, fc.string()), (registered, given) => {
        expect(matchesRedirectUri(registered, given)).toBe(registered === given);
      }),
    );
  });

  test('redirect URIs: any change of one character of a registered URI is refused, but in a loopback port', () => {
    const change = fc.record({ position: fc.nat(), character: fc.string({ unit: 'binary', minLength: 0, maxLength: 1 }) });
    fc.assert(
      fc.property(
        fc.oneof(secure, fc.constantFrom('com.example.app:/cb', 'cursor://host/cb')),
        change,
        (uri, { position, character }) => {
          const index = position % (uri.length + 1);
          const given = uri.slice(0, index) + character + uri.slice(index + 1);
          expect(matchesRedirectUri(uri, given)).toBe(given === uri);
        },
      ),
    );
  });

  test.each([
    'http://127.0.0.1:0/callback',
    'http://127.0.0.1:65536/callback',
    'http://127.0.0.1:99999/callback',
    'http://127.0.0.1:/callback',
    'http://127.0.0.1:80@evil.example/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://127.0.0.1:7777/callback/',
    'http://127.0.0.1:7777/callback#fragment',
    'http://127.0.0.1:7777/callback?x=1',
    'http://localhost:7777/callback',
    'https://127.0.0.1:7777/callback',
    'HTTP://127.0.0.1:7777/callback',
    'http://127.0.0.1:7777\\callback',
    'http://127.0.0.2:7777/callback',
    ' http://127.0.0.1:7777/callback',
    'http://127.0.0.1:7777/callback\n',
  ])('redirect URIs: an app at http://127.0.0.1/callback is not answered at %j', (given) => {
    expect(matchesRedirectUri('http://127.0.0.1/callback', given)).toBe(false);
  });

  test.each([
    'https://app.example.org/callback',
    'https://app.example.org',
    'https://app.example.org:8443/callback?x=1',
    'http://localhost:3000/callback',
    'http://127.0.0.1/cb',
    'http://[::1]:9/cb',
    'com.example.app:/callback',
    'cursor://anysphere.cursor-retrieval/oauth/user-mcp/callback',
    'vscode://vscode.example/did-authenticate',
  ])('redirect URIs: %s can be registered', (uri) => {
    expect(redirectUriFault(uri)).toBeUndefined();
  });

  test.each([
    '',
    'callback',
    '/callback',
    '//app.example.org/callback',
    'https:app.example.org',
    'https://',
    'https:///callback',
    'https://*.example.org/callback',
    'https://app.example.org/callback#',
    'https://app.example.org/callback#x',
    'https://user@app.example.org/callback',
    'https://user:word@app.example.org/callback',
    'https://app.example.org\\@evil.example',
    'https://app.example.org/a b',
    'https://app.example.org/\u202e',
    'https://xn--\u00fc.example/',
    'HTTPS://app.example.org/callback',
    'http://app.example.org/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://127.1/callback',
    'http://0.0.0.0/callback',
    'http://localhost.evil.example/callback',
    'javascript:alert(1)',
    'javascript:/alert(1)',
    'JavaScript:/alert(1)',
    'data:text/html,x',
    'vbscript:/x',
    'file:///etc/passwd',
    'blob:https://app.example.org/x',
    'mailto:/x',
    'ms-msdt:/x',
    'intent:/x',
    'com.example.app',
    'com.example.app:callback',
    `https://app.example.org/${'x'.repeat(1024)}`,
  ])('redirect URIs: %j cannot be registered', (uri) => {
    expect(redirectUriFault(uri)).toMatch(/^(is|has|needs) /);
  });

  test('redirect URIs: a text that can be registered is a URI without fragment, and leads to no script', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ withFragments: true, withQueryParameters: true })), (text) => {
        fc.pre(redirectUriFault(text) === undefined);
        const url = new URL(text);
        expect([url.hash, url.username, text.includes('#')]).toEqual(['', '', false]);
        expect(['javascript:', 'data:', 'vbscript:', 'blob:', 'file:']).not.toContain(url.protocol);
        if (url.protocol === 'http:') expect(['127.0.0.1', '[::1]', 'localhost']).toContain(url.hostname);
      }),
    );
  });

  test('redirect URIs: a person is told where each leads', () => {
    expect(describeRedirect('https://app.example.org:8443/x?y')).toBe('app.example.org:8443');
    expect(describeRedirect('http://localhost:7777/x')).toBe('a program on this computer');
    expect(describeRedirect('cursor://x/y')).toBe('the app on this computer that opens cursor: links');
    expect([isLoopback('http://[::1]/'), isLoopback('https://localhost/')]).toEqual([true, false]);
  });
});
