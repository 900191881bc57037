/** How the typed client treats refusals, lost connections and servers that misbehave. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { retryAfterOf } from '../../clients/typescript/src/error.ts';
import { createClient, PharosError, pages } from '../../clients/typescript/src/index.ts';
import { waitBefore } from '../../clients/typescript/src/retry.ts';
import { serverSentEvents } from '../../clients/typescript/src/server-sent-events.ts';

type Answer = (request: Request) => Response | Promise<Response>;

/** A client whose requests get `answers` one after another; the last one is repeated. */
function scripted(answers: readonly Answer[], options: object = {}) {
  const requests: Request[] = [];
  const waits: number[] = [];
  const pharos = createClient(
    { url: 'http://pharos.test', apiKey: 'phk_x', ...options },
    {
      random: () => 0,
      now: () => 0,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        waits.push(ms);
      },
      fetch: async (input, init) => {
        const request = new Request(input as Request, init);
        requests.push(request);
        const answer = answers[Math.min(requests.length, answers.length) - 1];
        if (!answer) throw new Error('no answer was scripted');
        return await answer(request);
      },
    },
  );
  return { pharos, requests, waits };
}

const refused = (status: number, headers: Record<string, string> = {}) =>
  Response.json({ type: 'urn:pharos:error:x', detail: 'no', status }, { status, headers });
const list = () => Response.json({ resources: [] });
const lost = () => {
  throw new TypeError('fetch failed');
};

test.each(['.', '..', ''])('paths: the id "%s" is refused, because its request would go to another path', async (id) => {
  const { pharos, requests } = scripted([list]);
  const params = { path: { id } };
  await expect(pharos.delete('/resources/{id}', { params })).rejects.toThrow('id: expected an id');
  await expect(pharos.get('/resources/{id}/progress', { params })).rejects.toThrow('id: expected an id');
  await expect(pharos.finished(id)).rejects.toThrow('id: expected an id');
  expect(requests).toEqual([]);
});

test('send: a request goes as it is and once, with the credentials of the client, others, or none', async () => {
  const { pharos, requests, waits } = scripted([() => refused(503, { 'Retry-After': '1' })]);
  const response = await pharos.send('/resources?tag=a%26b', { method: 'GET', headers: { 'If-None-Match': '"x"' } });
  expect([response.status, requests.length, waits]).toEqual([503, 1, []]);
  await pharos.send('/resources', { method: 'POST', body: '{}', authorization: 'Bearer another' });
  await pharos.send('/resources', { method: 'GET', authorization: null });
  expect(requests.map(({ url, headers }) => [url, headers.get('authorization')])).toEqual([
    ['http://pharos.test/resources?tag=a%26b', 'Bearer phk_x'],
    ['http://pharos.test/resources', 'Bearer another'],
    ['http://pharos.test/resources', null],
  ]);
  expect([requests[0]?.headers.get('if-none-match'), await requests[1]?.text()]).toEqual(['"x"', '{}']);
  await expect(pharos.send('resources', { method: 'GET' })).rejects.toThrow('path: expected one that begins with a slash');
  await expect(scripted([lost]).pharos.send('/resources', { method: 'GET' })).rejects.toMatchObject({ code: 'unreachable' });
});

test('retries: a 429 is sent again after its Retry-After', async () => {
  const { pharos, requests, waits } = scripted([() => refused(429, { 'Retry-After': '7' }), list]);
  expect(await pharos.get('/resources')).toEqual({ resources: [] });
  expect([requests.length, waits]).toEqual([2, [7_000]]);
});

test('retries: a Retry-After above the limit fails at once and tells it', async () => {
  const { pharos, requests } = scripted([() => refused(429, { 'Retry-After': '3600' })]);
  await expect(pharos.get('/resources')).rejects.toMatchObject({ status: 429, retryAfter: 3600 });
  expect(requests).toHaveLength(1);
});

test('retries: they are bounded, and the last error is thrown', async () => {
  const { pharos, requests, waits } = scripted([() => refused(503)], { retries: 4 });
  await expect(pharos.get('/resources')).rejects.toMatchObject({ status: 503 });
  expect(requests).toHaveLength(5);
  expect(waits).toEqual(waits.toSorted((a, b) => a - b));
});

test.each([400, 401, 403, 404, 409, 413, 422, 500])('retries: %i is not sent again', async (status) => {
  const { pharos, requests } = scripted([() => refused(status)]);
  await expect(pharos.get('/resources')).rejects.toMatchObject({ status });
  expect(requests).toHaveLength(1);
});

