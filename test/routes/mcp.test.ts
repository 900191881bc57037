/** POST /mcp as HTTP: messages, versions, limits, origins. `mcp-tools.test.ts` has what the tools do. */
import { LATEST_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/sdk/types.js';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PROTOCOL_VERSIONS } from '../../src/routes/mcp/server.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

let app: TestApp;
let user: Record<string, string>;
beforeEach(async () => {
  app = await createTestApp({ env: { RATE_LIMIT_FREE_TIER: '1000' } });
  user = await app.login('ada');
});
afterEach(() => app.close());

interface Answer {
  readonly jsonrpc: '2.0';
  readonly id: unknown;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly code: number; readonly message: string };
}

const JSON_TYPE = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' };
const postText = (body: string, headers: Record<string, string> = {}) =>
  app.request('/mcp', { method: 'POST', headers: { ...user, ...JSON_TYPE, ...headers }, body });
const post = (message: unknown, headers: Record<string, string> = {}) => postText(JSON.stringify(message), headers);
const request = (method: string, params?: unknown, id: unknown = 1) => ({
  jsonrpc: '2.0',
  id,
  method,
  ...(params === undefined ? {} : { params }),
});
const answerOf = async (response: Response) => (await response.json()) as Answer;
const ask = async (method: string, params?: unknown) => answerOf(await post(request(method, params)));
const PING = request('ping');
const remaining = (response: Response) => Number(response.headers.get('X-RateLimit-Remaining'));

