import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAddressPolicy } from '../../worker-node/ingest/fetch/address-policy.ts';
import { createCookieJar } from '../../worker-node/ingest/fetch/cookies.ts';
import { createGuardedFetch } from '../../worker-node/ingest/fetch/guarded-fetch.ts';
import { manualClock } from '../support/fakes/doubles.ts';
import { startWebServer, type WebServer } from '../support/fakes/web-server.ts';

let site: WebServer;
beforeAll(async () => {
  site = await startWebServer();
});
afterAll(() => site.close());

const never = new AbortController().signal;
const guardedFetch = createGuardedFetch({
  policy: createAddressPolicy(['127.0.0.1/32']),
  clock: manualClock(),
  userAgent: 'Pharos/test',
  resolve: async () => [{ address: '127.0.0.1', family: 4 }],
});
const fetched = async (path: string) => Buffer.from((await guardedFetch(`${site.url}${path}`, never)).body).toString();

describe('createGuardedFetch: as browsers', () => {
  it('guarded fetch: the bytes of an address in Location are read as UTF-8, or as Latin-1 where they are not', async () => {
    for (const [i, encoding] of (['utf8', 'latin1'] as const).entries()) {
      const location = Buffer.from('/café', encoding).toString('latin1');
      site.serve(`/moved${i}`, (response) => response.writeHead(302, { Location: location }).end());
      site.serve('/caf%C3%A9', 'coffee');
      expect(await fetched(`/moved${i}`)).toBe('coffee');
    }
  });

  it('guarded fetch: a page behind a redirect to itself with a cookie is read', async () => {
    site.serve('/gate', (response, { headers }) => {
      if (headers.cookie === 'seen=1; b=2') response.end('inside');
      else response.writeHead(302, { Location: '/gate', 'Set-Cookie': ['seen=1; Path=/; HttpOnly', 'b=2'] }).end();
    });
    expect(await fetched('/gate')).toBe('inside');
  });

  it('guarded fetch: cookies are sent to the host alone that set them, and not in the next fetch', async () => {
    const cookies: (string | undefined)[] = [];
    const away = (host: string) => `http://${host}.example:${site.port}/`;
    site.serve('/one', (response) =>
      response.writeHead(302, { Location: `${away('b')}two`, 'Set-Cookie': 'a=1; Domain=example; Path=/' }).end(),
    );
    site.serve('/two', (response, { headers }) => {
      cookies.push(headers.cookie);
      response.writeHead(302, { Location: `${away('a')}three` }).end();
    });
    site.serve('/three', (response, { headers }) => {
      cookies.push(headers.cookie);
      response.end('end');
    });
    await guardedFetch(`${away('a')}one`, never);
    await guardedFetch(`${away('a')}three`, never);
    expect(cookies).toEqual([undefined, 'a=1', undefined]);
  });

  it.each([
    'UTF-8',
    'none',
    'identity',
    'binary',
    '',
  ])('guarded fetch: a body with Content-Encoding %j is read as it is', async (encoding) => {
    site.serve('/plain', (response) => response.writeHead(200, { 'Content-Encoding': encoding }).end('plain words'));
    expect(await fetched('/plain')).toBe('plain words');
  });

  it.each([
    ['gzip', gzipSync, 8],
    ['gzip', gzipSync, 12],
    ['deflate', deflateSync, 4],
    ['br', brotliCompressSync, 1],
  ] as const)('guarded fetch: a %s body is read without its last bytes', async (encoding, compress, cut) => {
    const words = Array.from({ length: 500 }, (_, i) => `word${i}`).join(' ');
    const body = compress(words);
    site.serve('/cut', (response) =>
      response.writeHead(200, { 'Content-Encoding': encoding }).end(body.subarray(0, body.length - cut)),
    );
    const found = await fetched('/cut');
    expect(words.startsWith(found)).toBe(true);
    expect(found.length).toBeGreaterThan(words.length - 100);
  });

  it('guarded fetch: a zstd body is decompressed', async () => {
    site.serve('/zstd', (response) =>
      response.writeHead(200, { 'Content-Encoding': 'zstd' }).end(zstdCompressSync('plain words')),
    );
    expect(await fetched('/zstd')).toBe('plain words');
  });

  it('guarded fetch: a Content-Type that is sent twice is passed on whole', async () => {
    site.serve('/twice', (response) =>
      response.writeHead(200, ['Content-Type', 'text/html', 'Content-Type', 'text/html; charset=utf-8']).end('x'),
    );
    expect((await guardedFetch(`${site.url}/twice`, never)).contentType).toBe('text/html, text/html; charset=utf-8');
  });
});

describe('createCookieJar', () => {
  const url = new URL('https://shop.example/dir/page');
  const jarWith = (...headers: string[]) => {
    const jar = createCookieJar(() => Date.UTC(2026, 0, 1));
    jar.store(url, headers);
    return jar;
  };

  it.each([
    ['a=1', 'https://shop.example/dir/other', 'a=1'],
    ['a=1', 'https://shop.example/dir', 'a=1'],
    ['a=1', 'https://shop.example/directory', undefined],
    ['a=1', 'https://shop.example/', undefined],
    ['a=1; path=/', 'https://shop.example/', 'a=1'],
    ['a=1; path=relative', 'https://shop.example/', undefined],
    ['a="x y"; Secure', 'https://shop.example/dir/', 'a="x y"'],
    ['a=1; Secure', 'http://shop.example/dir/', undefined],
    ['a=1; Domain=.example', 'https://other.example/dir/', undefined],
    ['a=1; Domain=other.example', 'https://shop.example/dir/', undefined],
    ['a=1; Max-Age=0', 'https://shop.example/dir/', undefined],
    ['a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'https://shop.example/dir/', undefined],
    ['a=1; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'https://shop.example/dir/', 'a=1'],
    ['=1', 'https://shop.example/dir/', undefined],
    ['no pair', 'https://shop.example/dir/', undefined],
    [`a=${'x'.repeat(5_000)}`, 'https://shop.example/dir/', undefined],
  ])('cookies: %j of https://shop.example/dir/page gives %s the header %j', (header, target, expected) => {
    expect(jarWith(header).header(new URL(target))).toBe(expected);
  });

  it('cookies: a second cookie of a name takes the place of the first, or removes it where it has expired', () => {
    expect(jarWith('a=1', 'b=2', 'a=3').header(url)).toBe('b=2; a=3');
    expect(jarWith('a=1', 'a=; Max-Age=-1').header(url)).toBeUndefined();
  });

  it('cookies: of more than 50 cookies the first 50 are kept', () => {
    const header = jarWith(...Array.from({ length: 60 }, (_, i) => `c${i}=1`)).header(url) ?? '';
    expect(header.split('; ')).toHaveLength(50);
    const jar = jarWith(...Array.from({ length: 50 }, (_, i) => `c${i}=1`));
    jar.store(url, ['more=1']);
    expect(jar.header(url)).not.toContain('more');
  });

  it('cookies: whatever a server sends, another host gets nothing, and the header is one line', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom('a=1', '; Path=/', '; Domain=example', '\r\nX: y', '='),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.array(part, { maxLength: 4 }).map((parts) => parts.join('')),
          { maxLength: 12 },
        ),
        (sent) => {
          const jar = jarWith(...sent);
          expect(jar.header(new URL('https://other.example/dir/page'))).toBeUndefined();
          const header = jar.header(url) ?? '';
          expect(header).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
        },
      ),
    );
  });
});