test('retries: a POST that is not repeatable is sent once', async () => {
  for (const answer of [() => refused(429, { 'Retry-After': '1' }), () => refused(503), lost]) {
    const { pharos, requests } = scripted([answer]);
    await expect(pharos.post('/auth/api-keys', { body: { name: 'x' } })).rejects.toBeInstanceOf(PharosError);
    expect(requests).toHaveLength(1);
  }
});

const missing = (type = 'urn:pharos:error:not_found') => Response.json({ type, detail: 'gone' }, { status: 404 });
const remove = (pharos: ReturnType<typeof scripted>['pharos']) =>
  pharos.delete('/resources/{id}', { params: { path: { id: '01900000-0000-7000-8000-000000000001' } } });

test.each([
  ['a lost answer', [lost]],
  ['a 502 of a proxy', [() => refused(502)]],
  ['a lost answer and a limit', [lost, () => refused(429, { 'Retry-After': '1' })]],
])('retries: a DELETE that finds nothing after %s is done', async (_, before) => {
  const { pharos, requests } = scripted([...before, () => missing()]);
  expect(await remove(pharos)).toBeUndefined();
  expect(requests).toHaveLength(before.length + 1);
});

test('retries: a DELETE that finds nothing is an error where no earlier attempt can have deleted it', async () => {
  const limited = () => refused(429, { 'Retry-After': '1' });
  for (const answers of [[() => missing()], [limited, () => missing()], [lost, () => missing('about:blank')]]) {
    await expect(remove(scripted(answers).pharos)).rejects.toMatchObject({ status: 404 });
  }
});

test('retries: a GET that finds nothing after a lost answer is an error', async () => {
  const { pharos } = scripted([lost, () => missing()]);
  await expect(pharos.get('/resources')).rejects.toMatchObject({ status: 404, code: 'not_found' });
});