describe('messages', () => {
  test('mcp: a request is answered by JSON with its id, and a notification or a response by 202 without a body', async () => {
    for (const id of [7, 0, -1, 'seven', '']) {
      const response = await post(request('ping', {}, id));
      expect([response.status, response.headers.get('content-type'), await answerOf(response)]).toEqual([
        200,
        expect.stringContaining('application/json'),
        { jsonrpc: '2.0', id, result: {} },
      ]);
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
    for (const message of [
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: 1, error: { code: 1, message: 'no' } },
    ]) {
      const response = await post(message);
      expect([response.status, await response.text()]).toEqual([202, '']);
    }
  });

  test('mcp: a body that is no message is 400 with the error of the protocol', async () => {
    for (const [text, code] of [
      ['{', -32_700],
      ['', -32_700],
      ['7', -32_600],
      ['null', -32_600],
      ['[]', -32_600],
      ['{}', -32_600],
      ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32_600],
      ['{"jsonrpc":"2.0","id":null,"method":"ping"}', -32_600],
      ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32_600],
      ['{"jsonrpc":"2.0","id":1,"method":7}', -32_600],
      ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32_600],
      ['{"jsonrpc":"2.0","id":1,"method":"ping","more":1}', -32_600],
      ['{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}', -32_600],
      [JSON.stringify(Array.from({ length: 21 }, () => PING)), -32_600],
      [`{"jsonrpc":"2.0","id":1,"method":"ping","params":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`, -32_600],
    ] as const) {
      const response = await postText(text);
      const body = await answerOf(response);
      expect([text.slice(0, 60), response.status, body.id, body.error?.code]).toEqual([text.slice(0, 60), 400, null, code]);
    }
  });

  test('mcp: any JSON is answered by 200, 202 or 400, and every answer is JSON-RPC', async () => {
    const method = fc.constantFrom('initialize', 'ping', 'tools/list', 'tools/call', 'resources/list', 'resources/read', 'x');
    const message = fc.record(
      { jsonrpc: fc.constant('2.0'), id: fc.integer(), method, params: fc.object() },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(message, fc.array(message, { maxLength: 3 }), fc.jsonValue()), async (value) => {
        const response = await post(value);
        expect([200, 202, 400]).toContain(response.status);
        if (response.status === 202) return;
        for (const answer of [await response.json()].flat() as Answer[]) {
          expect(answer.jsonrpc).toBe('2.0');
          expect([answer.result, answer.error?.message]).toContainEqual(expect.anything());
          expect(answer.error?.code).not.toBe(-32_603);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('mcp: an unknown method is -32601, and parameters that are not valid are -32602 and named', async () => {
    for (const method of ['prompts/list', 'logging/setLevel', 'toString', '__proto__'])
      expect((await ask(method)).error).toEqual({ code: -32_601, message: 'Method not found' });
    expect((await ask('resources/read', { uri: 7 })).error).toMatchObject({
      code: -32_602,
      message: expect.stringMatching(/^params\.uri: /),
    });
    expect((await ask('tools/call')).error).toMatchObject({ code: -32_602 });
    expect((await ask('tools/call', { name: 'search', arguments: [] })).error).toMatchObject({ code: -32_602 });
    expect((await ask('tools/list', { cursor: 'x' })).error).toMatchObject({ code: -32_602 });
  });

  test('mcp: a batch is answered in order, without its notifications; initialize must be alone', async () => {
    const batch = [request('ping', {}, 'a'), { jsonrpc: '2.0', method: 'notifications/x' }, request('nothing', {}, 'b')];
    expect(await (await post(batch)).json()).toEqual([
      { jsonrpc: '2.0', id: 'a', result: {} },
      { jsonrpc: '2.0', id: 'b', error: { code: -32_601, message: 'Method not found' } },
    ]);
    expect(await (await post([PING])).json()).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
    const cancelled = [PING, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }];
    expect(await (await post(cancelled)).json()).toHaveLength(1);
    expect((await post([request('initialize', { protocolVersion: '2025-03-26' }), PING])).status).toBe(400);
  });
});

describe('transport', () => {
  test('initialize: the version that the client asks for where it is known, else the newest', async () => {
    const version = async (protocolVersion: string) => (await ask('initialize', { protocolVersion })).result?.protocolVersion;
    for (const known of PROTOCOL_VERSIONS) expect(await version(known)).toBe(known);
    expect(await version('2024-10-07')).toBe(PROTOCOL_VERSIONS[0]);
    expect(await version('tomorrow')).toBe(PROTOCOL_VERSIONS[0]);
    expect(PROTOCOL_VERSIONS[0]).toBe(LATEST_PROTOCOL_VERSION);
    for (const known of PROTOCOL_VERSIONS) expect(SUPPORTED_PROTOCOL_VERSIONS).toContain(known);
  });

  test('mcp: a version in the header that is not supported is 400, and none is taken', async () => {
    for (const known of PROTOCOL_VERSIONS) expect((await post(PING, { 'MCP-Protocol-Version': known })).status).toBe(200);
    const refused = await post(PING, { 'MCP-Protocol-Version': '1900-01-01' });
    expect([refused.status, (await answerOf(refused)).error?.message]).toEqual([400, expect.stringContaining('2025-11-25')]);
    expect((await post(PING)).status).toBe(200);
  });

  test('mcp: GET and DELETE are 405 with Allow: POST, because there is neither a stream nor a session', async () => {
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const response = await app.request('/mcp', { method, headers: { ...user, Accept: 'text/event-stream' } });
      expect([method, response.status, response.headers.get('Allow')]).toEqual([method, 405, 'POST']);
    }
  });

  test('mcp: a body of another type is 415, and a client that takes no JSON is 406', async () => {
    expect((await postText('x', { 'Content-Type': 'text/plain' })).status).toBe(415);
    for (const [accept, status] of [
      ['text/event-stream', 406],
      ['application/jsonp', 406],
      ['application/json', 200],
      ['text/event-stream, application/json;q=0.5', 200],
      ['*/*', 200],
    ] as const)
      expect([accept, (await post(PING, { Accept: accept })).status]).toEqual([accept, status]);
  });

  test('mcp: a body over 12 MB is 413', async () => {
    const response = await post(request('ping', { pad: 'a'.repeat(12 * 1024 * 1024) }));
    expect([response.status, response.headers.get('content-type')]).toEqual([413, 'application/problem+json']);
  });

  test('mcp: answers under /api as well', async () => {
    const response = await app.request('/api/mcp', {
      method: 'POST',
      headers: { ...user, ...JSON_TYPE },
      body: JSON.stringify(PING),
    });
    expect(response.status).toBe(200);
  });
});

describe('callers', () => {
  test('mcp: missing and wrong credentials are 401 or 403 before anything of the body is read', async () => {
    const unread = new ReadableStream({
      pull: () => {
        throw new Error('the body was read');
      },
    });
    for (const [headers, status] of [
      [{}, 401],
      [{ Authorization: 'Bearer nonsense' }, 401],
      [{ Authorization: 'Basic YTpi' }, 401],
      [{ 'X-API-Key': 'nonsense' }, 403],
    ] as [Record<string, string>, number][]) {
      const init = { method: 'POST', headers: { ...headers, ...JSON_TYPE }, body: unread, duplex: 'half' } as RequestInit;
      const response = await app.request('/mcp', init);
      expect(response.status).toBe(status);
      if (status === 401) expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer/);
    }
  });

  test('mcp: a page of any origin may call with credentials; without any, in TEST_MODE, only pages that are trusted may', async () => {
    expect((await post(PING, { Origin: 'https://claude.example' })).status).toBe(200);
    await app.close();
    app = await createTestApp({
      env: { TEST_MODE: 'true', PUBLIC_URL: 'https://pharos.example', CORS_ORIGINS: 'https://app.example' },
    });
    const from = async (origin: string) =>
      (await app.request('/mcp', { method: 'POST', headers: { ...JSON_TYPE, Origin: origin }, body: JSON.stringify(PING) }))
        .status;
    for (const origin of [
      'https://evil.example',
      'http://localhost.evil.example',
      'https://pharos.example:444',
      'null',
      'x',
      'file://',
    ])
      expect([origin, await from(origin)]).toEqual([origin, 403]);
    for (const origin of [
      'https://pharos.example',
      'https://app.example',
      'http://localhost:6274',
      'http://127.0.0.1',
      'http://[::1]:1',
    ])
      expect([origin, await from(origin)]).toEqual([origin, 200]);
  });

  test('mcp: a preflight lets pages send the headers of the protocol', async () => {
    await app.close();
    app = await createTestApp({ env: { CORS_ORIGINS: 'https://app.example' } });
    const response = await app.request('/mcp', {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://app.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type,mcp-protocol-version',
      },
    });
    expect(response.headers.get('Access-Control-Allow-Headers')?.toLowerCase()).toContain('mcp-protocol-version');
  });
});

