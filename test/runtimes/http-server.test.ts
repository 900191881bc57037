import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type HttpServer, startHttpServer } from '../../src/adapters/http-server.ts';
import { freePort } from '../../src/adapters/listen.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const HOST = '127.0.0.1';

let app: TestApp;
let server: HttpServer;
let port: number;
beforeAll(async () => {
  app = await createTestApp();
  port = await freePort(HOST);
  server = await startHttpServer(
    {
      fetch: (request, env) =>
        new URL(request.url).pathname === '/broken' ? Promise.reject(new Error('secret')) : app.app.fetch(request, env),
    },
    { port, host: HOST },
  );
});
afterAll(async () => {
  await server.close(0);
  await app.close();
});

afterEach(() => void vi.useRealTimers());

/** Sends bytes as they are, and parses the whole answer. */
async function raw(request: string) {
  const socket = connect(port, HOST);
  await once(socket, 'connect');
  socket.write(request);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  const [line = '', ...fields] = head.split('\r\n');
  const headers = Object.fromEntries(fields.map((field) => field.toLowerCase().split(': ') as [string, string]));
  return { line, headers, body: JSON.parse(body) as Record<string, unknown> };
}

test.each([
  ['no HTTP at all', 'nonsense\r\n\r\n', 400, 'Bad Request'],
  ['two different lengths', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400, 'Bad Request'],
  ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'Bad Request'],
  ['a Host that is none', 'GET / HTTP/1.1\r\nHost: a b/c\r\nConnection: close\r\n\r\n', 400, 'Bad Request'],
  ['headers of 20 KB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'Request Header Fields Too Large'],
  [
    'chunk extensions of 20 KB',
    `POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\n`,
    413,
    'Content Too Large',
  ],
  [
    'an unknown expectation',
    'POST / HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx',
    417,
    'Expectation Failed',
  ],
  [
    'an app that fails outside of its own handler',
    'GET /broken HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    500,
    'Internal Server Error',
  ],
])('HTTP server: a request with %s gets problem details and a request id', async (_what, request, status, title) => {
  const { line, headers, body } = await raw(request);
  expect(line).toBe(`HTTP/1.1 ${status} ${title}`);
  expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'x-content-type-options': 'nosniff' });
  expect(body).toEqual({ type: 'about:blank', title, status, detail: expect.any(String), request_id: headers['x-request-id'] });
  expect(headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  expect(JSON.stringify(body)).not.toContain('secret');
});

test('HTTP server: a request that becomes invalid behind a good one gets its own answer', async () => {
  const socket = connect(port, HOST);
  await once(socket, 'connect');
  socket.write('GET /monitoring/health HTTP/1.1\r\nHost: a\r\n\r\n');
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toMatch(/^HTTP\/1\.1 200 /);
  socket.write('nonsense\r\n\r\n');
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
});

test('HTTP/1.0: a request without Host is served, and the connection is closed', async () => {
  const { line, headers, body } = await raw('GET /monitoring/health HTTP/1.0\r\n\r\n');
  expect(line).toMatch(/^HTTP\/1\.1 200 /);
  expect(headers).toMatchObject({ connection: 'close' });
  expect(headers).not.toHaveProperty('transfer-encoding');
  expect(body).toHaveProperty('status');
});

test.each([
  ['a declared length', 'Content-Length: 100\r\n\r\n', 'username='],
  ['chunks', 'Transfer-Encoding: chunked\r\n\r\n', '9\r\nusername=\r\n'],
])('HTTP server: a body with %s that stops gets 408, and the connection is closed', async (_what, framing, beginning) => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const socket = connect(port, HOST);
  await once(socket, 'connect');
  socket.write(
    `POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n${framing}${beginning}`,
  );
  await expect.poll(() => vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(20_000);
  // Resolves when the server has closed the connection.
  const answer = await text(socket);
  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  expect(answer).toContain('urn:pharos:error:request_timeout');
});
