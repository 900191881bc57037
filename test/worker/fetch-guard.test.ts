import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StageError } from '../../src/kernel/core/errors.ts';
import { createAddressPolicy } from '../../worker-node/ingest/fetch/address-policy.ts';
import { createGuardedFetch, type GuardedFetchOptions } from '../../worker-node/ingest/fetch/guarded-fetch.ts';
import { manualClock } from '../support/fakes/doubles.ts';
import { startWebServer, type WebServer } from '../support/fakes/web-server.ts';

let site: WebServer;
beforeAll(async () => {
  site = await startWebServer();
});
afterAll(() => site.close());

const never = new AbortController().signal;

function fetcher(options: Partial<GuardedFetchOptions> & { allow?: string[] } = {}) {
  const { allow = ['127.0.0.1/32'], ...rest } = options;
  return createGuardedFetch({ policy: createAddressPolicy(allow), clock: manualClock(), userAgent: 'Pharos/test', ...rest });
}

async function failure(promise: Promise<unknown>): Promise<StageError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StageError)) throw new Error(`expected a StageError, got ${String(error)}`);
  return error;
}

describe('createGuardedFetch: addresses', () => {
  it.each([
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '017700000001',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
    '169.254.169.254',
    '10.0.0.1',
  ])('guarded fetch: http://%s/ is refused before any connection is made', async (host) => {
    const before = site.requests.length;
    const error = await failure(fetcher({ allow: [] })(`http://${host}:${site.port}/`, never));
    expect(error).toMatchObject({ failure: 'permanent' });
    expect(error.message).toMatch(/is not public; /);
    expect(site.requests).toHaveLength(before);
  });

  it('guarded fetch: a host name that resolves to a private address is refused without revealing the address', async () => {
    const guarded = fetcher({ allow: [], resolve: async () => [{ address: '10.1.2.3', family: 4 }] });
    const error = await failure(guarded('http://intranet.example/', never));
    expect(error.failure).toBe('permanent');
    expect(error.message).toBe(
      "The address of intranet.example is not public; the server's operator can allow it by INGEST_ALLOW_ADDRESSES",
    );
  });

  it('guarded fetch: of several addresses of a host name only the permitted ones are connected to', async () => {
    site.serve('/mixed', 'mixed');
    const guarded = fetcher({
      resolve: async () => [
        { address: '127.0.0.2', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ],
    });
    const page = await guarded(`http://mixed.example:${site.port}/mixed`, never);
    expect(Buffer.from(page.body).toString()).toBe('mixed');
  });

  it.each([
    'http://127.0.0.2:1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00:ec2::254]/',
    '//10.0.0.1/',
  ])('guarded fetch: a redirect to %s is refused', async (location) => {
    site.serve('/away', (response) => response.writeHead(302, { Location: location }).end());
    const error = await failure(fetcher()(`${site.url}/away`, never));
    expect(error.failure).toBe('permanent');
    expect(error.message).toMatch(/is not public; /);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://example.org/',
    'gopher://example.org/',
    'data:text/plain,hello',
  ])('guarded fetch: %s is refused for its scheme', async (url) => {
    expect(await failure(fetcher()(url, never))).toMatchObject({
      failure: 'permanent',
      message: expect.stringMatching(/^Only http/),
    });
  });

  it('guarded fetch: a redirect to a file URL is refused, and so is a URL with a password, which the message omits', async () => {
    site.serve('/file', (response) => response.writeHead(301, { Location: 'file:///etc/passwd' }).end());
    expect((await failure(fetcher()(`${site.url}/file`, never))).message).toMatch(/^Only http/);
    const withPassword = await failure(fetcher()(`http://user:secret@127.0.0.1:${site.port}/`, never));
    expect(withPassword.message).toMatch(/user name or password/);
    expect(withPassword.message).not.toContain('secret');
  });
});

describe('createGuardedFetch: responses', () => {
  it('guarded fetch: five redirects are followed to the final URL, six are refused', async () => {
    for (let hop = 0; hop < 6; hop++)
      site.serve(`/hop${hop}`, (response) => response.writeHead(302, { Location: `/hop${hop + 1}` }).end());
    site.serve('/hop6', 'the end');
    const page = await fetcher()(`${site.url}/hop1`, never);
    expect(page).toMatchObject({ url: `${site.url}/hop6`, contentType: 'text/html; charset=utf-8' });
    expect((await failure(fetcher()(`${site.url}/hop0`, never))).message).toBe('The page redirects more than 5 times');
  });

  it.each([
    ['gzip', gzipSync('plain words')],
    ['br', brotliCompressSync('plain words')],
    ['deflate', deflateSync('plain words')],
    ['deflate', deflateRawSync('plain words')],
    ['gzip, br', brotliCompressSync(gzipSync('plain words'))],
  ])('guarded fetch: a body with Content-Encoding %s is decompressed', async (encoding, body) => {
    site.serve('/packed', (response) => response.writeHead(200, { 'Content-Encoding': encoding }).end(body));
    expect(Buffer.from((await fetcher()(`${site.url}/packed`, never)).body).toString()).toBe('plain words');
  });

  it('guarded fetch: a damaged, unknown or threefold encoding is a permanent failure', async () => {
    site.serve('/damaged', (response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('not gzip at all'));
    site.serve('/odd', (response) => response.writeHead(200, { 'Content-Encoding': 'compress' }).end('x'));
    site.serve('/deep', (response) => response.writeHead(200, { 'Content-Encoding': 'gzip, gzip, gzip' }).end('x'));
    expect(await failure(fetcher()(`${site.url}/damaged`, never))).toMatchObject({ failure: 'permanent' });
    expect(await failure(fetcher()(`${site.url}/odd`, never))).toMatchObject({ failure: 'permanent' });
    expect(await failure(fetcher()(`${site.url}/deep`, never))).toMatchObject({ failure: 'permanent' });
  });

  it.each([
    [404, 'permanent', /not found/],
    [410, 'permanent', /gone/],
    [401, 'permanent', /login/],
    [403, 'permanent', /refuses/],
    [418, 'permanent', /418/],
    [408, 'transient', /too long/],
    [429, 'transient', /slow down/],
    [500, 'transient', /failed/],
    [503, 'transient', /not available/],
  ])('guarded fetch: status %i is a %s failure', async (status, kind, words) => {
    site.serve('/status', (response) => response.writeHead(status).end('no'));
    expect(await failure(fetcher()(`${site.url}/status`, never))).toMatchObject({
      failure: kind,
      message: expect.stringMatching(words),
    });
  });

  it('guarded fetch: Retry-After in seconds or as a date is passed on, at most an hour', async () => {
    const clock = manualClock(Date.UTC(2026, 0, 1));
    const retryAfter = async (value: string) => {
      site.serve('/busy', (response) => response.writeHead(503, { 'Retry-After': value }).end());
      return (await failure(fetcher({ clock })(`${site.url}/busy`, never))).retryAfter;
    };
    expect(await retryAfter('7')).toBe(7);
    expect(await retryAfter(new Date(clock.now() + 90_000).toUTCString())).toBe(90);
    expect(await retryAfter('999999')).toBe(3600);
    expect(await retryAfter('soon')).toBeUndefined();
  });

  it('guarded fetch: an unknown host, a refused connection and a truncated body are transient failures', async () => {
    const unresolvable = fetcher({ resolve: async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) });
    expect(await failure(unresolvable('http://nowhere.example/', never))).toMatchObject({
      failure: 'transient',
      message: 'nowhere.example could not be read: its host name could not be found',
    });
    expect(await failure(fetcher()('http://127.0.0.1:1/', never))).toMatchObject({ failure: 'transient' });
    site.serve('/cut', (response) => {
      response.writeHead(200, { 'Content-Length': 1000 });
      response.write('half', () => response.destroy());
    });
    expect(await failure(fetcher()(`${site.url}/cut`, never))).toMatchObject({ failure: 'transient' });
  });
});

describe('createGuardedFetch: limits', () => {
  const limit = 100_000;

  it('guarded fetch: a body above the size limit is refused with and without Content-Length', async () => {
    const body = Buffer.alloc(limit + 1, 'a');
    site.serve('/declared', (response) => response.writeHead(200, { 'Content-Length': body.length }).end(body));
    site.serve('/chunked', (response) => {
      response.writeHead(200);
      response.write(body.subarray(0, 10));
      response.end(body.subarray(10));
    });
    for (const path of ['/declared', '/chunked'])
      expect(await failure(fetcher({ maxBytes: limit })(`${site.url}${path}`, never))).toMatchObject({
        failure: 'permanent',
        message: expect.stringMatching(/larger than/),
      });
  });

  it('guarded fetch: a page of 20 MB is refused by default', async () => {
    site.serve('/huge', (response) => response.writeHead(200).end(Buffer.alloc(20 * 1024 * 1024, 'a')));
    expect((await failure(fetcher()(`${site.url}/huge`, never))).message).toBe('The page is larger than 10 MB');
  });

  it.each([
    'gzip',
    'br',
    'deflate',
  ])('guarded fetch: a %s bomb is stopped at the size limit while it is decompressed', async (encoding) => {
    const zeros = Buffer.alloc(64 * 1024 * 1024);
    const packed = encoding === 'gzip' ? gzipSync(zeros) : encoding === 'br' ? brotliCompressSync(zeros) : deflateSync(zeros);
    expect(packed.length).toBeLessThan(limit);
    site.serve('/bomb', (response) => response.writeHead(200, { 'Content-Encoding': encoding }).end(packed));
    const error = await failure(fetcher({ maxBytes: limit })(`${site.url}/bomb`, never));
    expect(error).toMatchObject({ failure: 'permanent', message: expect.stringMatching(/larger than/) });
  });

  it('guarded fetch: a stalled body and a server that never responds are transient failures at the deadline', async () => {
    site.serve('/stalled', (response) => {
      response.writeHead(200);
      response.write('a few bytes');
    });
    site.serve('/silent', () => undefined);
    for (const path of ['/stalled', '/silent'])
      expect(await failure(fetcher({ deadlineMs: 150 })(`${site.url}${path}`, never))).toMatchObject({
        failure: 'transient',
        message: expect.stringMatching(/did not respond in full within/),
      });
  });

  it('guarded fetch: an abort rejects with the reason of the signal', async () => {
    const controller = new AbortController();
    site.serve('/abort', () => controller.abort(new Error('the lease was lost')));
    await expect(fetcher()(`${site.url}/abort`, controller.signal)).rejects.toThrow('the lease was lost');
  });
});