describe('limits', () => {
  const call = (name: string, given: Record<string, unknown> = {}, id = 1) =>
    request('tools/call', { name, arguments: given }, id);

  test('mcp: a request costs one, a search what GET /search costs, a write no more than by HTTP, and each message of a batch its own', async () => {
    await app.close();
    app = await createTestApp({ env: { RATE_LIMIT_FREE_TIER: '1000', RATE_LIMIT_SEARCH_COST: '5' } });
    user = await app.login('ada');
    let left = remaining(await post(PING));
    const costs = async (message: unknown) => {
      const before = left;
      left = remaining(await post(message));
      return before - left;
    };
    expect(await costs(PING)).toBe(1);
    expect(await costs(call('list_documents'))).toBe(1);
    expect(await costs(call('search', { query: 'ice' }))).toBe(5);
    expect(await costs(call('no such tool'))).toBe(1);
    expect(await costs(call('add_document', { content: 'A text.' }))).toBe(1);
    expect(await costs([PING, PING, call('search', { query: 'ice' })])).toBe(7);
    expect(await costs([PING, call('add_document', { content: 'B.' }), call('add_document', { content: 'C.' }, 2)])).toBe(3);
    expect(await costs('nonsense')).toBe(1);
  });

  test('mcp: writes use half of the limit; over it the request is 429 with Retry-After, and reads go on', async () => {
    await app.close();
    app = await createTestApp({ env: { RATE_LIMIT_FREE_TIER: '20' } });
    user = await app.login('ada');
    const statuses: number[] = [];
    for (let count = 0; count < 9; count += 1) {
      const { status } = await post([call('delete_document', { id: 'x' }, 1), call('delete_document', { id: 'y' }, 2)]);
      statuses.push(status);
      if (status === 429) break;
    }
    expect(statuses.at(-1)).toBe(429);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await post(PING)).status).toBe(200);
    const refused = await post(call('delete_document', { id: 'x' }));
    expect([refused.status, refused.headers.get('content-type')]).toEqual([429, 'application/problem+json']);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
  });
});

test('GET /app/*: one page for each address, without credentials, that tells nothing and frames nothing', async () => {
  const [first, second] = [await app.request('/app/documents/1'), await app.request('/app/documents/%3Cscript%3E?x=<script>')];
  expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const page = await first.text();
  expect(page).toContain('<div id="app"></div>');
  expect(await second.text()).toBe(page);
  expect(first.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(first.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  const short = await app.request('/app');
  expect([short.status, short.headers.get('location')]).toEqual([302, '/app/']);
});
