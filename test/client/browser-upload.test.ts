/** Uploads of the typed client in a browser, which go by XMLHttpRequest where the caller wants to know how far they are. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createClient, type PharosError } from '../../clients/typescript/src/index.ts';
import { FakeXmlHttpRequest } from '../support/fakes/xml-http-request.ts';

interface Received {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

let server: Server;
let url: string;
let received: Received[];
let answer: (request: Received, response: ServerResponse) => void;

const accept = (_request: Received, response: ServerResponse) =>
  response.writeHead(202, { 'Content-Type': 'application/json' }).end('{"id":"1","status":"pending"}');
const refuse =
  (status: number, headers = {}) =>
  (_request: Received, response: ServerResponse) =>
    response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers }).end('{"detail":"no"}');

beforeEach(async () => {
  received = [];
  answer = accept;
  server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    const whole = { url: request.url ?? '', headers: request.headers, body };
    received.push(whole);
    answer(whole, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  FakeXmlHttpRequest.made.length = 0;
  vi.stubGlobal('XMLHttpRequest', FakeXmlHttpRequest);
});
afterEach(async () => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const client = () => createClient({ url, apiKey: 'pharos_x' }, { sleep: async () => undefined, random: () => 0 });
const fileOf = (size: number) => new File([new Uint8Array(size).fill(97)], 'notes.txt', { type: 'text/plain' });

/** The file of a form that was received. */
async function fileIn({ headers, body }: Received): Promise<File> {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'Content-Type': headers['content-type'] ?? '' },
  }).formData();
  return form.get('file') as unknown as File;
}

test('browser upload: sends the form with credentials and a key, and reports from nothing to the whole file', async () => {
  const seen: number[] = [];
  const file = fileOf(100_000);
  const sent = await client().upload(file, { onProgress: ({ loaded, total }) => seen.push(loaded, total) });
  expect(sent).toEqual({ id: '1', status: 'pending', isNew: true });
  expect(FakeXmlHttpRequest.made.map(({ events }) => events.at(-1))).toEqual(['loadend']);
  const loaded = seen.filter((_, at) => at % 2 === 0);
  expect([loaded[0], loaded.at(-1), new Set(seen.filter((_, at) => at % 2 === 1))]).toEqual([0, 100_000, new Set([100_000])]);
  expect(loaded).toEqual(loaded.toSorted((a, b) => a - b));
  const [request] = received as [Received];
  expect(request.headers).toMatchObject({
    authorization: 'Bearer pharos_x',
    'idempotency-key': expect.stringMatching(/^\w{32}$/),
  });
  const form = await fileIn(request);
  expect([form.name, form.size]).toEqual(['notes.txt', 100_000]);
});

test('browser upload: without onProgress no XMLHttpRequest is made', async () => {
  await client().upload(fileOf(10));
  expect(FakeXmlHttpRequest.made).toHaveLength(0);
  expect(received).toHaveLength(1);
});

test('browser upload: a refusal is repeated with the same key, begins at nothing again, and its problem is read', async () => {
  const answers = [refuse(429, { 'Retry-After': '1' }), accept];
  answer = (...given) => answers.shift()?.(...given);
  const seen: number[] = [];
  await client().upload(fileOf(50_000), { onProgress: ({ loaded }) => seen.push(loaded) });
  expect(new Set(received.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(received).toHaveLength(2);
  const restart = seen.lastIndexOf(0);
  expect([seen[0], seen[restart - 1], seen.at(-1)]).toEqual([0, 50_000, 50_000]);
  answer = refuse(415);
  await expect(client().upload(fileOf(10), { onProgress: () => undefined })).rejects.toMatchObject({ status: 415, detail: 'no' });
});

test("browser upload: an abort under way ends the request and rejects with the signal's reason", async () => {
  const aborter = new AbortController();
  const reason = new Error('enough');
  const upload = client().upload(fileOf(2_000_000), {
    signal: aborter.signal,
    onProgress: ({ loaded }) => loaded > 0 && aborter.abort(reason),
  });
  await expect(upload).rejects.toBe(reason);
  expect(FakeXmlHttpRequest.made.map(({ events }) => events.slice(-2))).toEqual([['abort', 'loadend']]);
  expect(received).toEqual([]);
});

test('browser upload: a signal that was aborted before sends nothing', async () => {
  const signal = AbortSignal.abort(new Error('before'));
  await expect(client().upload(fileOf(10), { signal, onProgress: () => undefined })).rejects.toThrow('before');
  expect(FakeXmlHttpRequest.made).toHaveLength(0);
  expect(received).toEqual([]);
});

test('browser upload: a connection that is lost is repeated, and then told', async () => {
  answer = (_request, response) => response.destroy();
  const failed = client().upload(fileOf(10), { onProgress: () => undefined });
  await expect(failed).rejects.toMatchObject({ status: 0, code: 'unreachable' } satisfies Partial<PharosError>);
  expect(FakeXmlHttpRequest.made.map(({ events }) => events.at(-2))).toEqual(Array(4).fill('error'));
});

test('browser upload: the answer at the end of a redirect is not believed', async () => {
  answer = (request, response) =>
    request.url === '/elsewhere' ? accept(request, response) : response.writeHead(307, { Location: '/elsewhere' }).end();
  const redirected = client().upload(fileOf(10), { onProgress: () => undefined });
  await expect(redirected).rejects.toMatchObject({ code: 'redirected', detail: expect.stringContaining(`${url}/elsewhere`) });
});

test('browser upload: an answer without a body ends the upload', async () => {
  answer = (_request, response) => response.writeHead(204).end();
  await expect(client().upload(fileOf(10), { onProgress: () => undefined })).rejects.toThrow();
});

test('property: progress never falls within an attempt, never exceeds the file, and ends with all of it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(200_000), fc.string({ maxLength: 200 }), async (size, title) => {
      const seen: number[] = [];
      await client().upload(fileOf(size), { title, onProgress: ({ loaded }) => seen.push(loaded) });
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
      expect([seen[0], seen.at(-1)]).toEqual([0, size]);
      expect((await fileIn(received.at(-1) as Received)).size).toBe(size);
    }),
    { numRuns: 25 },
  );
});