test('retries: a creating POST is sent again with the same key and body', async () => {
  const accepted = () => Response.json({ id: '1' }, { status: 202 });
  const { pharos, requests } = scripted([lost, () => refused(503), accepted]);
  await pharos.create({ content: 'text' });
  expect(requests).toHaveLength(3);
  expect(new Set(requests.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1);
  expect(await Promise.all(requests.map((request) => request.json()))).toEqual(Array(3).fill({ content: 'text' }));
});

test('retries: an upload with progress is sent again whole', async () => {
  const bodies: string[] = [];
  const read = async (request: Request) => bodies.push(((await request.formData()).get('file') as unknown as string) ?? '');
  const { pharos, requests } = scripted([
    async (request) => {
      await read(request);
      return refused(503);
    },
    async (request) => {
      await read(request);
      return Response.json({ id: '1' }, { status: 202 });
    },
  ]);
  const seen: number[] = [];
  await pharos.upload(new Blob(['some text']), { filename: 'a.txt', onProgress: ({ loaded }) => seen.push(loaded) });
  expect(bodies).toHaveLength(2);
  expect(seen.filter((loaded) => loaded === 0).length).toBeGreaterThanOrEqual(2);
  expect(seen.at(-1)).toBe(9);
  expect(requests.map(({ headers }) => headers.get('idempotency-key'))).toEqual(
    Array(2).fill(requests[0]?.headers.get('idempotency-key')),
  );
});

test.each([
  undefined,
  'an-app',
])('refresh: one that is not answered, of a login or of the app %s, is repeated while the server gives the same tokens again', async (clientId) => {
  vi.useFakeTimers();
  try {
    const sentAt: number[] = [];
    const never: Answer = ({ signal }) => {
      sentAt.push(Date.now());
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const answered: Answer = () => {
      sentAt.push(Date.now());
      return Response.json({ access_token: 'new', refresh_token: 'r2', token_type: 'bearer', expires_in: 1800, scope: '' });
    };
    const tokens = { accessToken: 'old', refreshToken: 'r1', expiresAt: 0, clientId };
    const { pharos, requests } = scripted([never, never, answered, list], { apiKey: undefined, tokens });
    const listed = pharos.get('/resources');
    await vi.advanceTimersByTimeAsync(29_000);
    expect(await listed).toEqual({ resources: [] });
    expect(sentAt).toHaveLength(3);
    expect((sentAt.at(-1) as number) - (sentAt[0] as number)).toBeLessThan(30_000);
    expect(requests.at(-1)?.headers.get('authorization')).toBe('Bearer new');
  } finally {
    vi.useRealTimers();
  }
});

test('retries: an abort ends the waiting', async () => {
  const aborter = new AbortController();
  const { pharos, requests } = scripted([
    () => {
      aborter.abort(new Error('enough'));
      return refused(503);
    },
  ]);
  await expect(pharos.get('/resources', { signal: aborter.signal })).rejects.toThrow('enough');
  expect(requests).toHaveLength(1);
});

test('property: a wait is at least the Retry-After, at most a tenth and 100 ms more, and there are at most as many as allowed', () => {
  fc.assert(
    fc.property(
      fc.nat(10),
      fc.option(fc.nat(7_200), { nil: undefined }),
      fc.nat(9),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, retryAfter, retries, random) => {
        const error = new PharosError({ status: 429, code: 'rate_limited', detail: '', retryAfter });
        const wait = waitBefore(attempt, error, { retries, maxRetryAfter: 60 }, () => random);
        if (attempt >= retries || (retryAfter ?? 0) > 60) return wait === undefined;
        if (retryAfter === undefined && attempt >= 5) return wait === undefined;
        if (wait === undefined) return false;
        if (retryAfter === undefined) return wait > 0 && wait <= 8_000;
        return wait >= retryAfter * 1000 && wait <= retryAfter * 1100 + 100;
      },
    ),
  );
});

test('Retry-After: seconds and dates are read, anything else is not', () => {
  const now = () => Date.UTC(2026, 0, 1);
  expect(retryAfterOf('12', now)).toBe(12);
  expect(retryAfterOf('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30);
  expect(retryAfterOf('Thu, 01 Jan 2025 00:00:30 GMT', now)).toBe(0);
  for (const header of [null, '', '-1', 'soon', '1e9']) expect(retryAfterOf(header, now)).toBeUndefined();
});

test('errors: a page of a proxy is an error without its content', async () => {
  const page = () => new Response('<html>secret stack</html>', { status: 500, headers: { 'content-type': 'text/html' } });
  const { pharos } = scripted([page]);
  await expect(pharos.get('/resources')).rejects.toMatchObject({
    status: 500,
    code: 'http_500',
    detail: expect.not.stringContaining('secret'),
  });
});

/** Runs `work` with a server of Node's that answers by `listener`. */
async function withServer(listener: RequestListener, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('redirects: none is followed, so that neither token nor password reaches another server', async () => {
  const stolen: (string | undefined)[] = [];
  await withServer(
    (request, response) => {
      stolen.push(request.headers.authorization);
      response.end('{}');
    },
    async (thief) => {
      await withServer(
        (request, response) => {
          request.resume();
          response.writeHead(307, { Location: `${thief}/auth/login` }).end();
        },
        async (url) => {
          const byKey = createClient({ url, apiKey: 'phk_x' });
          await expect(byKey.get('/resources')).rejects.toMatchObject({
            code: 'redirected',
            detail: expect.stringContaining(thief),
          });
          const byPassword = createClient({ url, username: 'ada', password: 'a long enough phrase' });
          await expect(byPassword.get('/resources')).rejects.toMatchObject({ code: 'redirected' });
          await expect(byKey.upload(new Blob(['x']))).rejects.toMatchObject({ code: 'redirected' });
        },
      );
    },
  );
  expect(stolen).toEqual([]);
});

const completed = (id = 'a') => ({ resource_id: id, overall_status: 'completed', percent: 100 });
const running = (percent: number, id = 'a') => ({ resource_id: id, overall_status: 'processing', percent });
const frame = (id: number, data: object) => `event: progress\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
/** A stream that sends `text` and then ends, or breaks. */
const stream = (text: string, breaks = false) =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text));
      },
      pull(controller) {
        if (breaks) controller.error(new TypeError('terminated'));
        else controller.close();
      },
    }),
    { headers: { 'content-type': 'text/event-stream' } },
  );

async function percentages(events: AsyncIterable<{ percent: number }>): Promise<number[]> {
  const seen: number[] = [];
  for await (const { percent } of events) seen.push(percent);
  return seen;
}

test('progress: a stream that breaks is resumed with the id of its last event', async () => {
  const { pharos, requests } = scripted([
    () => stream(frame(1, running(10)) + frame(2, running(20)), true),
    () => stream(frame(3, running(60))),
    lost,
    () => stream(frame(4, completed())),
  ]);
  expect(await percentages(pharos.progress('a'))).toEqual([10, 20, 60, 100]);
  expect(requests.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, '2', '3', '3']);
});

test('progress: a half event at the end of a broken stream is not delivered', async () => {
  const { pharos } = scripted([
    () => stream(`${frame(1, running(10))}event: progress\nid: 2\ndata: {"percent"`, true),
    () => stream(frame(2, completed())),
  ]);
  expect(await percentages(pharos.progress('a'))).toEqual([10, 100]);
});

test('progress: it ends with the final event, and with the 204 after a failed document', async () => {
  const final = scripted([() => stream(frame(1, completed()) + frame(2, running(5)))]);
  expect(await percentages(final.pharos.progress('a'))).toEqual([100]);
  const failed = { resource_id: 'a', overall_status: 'failed', percent: 40 };
  const { pharos, requests } = scripted([() => stream(frame(1, failed)), () => new Response(null, { status: 204 })]);
  expect(await percentages(pharos.progress('a'))).toEqual([40]);
  expect(requests).toHaveLength(2);
});

test('progress: a stream of several documents ends when the last one is completed', async () => {
  const { pharos, requests } = scripted([
    () => stream(frame(1, completed('a')) + frame(2, running(5, 'b'))),
    () => stream(frame(3, completed('a')) + frame(4, completed('b'))),
  ]);
  expect(await percentages(pharos.progress(['a', 'b', 'a']))).toEqual([100, 5, 100, 100]);
  expect(new URL(requests[0]?.url ?? '').search).toBe('?ids=a,b');
  await expect(pharos.progress([]).next()).rejects.toThrow(/^id: expected 1 to 100 ids, not 0/);
});

test('progress: a server that ends every stream without an event is given up', async () => {
  const { pharos, requests } = scripted([() => stream('')], { retries: 2 });
  await expect(percentages(pharos.progress('a'))).rejects.toMatchObject({ code: 'unreachable' });
  expect(requests).toHaveLength(3);
});

test('progress: a refusal is thrown, and leaving the loop closes the connection', async () => {
  const { pharos } = scripted([() => refused(404)]);
  await expect(percentages(pharos.progress('a'))).rejects.toMatchObject({ status: 404 });
  let cancelled = false;
  const endless = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(frame(1, running(1)))),
    cancel: () => {
      cancelled = true;
    },
  });
  const left = scripted([() => new Response(endless)]);
  for await (const _ of left.pharos.progress('a')) break;
  expect(cancelled).toBe(true);
});

test('progress: an abort ends it with the reason', async () => {
  const aborter = new AbortController();
  const open = (request: Request) =>
    new Response(
      new ReadableStream({
        start: (controller) => {
          controller.enqueue(new TextEncoder().encode(frame(1, running(1))));
          request.signal.addEventListener('abort', () => controller.error(request.signal.reason));
        },
      }),
    );
  const { pharos } = scripted([open]);
  const events = pharos.progress('a', { signal: aborter.signal });
  await events.next();
  aborter.abort(new Error('enough'));
  await expect(events.next()).rejects.toThrow('enough');
});

test('property: an event stream is read alike however it is cut into chunks', async () => {
  const event = fc.record({ id: fc.nat(), data: fc.stringMatching(/^[ -~äé\u{1F600}]{1,30}$/u) });
  const eol = fc.constantFrom('\n', '\r\n');
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 6 }), eol, fc.array(fc.nat(200)), async (events, end, cuts) => {
      const text = events.map(({ id, data }) => `: note${end}event: x${end}id: ${id}${end}data: ${data}${end}${end}`).join('');
      const bytes = new TextEncoder().encode(text);
      const at = [...new Set(cuts.map((cut) => Math.min(cut, bytes.length)))].sort((a, b) => a - b);
      const chunks = [0, ...at].map((start, index) => bytes.slice(start, at[index] ?? bytes.length));
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const chunk of chunks) controller.enqueue(chunk);
          controller.close();
        },
      });
      const read = [];
      for await (const found of serverSentEvents(body)) read.push(found);
      expect(read).toEqual(events.map(({ id, data }) => ({ id: String(id), event: 'x', data })));
    }),
  );
});

test('progress: an event without an end is refused when it grows too long', async () => {
  const { pharos } = scripted([() => stream(`data: ${'x'.repeat(2 * 1024 * 1024)}`)], { retries: 0 });
  await expect(percentages(pharos.progress('a'))).rejects.toMatchObject({
    cause: { message: expect.stringMatching(/longer than/) },
  });
});

test('pages: a cursor that leads to itself ends the list', async () => {
  const seen: unknown[] = [];
  for await (const page of pages(async (cursor) => ({ cursor, next_cursor: 'same' }))) seen.push(page);
  expect(seen).toHaveLength(2);
});
