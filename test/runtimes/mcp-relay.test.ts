/** `pharos mcp`: the relay on streams of this process, against a server that says what the test wants. */
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readLines } from '../../cli/mcp/lines.ts';
import { relay } from '../../cli/mcp/relay.ts';
import { type Page, startWebServer, type WebServer } from '../support/fakes/web-server.ts';

let server: WebServer;
beforeEach(async () => {
  server = await startWebServer();
});
afterEach(() => server.close());

interface Received {
  readonly method: string;
  readonly id?: unknown;
  readonly params?: unknown;
}

/** Serves /mcp: `reply` gets the message that was posted. */
function serveMcp(reply: (message: Received, response: Parameters<Page>[0], request: Parameters<Page>[1]) => void): void {
  server.serve('/mcp', (response, request) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => reply(JSON.parse(String(Buffer.concat(parts))), response, request));
  });
}

const json = (response: Parameters<Page>[0], body: unknown, status = 200, headers: Record<string, string> = {}) =>
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
const result = (id: unknown, value: object = {}) => ({ jsonrpc: '2.0', id, result: value });
const request = (id: unknown, method = 'ping') => ({ jsonrpc: '2.0', id, method });

function start(url = `${server.url}/mcp`) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const logged: string[] = [];
  const written = readLines(output, Number.POSITIVE_INFINITY);
  const ended = relay({
    input,
    output,
    url,
    headers: async () => ({ Authorization: 'Bearer the-key' }),
    log: (line) => logged.push(line),
  });
  return {
    input,
    output,
    logged,
    ended,
    send: (message: unknown) => input.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`),
    next: async () =>
      JSON.parse((await written.next()).value as string) as { id: unknown; result?: object; error?: { message: string } },
  };
}

test('readLines: any chunks of a text give its lines, which end with LF alone', async () => {
  const character = fc.constantFrom('a', '\n', '\r', '\u2028', '🧊', 'é', ' ');
  await fc.assert(
    fc.asyncProperty(fc.array(character), fc.array(fc.nat({ max: 7 })), async (characters, sizes) => {
      const bytes = Buffer.from(characters.join(''));
      async function* chunks() {
        let from = 0;
        for (const size of sizes) {
          yield bytes.subarray(from, from + size);
          from += size;
        }
        yield bytes.subarray(from);
      }
      const lines: (string | undefined)[] = [];
      for await (const line of readLines(chunks(), 1_000)) lines.push(line);
      const expected = characters.join('').split('\n');
      if (expected.at(-1) === '') expected.pop();
      expect(lines).toEqual(expected);
    }),
  );
});

test('readLines: a line over the limit is undefined, and the next one is read', async () => {
  async function* chunks() {
    yield* ['12345', '6\nshort\n', '12345\n1234567'];
  }
  const lines: (string | undefined)[] = [];
  for await (const line of readLines(chunks(), 5)) lines.push(line);
  expect(lines).toEqual([undefined, 'short', '12345', undefined]);
});

describe('relay', () => {
  test('relay: a message is posted with the credentials, and its response is one line', async () => {
    serveMcp((message, response) => json(response, result(message.id, { text: 'line\nbreak \u2028 and \u001b[2J' })));
    const { send, next, input, ended } = start();
    send(request(1));
    expect(await next()).toEqual(result(1, { text: 'line\nbreak \u2028 and \u001b[2J' }));
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer the-key', 'content-type': 'application/json' });
    input.end();
    await ended;
  });

  test('relay: the version that initialize negotiated is named by every later request', async () => {
    serveMcp((message, response) => json(response, result(message.id, { protocolVersion: '2025-06-18' })));
    const { send, next } = start();
    send({ ...request(0, 'initialize'), params: { protocolVersion: '2025-11-25' } });
    send(request(1));
    await next();
    await next();
    expect(server.requests.map(({ headers }) => headers['mcp-protocol-version'])).toEqual([undefined, '2025-06-18']);
  });

  test('relay: messages are under way at once, and a notification gets no line', async () => {
    const waiting: (() => void)[] = [];
    serveMcp((message, response) => {
      if (message.method !== 'ping') {
        response.writeHead(202).end();
        return;
      }
      waiting.push(() => json(response, result(message.id)));
      // Answers in reverse order, when all are there.
      if (waiting.length === 3) for (const answer of waiting.toReversed()) answer();
    });
    const { send, next } = start();
    send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    for (const id of [1, 2, 3]) send(request(id));
    expect([(await next()).id, (await next()).id, (await next()).id].toSorted()).toEqual([1, 2, 3]);
  });

  test('relay: a cancelled request ends at the server and gets no line', async () => {
    const arrived = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    serveMcp((message, response) => {
      if (message.id !== 1) {
        json(response, result(message.id));
        return;
      }
      response.on('close', () => left.resolve());
      arrived.resolve();
    });
    const { send, next, logged } = start();
    send(request(1));
    await arrived.promise;
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    await left.promise;
    send(request(2));
    expect((await next()).id).toBe(2);
    expect(logged).toEqual([]);
  });

  test.each([
    [401, {}, { detail: 'no' }, 'or set PHAROS_API_KEY'],
    [403, {}, { detail: 'Could not validate credentials' }, 'or set PHAROS_API_KEY'],
    [403, {}, { detail: 'Requests of pages need credentials' }, 'status 403: Requests of pages need credentials'],
    [429, { 'Retry-After': '7' }, { detail: 'slow down' }, 'try again in 7 s'],
    [307, { Location: 'http://127.0.0.1:1/mcp' }, {}, "set PHAROS_URL to the server's own address"],
    [404, {}, {}, 'is PHAROS_URL the address of a Pharos?'],
    [400, {}, { error: { message: 'Unsupported protocol version' } }, 'status 400: Unsupported protocol version'],
  ] as const)('relay: status %i is an error of the request that says what to do', async (status, headers, body, text) => {
    serveMcp((_message, response) => json(response, body, status, headers));
    const { send, next, logged } = start();
    send(request('a'));
    const { id, error } = await next();
    expect([id, error?.message]).toEqual(['a', expect.stringContaining(text)]);
    expect(logged).toEqual([error?.message]);
    expect(logged.join()).not.toContain('the-key');
    expect(server.requests).toHaveLength(1);
  });

  test('relay: a server that is away, or that speaks no JSON, is an error of the request', async () => {
    const away = start('http://127.0.0.1:1/mcp');
    away.send(request(1));
    expect((await away.next()).error?.message).toMatch(/cannot be reached .*PHAROS_URL/);
    server.serve('/mcp', '<p>hello</p>');
    const other = start();
    other.send(request(1));
    expect((await other.next()).error?.message).toContain('is no MCP server');
  });

  test('relay: a line that is no message is an error without an id, and the next one is passed on', async () => {
    serveMcp((message, response) => json(response, result(message.id)));
    const { send, next } = start();
    for (const line of ['{', '7', '""']) {
      send(line);
      expect(await next()).toMatchObject({ id: null, error: { code: -32_700 } });
    }
    send('   ');
    send(request(1));
    expect((await next()).id).toBe(1);
  });

  test.each([
    ['has another status', '/mcp'],
    ['is away', 'http://127.0.0.1:1/mcp'],
  ])('relay: every request of a batch gets an error where the server %s', async (_what, address) => {
    serveMcp((_message, response) => json(response, { detail: 'slow down' }, 429));
    const { send, next, logged } = start(address.startsWith('/') ? server.url + address : address);
    const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
    send([request(1), notification, result(7), 5, null, request('b')]);
    const errors = (await next()) as unknown as { id: unknown; error: { code: number; message: string } }[];
    expect(errors).toEqual([1, 'b'].map((id) => ({ jsonrpc: '2.0', id, error: { code: -32_000, message: logged[0] } })));
    expect(logged).toHaveLength(1);
    // Neither a batch of notifications nor a lone response is answered.
    send([notification]);
    send(result(8));
    send(request(2));
    expect(await next()).toMatchObject({ id: 2 });
  });

  test('relay: while the reader of its output is slow, it sends no more requests, and none is lost', async () => {
    const size = 100_000;
    serveMcp((message, response) => json(response, result(message.id, { text: 'x'.repeat(size) })));
    server.serve('/other', 'another request');
    const { send, next, input, output, ended } = start();
    const ids = Array.from({ length: 100 }, (_, id) => id);
    for (const id of ids) send(request(id));
    await expect.poll(() => output.writableNeedDrain).toBe(true);
    // The server has time for many more requests.
    for (let i = 0; i < 50; i += 1) await (await fetch(`${server.url}/other`)).text();
    const passedOn = server.requests.filter((each) => each.url === '/mcp').length;
    expect(passedOn).toBeLessThanOrEqual(24);
    expect(output.writableLength + output.readableLength).toBeLessThanOrEqual(24 * (size + 100));
    const received: unknown[] = [];
    for (const _ of ids) received.push((await next()).id);
    expect(new Set(received)).toEqual(new Set(ids));
    input.end();
    await ended;
  });

  test('relay: it ends when the reader of its output goes while it is slow', async () => {
    serveMcp((message, response) => json(response, result(message.id, { text: 'x'.repeat(100_000) })));
    const { send, output, ended } = start();
    for (let id = 0; id < 20; id += 1) send(request(id));
    await expect.poll(() => output.writableNeedDrain).toBe(true);
    output.destroy();
    await ended;
  });

  test('relay: it ends when its input has ended and every response is written', async () => {
    serveMcp((message, response) => json(response, result(message.id)));
    const { send, next, input, ended } = start();
    send(request(1));
    input.end();
    await ended;
    expect((await next()).id).toBe(1);
  });

  test('relay: it ends when the reader of its output has gone, and leaves the request that is under way', async () => {
    const left = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    serveMcp((_message, response) => {
      response.on('close', () => left.resolve());
      arrived.resolve();
    });
    const { send, output, ended } = start();
    send(request(1));
    await arrived.promise;
    output.destroy();
    await ended;
    await left.promise;
  });
});
