import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKeepAliveFetch } from '../../src/adapters/keep-alive-fetch.ts';

let server: Server;
let url: string;
let connections: number;
let requests: number;
let respond: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
const fetchKept = createKeepAliveFetch();

beforeEach(async () => {
  connections = 0;
  requests = 0;
  server = createServer((request, response) => {
    requests++;
    void respond(request, response);
  });
  server.on('connection', () => connections++);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/search`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const echo = async (request: IncomingMessage, response: ServerResponse) => {
  const { method, headers } = request;
  const body = JSON.stringify({ method, signature: headers['upstash-signature'], body: await text(request) });
  response.writeHead(422, { 'Content-Type': 'application/json' }).end(body);
};

test('keep-alive fetch: sends method, headers and body, and responds with status, type and JSON', async () => {
  respond = echo;
  for (const body of ['{"q":"größe"}', new TextEncoder().encode('{"q":"größe"}')]) {
    const response = await fetchKept(url, { method: 'POST', headers: { 'Upstash-Signature': 'signed' }, body });
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ method: 'POST', signature: 'signed', body: '{"q":"größe"}' });
  }
});

test('keep-alive fetch: requests that follow each other share a connection', async () => {
  respond = echo;
  for (let n = 0; n < 5; n++) await fetchKept(url, { method: 'POST', body: `${n}` });
  expect([requests, connections]).toEqual([5, 1]);
});

test('keep-alive fetch: follows no redirect, and a response without a body has none', async () => {
  respond = (_request, response) => void response.writeHead(307, { Location: '/elsewhere' }).end();
  expect((await fetchKept(url)).status).toBe(307);
  respond = (_request, response) => void response.writeHead(204).end();
  expect((await fetchKept(url)).body).toBeNull();
  expect(requests).toBe(2);
});

test('keep-alive fetch: repeats a request once whose kept connection the server has closed', async () => {
  respond = echo;
  await fetchKept(url, { method: 'POST', body: 'first' });
  respond = (request) => {
    respond = echo;
    request.socket.destroy();
  };
  const response = await fetchKept(url, { method: 'POST', body: 'second' });
  expect(await response.json()).toMatchObject({ body: 'second' });
  expect([requests, connections]).toEqual([3, 2]);
});

test('keep-alive fetch: a new connection that is cut, or none, is an error', async () => {
  respond = (request) => void request.socket.destroy();
  await expect(createKeepAliveFetch()(url, { method: 'POST', body: 'x' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(requests).toBe(1);
  server.close();
  await expect(createKeepAliveFetch()(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('keep-alive fetch: rejects with the reason of its signal, before and during a request', async () => {
  const reason = new Error('nobody waits');
  await expect(fetchKept(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(requests).toBe(0);
  const controller = new AbortController();
  respond = () => controller.abort(reason);
  await expect(fetchKept(url, { signal: controller.signal })).rejects.toBe(reason);
  respond = (_request, response) => {
    response.writeHead(200).write('half');
    setImmediate(() => late.abort(reason));
  };
  const late = new AbortController();
  await expect(fetchKept(url, { signal: late.signal })).rejects.toBe(reason);
});
