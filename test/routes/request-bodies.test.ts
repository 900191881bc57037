import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { JSON_BOUNDS } from '../../src/kernel/core/bounds.ts';
import { resourceSources, resources } from '../../src/kernel/db/schema.sqlite.ts';
import { SCOPES, type Scope } from '../../src/kernel/model/actor.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';

const MASTER = 'the-master-key-of-these-tests-is-long';

let app: TestApp;
let ada: { Authorization: string };
beforeEach(async () => {
  app = await createTestApp({ env: { RATE_LIMIT_FREE_TIER: '10000', MASTER_API_KEY: MASTER } });
  ada = await app.login('ada');
});
afterEach(() => app.close());

interface Problem {
  detail: string;
  errors?: { path: string; message: string }[];
}

const JSON_TYPE = { 'Content-Type': 'application/json' };
const FORM_TYPE = { 'Content-Type': 'multipart/form-data; boundary=x' };

const send = (path: string, body: string, { headers = {}, method = 'POST' }: { headers?: object; method?: string } = {}) =>
  app.request(path, { method, headers: { ...ada, ...JSON_TYPE, ...headers }, body });

async function refusal(response: Response) {
  const { errors } = (await response.json()) as Problem;
  return [response.status, errors?.[0]?.path];
}

async function keyWith(scopes: readonly Scope[]): Promise<Record<string, string>> {
  const made = await send('/auth/api-keys', JSON.stringify({ name: 'narrow', scopes }));
  return { 'X-API-Key': ((await made.json()) as { key: string }).key };
}

/** A body that counts how often it is read. It yields `pieces` pieces of 64 KB, then nothing until it is allowed to end. */
function watchedBody(head = '', pieces = Number.POSITIVE_INFINITY) {
  let pulls = 0;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        pulls += 1;
        if (pulls === 1) controller.enqueue(new TextEncoder().encode(head || ' '));
        else if (pulls <= pieces) controller.enqueue(new Uint8Array(65_536).fill(0x20));
        else {
          await ended;
          controller.close();
        }
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, pulls: () => pulls, end };
}

const streamed = (path: string, stream: ReadableStream<Uint8Array>, headers: object, method = 'POST') =>
  app.request(path, { method, headers, body: stream, duplex: 'half' } as RequestInit);

describe('a body is read last', () => {
  test('scopes: a caller without the scope of an operation gets 403, and nothing of an endless body is read', async () => {
    const document = (await (await app.request('/openapi.json')).json()) as {
      paths: Record<string, Record<string, { security?: Record<string, string[]>[]; requestBody?: { content: object } }>>;
    };
    let tried = 0;
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { security, requestBody }] of Object.entries(methods)) {
        const needed = security?.[0]?.oauth2 ?? [];
        if (!requestBody || needed.length === 0) continue;
        const key = await keyWith([SCOPES.find((scope) => scope !== 'admin' && !needed.includes(scope)) as Scope]);
        for (const type of Object.keys(requestBody.content)) {
          for (const length of [{}, { 'Content-Length': '20000000000' }]) {
            const { stream, pulls } = watchedBody();
            const headers = { ...key, 'Content-Type': type === 'multipart/form-data' ? `${type}; boundary=x` : type, ...length };
            const response = await streamed(path.replace('{id}', 'x'), stream, headers, method.toUpperCase());
            expect(`${method} ${path}: ${response.status} after ${pulls()} pulls`).toBe(`${method} ${path}: 403 after 0 pulls`);
            tried += 1;
          }
        }
      }
    }
    expect(tried).toBeGreaterThan(10);
  });

  test.each([
    ['an unknown endpoint', 'none', { 'webhook-id': 'a', 'webhook-timestamp': '1', 'webhook-signature': 'v1,x' }],
    ['no signature', 'mine', {}],
    ['an old timestamp', 'mine', { 'webhook-id': 'a', 'webhook-timestamp': '1', 'webhook-signature': 'v1,x' }],
  ])('webhook event: with %s it is 401, and nothing of an endless body is read', async (_what, which, headers) => {
    const made = await send('/webhooks', '{"name":"the blog"}');
    const { id } = (await made.json()) as { id: string };
    const { stream, pulls } = watchedBody();
    const response = await streamed(`/webhooks/ingest/${which === 'mine' ? id : which}`, stream, { ...JSON_TYPE, ...headers });
    expect([response.status, pulls()]).toEqual([401, 0]);
  });

  test.each([
    '/jobs/progress',
    '/jobs/callback',
    '/jobs/failure',
  ])('POST %s: without a signature it is 401, and nothing of an endless body is read', async (path) => {
    const { stream, pulls } = watchedBody();
    expect([(await streamed(path, stream, JSON_TYPE)).status, pulls()]).toEqual([401, 0]);
  });

  test.each([
    ['/auth/register', {}, 66_000],
    ['/auth/exchange', {}, 66_000],
    ['/auth/login', { 'Content-Type': 'application/x-www-form-urlencoded' }, 66_000],
    ['/resources/x/reprocess', {}, 1_100_000],
    ['/webhooks', {}, 66_000],
  ])('POST %s: a body over its limit is 413, with a declared length and without', async (path, headers, bytes) => {
    const body = 'x'.repeat(bytes);
    const declared = await send(path, body, { headers: { ...headers, 'Content-Length': String(bytes) } });
    expect(declared.status).toBe(413);
    const response = await streamed(path, new Blob([body]).stream(), { ...ada, ...JSON_TYPE, ...headers });
    expect(response.status).toBe(413);
    expect(((await response.json()) as Problem).detail).toMatch(/larger than (?:64 KB|1 MB)/);
  });

  /** A body of `pieces` pieces of 64 KB and a little, which then waits for its end. */
  function parked(path: string, headers: object, pieces: number) {
    const body = watchedBody('--x--\r\n', pieces + 1);
    return { ...body, pieces, response: streamed(path, body.stream, headers) };
  }
  const isParked = ({ pulls, pieces }: ReturnType<typeof parked>) => pulls() > pieces + 1;
  /** A quarter of the memory of known callers, or of strangers. */
  const QUARTER = { form: (51 * 1024) / 64, event: (8 * 1024) / 64 };

  test('large bodies: an owner holds as much as stays free, more is 503 with Retry-After, and another still has room', async () => {
    const eve = await app.login('eve');
    const form = (login: object, pieces: number) => parked('/resources/upload', { ...login, ...FORM_TYPE }, pieces);
    // The first piece is a short one, so that two bodies stay below one half.
    const open = [form(ada, QUARTER.form - 1), form(ada, QUARTER.form - 1)];
    await expect.poll(() => open.every(isParked)).toBe(true);
    const refused = form(ada, 20);
    expect([(await refused.response).status, (await refused.response).headers.get('retry-after')]).toEqual([503, '5']);
    expect(isParked(refused)).toBe(false);
    const declared = watchedBody();
    const length = { 'Content-Length': '2000000' };
    const unread = await streamed('/resources/upload', declared.stream, { ...ada, ...FORM_TYPE, ...length });
    expect([unread.status, unread.headers.get('retry-after'), declared.pulls()]).toEqual([503, '5', 0]);
    open.push(form(eve, QUARTER.form - 1));
    await expect.poll(() => open.every(isParked)).toBe(true);
    expect((await form(eve, 20).response).status).toBe(503);
    open.push(form(await app.login('kim'), QUARTER.form / 2 - 2));
    await expect.poll(() => open.every(isParked)).toBe(true);
    // A small one needs no room.
    expect((await send('/resources', '{"content":"Ice flows."}')).status).toBe(202);
    for (const { end } of open) end();
    expect((await Promise.all(open.map(({ response }) => response))).map(({ status }) => status)).toEqual([422, 422, 422, 422]);
    const again = form(ada, QUARTER.form - 1);
    again.end();
    expect((await again.response).status).toBe(422);
  });

  test('large bodies: a declared length without bytes takes no room from others', async () => {
    const length = { 'Content-Length': String(40 * 1024 * 1024) };
    const waiting: ReturnType<typeof parked>[] = [];
    for (const login of [ada, await app.login('eve')]) {
      for (let i = 0; i < 4; i++) waiting.push(parked('/resources/upload', { ...login, ...FORM_TYPE, ...length }, 0));
    }
    await expect.poll(() => waiting.every(isParked)).toBe(true);
    const { response, end } = parked('/resources/upload', { ...(await app.login('kim')), ...FORM_TYPE }, QUARTER.form - 1);
    end();
    expect((await response).status).toBe(422);
    for (const { end } of waiting) end();
    await Promise.all(waiting.map(({ response }) => response));
  });

  test('large events: all endpoints of one owner share the room of that owner, and leave some for the events of others', async () => {
    const endpointOf = async (login: object) => {
      const made = await send('/webhooks', '{"name":"the blog"}', { headers: login });
      return ((await made.json()) as { id: string }).id;
    };
    const unsigned = {
      ...JSON_TYPE,
      'webhook-id': 'a',
      'webhook-timestamp': String(Math.floor(app.clock.now() / 1000)),
      'webhook-signature': 'v1,x',
    };
    const event = (id: string, pieces: number) => parked(`/webhooks/ingest/${id}`, unsigned, pieces);
    const open: ReturnType<typeof parked>[] = [];
    for (let i = 0; i < 2; i++) open.push(event(await endpointOf(ada), QUARTER.event - 1));
    await expect.poll(() => open.every(isParked)).toBe(true);
    expect((await event(await endpointOf(ada), 20).response).status).toBe(503);
    open.push(event(await endpointOf(await app.login('eve')), QUARTER.event - 1));
    await expect.poll(() => open.every(isParked)).toBe(true);
    for (const { end } of open) end();
    expect((await Promise.all(open.map(({ response }) => response))).map(({ status }) => status)).toEqual([401, 401, 401]);
  });
});

describe('a slow body', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());
  /** Resolves once somebody waits for bytes. */
  const begun = () => expect.poll(() => vi.getTimerCount()).toBe(1);

  test.each([
    ['JSON', '/resources', JSON_TYPE],
    ['a form', '/resources/upload', FORM_TYPE],
    ['a URL-encoded form', '/auth/login', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['embeddings', '/v1/embeddings', JSON_TYPE],
    ['a report', '/jobs/progress', { ...JSON_TYPE, 'Upstash-Signature': 'x.y.z' }],
  ])('%s: POST %s without bytes for 20 seconds is 408 with problem details', async (_what, path, headers) => {
    const body = watchedBody(' ', 1);
    const pending = streamed(path, body.stream, { ...ada, ...headers });
    await begun();
    await vi.advanceTimersByTimeAsync(20_000);
    const response = await pending;
    expect([response.status, response.headers.get('content-type')]).toEqual([408, 'application/problem+json']);
    expect(await response.json()).toMatchObject({
      type: 'urn:pharos:error:request_timeout',
      title: 'Request Timeout',
      detail: 'The body arrives too slowly: 20 seconds must bring 40 KB, or the rest of it',
    });
    expect(vi.getTimerCount()).toBe(0);
    body.end();
  });

  test('a document whose body was parked across a logout, or the deletion of its key, is 401 and not stored', async () => {
    const key = await keyWith(['resources:write']);
    const list = (await (await app.request('/auth/api-keys', { headers: ada })).json()) as { api_keys: { id: string }[] };
    for (const [headers, end] of [
      [key, () => app.request(`/auth/api-keys/${list.api_keys[0]?.id}`, { method: 'DELETE', headers: ada })],
      [ada, () => send('/auth/logout', '{}')],
    ] as const) {
      const body = watchedBody('{"content":"Ice flows."}', 1);
      const pending = streamed('/resources', body.stream, { ...headers, ...JSON_TYPE });
      await begun();
      await vi.advanceTimersByTimeAsync(2_000);
      expect((await end()).ok).toBe(true);
      body.end();
      expect((await pending).status).toBe(401);
    }
    expect(await app.services.db.select().from(resources)).toEqual([]);
  });
});

describe('forms', () => {
  const part = (name: string, value = '') => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const form = (parts: readonly string[], path = '/resources/upload') =>
    send(path, `${parts.join('')}--x--\r\n`, { headers: FORM_TYPE });

  test.each([
    '/resources/upload',
    '/resources',
  ])('POST %s: of 100,000 parts of unknown names the first is refused, and no other is looked at', async (path) => {
    const response = await form(
      Array.from({ length: 100_000 }, (_, i) => part(`field-${i}`)),
      path,
    );
    const { errors } = (await response.json()) as Problem;
    expect([response.status, errors]).toEqual([422, [{ path: 'field-0', message: 'is not a field of this request' }]]);
  });

  test('a form of 100 parts is read, and one more part is refused', async () => {
    const tags = (count: number) => Array.from({ length: count }, (_, i) => part('tags', `${i}`));
    expect(await refusal(await form(tags(100)))).toEqual([422, 'file']);
    expect(await refusal(await form(tags(101)))).toEqual([422, 'form']);
  });

  test.each([
    ['no boundary in the type', '--x--', 'multipart/form-data'],
    ['another boundary', '--y\r\n\r\n--y--', 'multipart/form-data; boundary=x'],
    ['no end', part('title', 'x'), 'multipart/form-data; boundary=x'],
    ['a part without a name', '--x\r\n\r\nvalue\r\n--x--', 'multipart/form-data; boundary=x'],
    ['a header of 10 KB', `--x\r\nA: ${'a'.repeat(10_000)}\r\n\r\n\r\n--x--`, 'multipart/form-data; boundary=x'],
    ['an endless header', `--x\r\nA: ${'a'.repeat(10_000)}`, 'multipart/form-data; boundary=x'],
    ['nothing at all', '', 'multipart/form-data; boundary=x'],
  ])('a form with %s is 400', async (_what, body, type) => {
    expect((await send('/resources', body, { headers: { 'Content-Type': type } })).status).toBe(400);
  });

  test.each([
    ['filename="a \\"b\\".txt"', 'a "b".txt'],
    ['filename="a %22b%22.txt"', 'a "b".txt'],
    ['filename=plain.txt', 'plain.txt'],
    ['filename="x.txt"; filename*=UTF-8\'\'%E2%82%AC.txt', '€.txt'],
    ['filename="x.txt"; filename*=UTF-8\'\'%E2%82.txt', 'x.txt'],
    ['filename="x.txt"; filename*=latin1\'\'%E9.txt', 'x.txt'],
    ['filename="naïve ☃.txt"', 'naïve ☃.txt'],
  ])('a file with %s has the name %s', async (parameter, name) => {
    const file = `--x\r\nContent-Disposition: form-data; name="file"; ${parameter}\r\n\r\nIce flows: ${parameter}\r\n--x--`;
    const response = await send('/resources/upload', file, { headers: FORM_TYPE });
    expect(response.status).toBe(202);
    const [row] = await app.services.db.select().from(resourceSources);
    expect(row?.filename).toBe(name);
  });

  test.each([
    ['a number that JSON cannot hold', '{"a":{"b":1e999}}', 'metadata.a.b'],
    ['deep JSON', `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 'metadata.a.0'],
    ['half a surrogate pair', '{"a":"\\ud800"}', 'metadata.a'],
    ['NUL', '{"a":"\\u0000"}', 'metadata.a'],
    ['no JSON', '{', 'metadata'],
    ['a number alone', '1e999', 'metadata'],
    ['more than a megabyte', `{"a":"${'x'.repeat(1_100_000)}"}`, 'metadata'],
  ])('metadata with %s is 422, naming the path', async (_what, text, path) => {
    const [status, named = ''] = await refusal(await form([part('content', 'x'), part('metadata', text)], '/resources'));
    expect([status, String(named).startsWith(path)]).toEqual([422, true]);
  });

  test('a long list of commas for tags is refused without being split whole', async () => {
    expect(await refusal(await form([part('content', 'x'), part('tags', 'a,'.repeat(400_000))], '/resources'))).toEqual([
      422,
      'tags',
    ]);
  });
});

describe('JSON', () => {
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;

  test('metadata of 5,000 levels is 422 in a document and a change, and refuses only its own item of a batch', async () => {
    const item = `{"content":"x","metadata":{"a":${deep}}}`;
    expect(await refusal(await send('/resources', item))).toMatchObject([422, expect.stringMatching(/^metadata\.a\.0/)]);
    const change = await send('/resources/none', `{"metadata":{"a":${deep}}}`, { method: 'PATCH' });
    expect(change.status).toBe(422);
    const batch = await send(
      '/resources/batch',
      `{"resources":[${item},{"content":"a good one"},{"content":"y","tags":["\\ud800"]},
      {"content":"z","metadata":{"n":12345678901234567890}},{"content":"another","metadata":{"__proto__":1}}]}`,
    );
    expect(batch.status).toBe(200);
    const { resources: results } = (await batch.json()) as { resources: { http_status: number; errors?: { path: string }[] }[] };
    expect(results.map(({ http_status }) => http_status)).toEqual([422, 202, 422, 422, 422]);
    expect(results.map(({ errors }) => errors?.[0]?.path.slice(0, 20))).toEqual([
      'metadata.a.0.0.0.0.0',
      undefined,
      'tags.0',
      'metadata.n',
      'metadata.__proto__',
    ]);
  });

  test('a batch of too many values is refused whole, and so is a fault outside of its items', async () => {
    const zeros = `[${Array(JSON_BOUNDS.elements).fill(0).join(',')}]`;
    const wide = `{"resources":[${Array(21).fill(`{"metadata":{"a":${zeros}}}`).join(',')}]}`;
    expect(await refusal(await send('/resources/batch', wide))).toEqual([422, 'json']);
    expect(await refusal(await send('/resources/batch', '{"resources":[],"x":1e999}'))).toEqual([422, 'x']);
    expect((await send('/resources/batch', '{"resources":[')).status).toBe(400);
    expect(await refusal(await send('/resources/batch', '7'))).toEqual([422, 'json']);
  });

  test.each([
    ['POST', '/resources', '{"content":"x","title":"\\ud800"}', 'title'],
    ['POST', '/resources', '{"content":"x","tags":["a","\\udc00b"]}', 'tags.1'],
    ['POST', '/resources', '{"content":"x\\ud83d"}', 'content'],
    ['POST', '/resources', '{"url":"https://e.org/\\ud800"}', 'url'],
    ['POST', '/resources', '{"content":"x","metadata":{"a":{"\\ud800":1}}}', 'metadata.a.\ufffd'],
    ['POST', '/resources', '{"content":"x","metadata":{"n":12345678901234567890}}', 'metadata.n'],
    ['POST', '/resources', '{"content":"x","metadata":{"n":[1,1e999]}}', 'metadata.n.1'],
    ['POST', '/resources', '{"content":"x","metadata":{"__proto__":{"admin":true}}}', 'metadata.__proto__'],
    ['PATCH', '/resources/none', '{"description":"\\ud800"}', 'description'],
    ['POST', '/resources/upload-url', '{"filename":"\\ud800.md"}', 'filename'],
    ['POST', '/resources/upload-url', '{"filename":"a\\u0000.md"}', 'filename'],
    ['POST', '/webhooks', '{"name":"\\ud800"}', 'name'],
    ['POST', '/auth/api-keys', '{"name":"\\ud800"}', 'name'],
    ['POST', '/auth/register', '{"username":"\\ud800","email":"a@example.org","password":"a long enough phrase"}', 'username'],
  ])('%s %s: %s is 422, naming the field', async (method, path, body, field) => {
    expect(await refusal(await send(path, body, { method }))).toEqual([422, field]);
  });

  /** OAuth's clients and assistants are told in the forms of their protocols. */
  function faultOf(path: string, body: { detail?: string; error_description?: string; error?: { message: string } }) {
    if (path === '/oauth/register') return body.error_description;
    return path === '/mcp' ? body.error?.message : body.detail;
  }

  test('a body that is not JSON is 400 in the same words for every operation that takes JSON', async () => {
    const { paths } = (await (await app.request('/openapi.json')).json()) as {
      paths: Record<string, Record<string, { requestBody?: { content: object } }>>;
    };
    const tried: string[] = [];
    for (const [path, methods] of Object.entries(paths)) {
      // The others check a signature, the worker's, or an admin's recent login first.
      if (/^\/(?:jobs|webhooks\/ingest|admin|v1)\//.test(path)) continue;
      for (const [method, { requestBody }] of Object.entries(methods)) {
        if (!requestBody || !('application/json' in requestBody.content)) continue;
        const headers = path === '/taxonomy' ? { 'X-API-Key': MASTER } : {};
        const response = await send(path.replace(/\{\w+\}/, 'x'), '{"a"\n: 1 2}', { method: method.toUpperCase(), headers });
        expect([method, path, response.status, faultOf(path, await response.json())]).toEqual([
          method,
          path,
          400,
          'The JSON is not valid at line 2, column 5',
        ]);
        tried.push(path);
      }
    }
    expect(tried.length).toBeGreaterThan(10);
  });

  test('text outside of the basic plane is stored as it came', async () => {
    const made = await send('/resources', '{"content":"x","title":"\\ud83d\\ude00","metadata":{"😀":"\\ud83d\\ude00"}}');
    const { id } = (await made.json()) as { id: string };
    const resource = await (await app.request(`/resources/${id}`, { headers: ada })).json();
    expect(resource).toMatchObject({ title: '😀', metadata: { '😀': '😀' } });
  });

  test('a flood of unknown fields gets 20 errors at most, and a short response', async () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => `"${i}":0`).join(',');
    const few = (await (await send('/resources', `{${names(900)}}`)).json()) as Problem;
    expect(few.errors).toHaveLength(20);
    const many = await send('/resources', `{${names(800_000)}}`);
    const text = await many.text();
    expect([many.status, text.length < 1_000]).toEqual([422, true]);
    const long = await send('/resources', `{"${'n'.repeat(900)}":0}`);
    expect((await long.text()).length).toBeLessThan(1_000);
    const stages = JSON.stringify({
      stages: ['no stage', 'none', 'x', 'y', 'z'],
      ...Object.fromEntries(Array(50).fill(0).entries()),
    });
    expect(((await (await send('/resources/x/reprocess', stages)).json()) as Problem).errors).toHaveLength(20);
  });

  test('a content type of 11 MB is refused by its length', async () => {
    const body = JSON.stringify({ content: 'x', content_type: 'text/plain;'.repeat(1_000_000) });
    const { errors } = (await (await send('/resources', body)).json()) as Problem;
    expect(errors).toEqual([{ path: 'content_type', message: expect.stringMatching(/200/) }]);
  });
});

describe('webhook events', () => {
  async function endpoint(kind: 'standard' | 'github') {
    const made = await send('/webhooks', JSON.stringify({ name: kind, kind }));
    return (await made.json()) as { id: string; secret: string };
  }
  let messages = 0;
  function standard({ id, secret }: { id: string; secret: string }, body: string) {
    const at = new Date(app.clock.now());
    const message = `msg_${++messages}`;
    return send(`/webhooks/ingest/${id}`, body, {
      headers: {
        Authorization: '',
        'webhook-id': message,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(message, at, body),
      },
    });
  }
  const github = ({ id, secret }: { id: string; secret: string }, event: string, body: string) =>
    send(`/webhooks/ingest/${id}`, body, {
      headers: {
        Authorization: '',
        'X-GitHub-Event': event,
        'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
    });
  const push = (repository: object, added: string) =>
    `{"ref":"refs/heads/main","after":"${'a'.repeat(40)}","repository":${JSON.stringify({
      full_name: 'ada/notes',
      html_url: 'https://github.example.org/ada/notes',
      default_branch: 'main',
      ...repository,
    })},"commits":[{"added":${added}}]}`;
  const all = () => app.services.db.select().from(resources);

  test.each([
    ['deep metadata', `{"content":"x","metadata":{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}}`, /^data\.metadata\.a/],
    ['half a surrogate pair', '{"content":"x","tags":["\\ud800"]}', /^data\.tags\.0$/],
    ['NUL', '{"content":"x","title":"\\u0000"}', /^data\.title$/],
    ['a number that JSON cannot hold', '{"content":"x","metadata":{"n":1e999}}', /^data\.metadata\.n$/],
  ])('Standard Webhooks event: %s is 422, naming the field', async (_what, data, path) => {
    const response = await standard(await endpoint('standard'), `{"type":"document.published","data":${data}}`);
    expect(await refusal(response)).toEqual([422, expect.stringMatching(path)]);
    expect(await all()).toEqual([]);
  });

  test.each([
    ['a path that is no Unicode', {}, '["\\ud800.md"]', 'commits.0.added.0'],
    ['NUL in a path', {}, '["a\\u0000.md"]', 'commits.0.added.0'],
    ['a file URL for the repository', { html_url: 'file:///etc' }, '["a.md"]', 'repository.html_url'],
    [
      'credentials in the URL of the repository',
      { html_url: 'https://user:pw@github.example.org/a' },
      '["a.md"]',
      'repository.html_url',
    ],
    ['a script for the URL of the repository', { html_url: 'javascript:alert(1)' }, '["a.md"]', 'repository.html_url'],
    ['NUL in the name of the repository', { full_name: 'a\0' }, '["a.md"]', 'repository.full_name'],
  ])('GitHub push: %s is 422, naming the field', async (_what, repository, added, path) => {
    expect(await refusal(await github(await endpoint('github'), 'push', push(repository, added)))).toEqual([422, path]);
    expect(await all()).toEqual([]);
  });

  test('GitHub push: a file whose URL would be too long is left out, and the others are accepted', async () => {
    const long = `${'ж'.repeat(1_000)}.md`;
    const response = await github(await endpoint('github'), 'push', push({}, JSON.stringify([long, 'a.md'])));
    expect(response.status).toBe(202);
    expect((await all()).map(({ url }) => url)).toEqual([`https://github.example.org/ada/notes/raw/${'a'.repeat(40)}/a.md`]);
  });

  test('GitHub release: a name that is cut keeps whole characters', async () => {
    const release = {
      action: 'published',
      repository: { full_name: `${'a'.repeat(99)}😀`, html_url: 'https://github.example.org/a', default_branch: 'main' },
      release: { html_url: 'https://github.example.org/a/r', tag_name: 'v1', name: '😀'.repeat(300), body: 'What is new.' },
    };
    expect((await github(await endpoint('github'), 'release', JSON.stringify(release))).status).toBe(202);
    const [{ title, tags } = { title: '', tags: [] }] = await all();
    expect([title?.isWellFormed(), tags]).toEqual([true, ['a'.repeat(99)]]);
  });

  test("events are charged to the endpoint's owner as writes: one unit for ten documents, repetitions included", async () => {
    await app.close();
    app = await createTestApp({ env: { RATE_LIMIT_FREE_TIER: '40' } });
    ada = await app.login('ada');
    const remaining = async () => {
      const { windows } = (await (await app.request('/auth/rate-limit', { headers: ada })).json()) as {
        windows: { policy: string; remaining: number }[];
      };
      return windows.map(({ policy, remaining }) => `${policy} ${remaining}`);
    };
    const [mine, repository] = [await endpoint('standard'), await endpoint('github')];
    expect(await remaining()).toEqual(['minute 38', 'minute-writes 18']);
    const files = JSON.stringify(Array.from({ length: 21 }, (_, i) => `${i}.md`));
    const pushed = push({}, files);
    expect((await github(repository, 'push', pushed)).status).toBe(202);
    expect(await remaining()).toEqual(['minute 35', 'minute-writes 15']);
    expect((await github(repository, 'push', pushed)).status).toBe(200);
    expect(await remaining()).toEqual(['minute 34', 'minute-writes 14']);
    const statuses = [];
    for (let i = 0; i < 15; i++) {
      statuses.push((await standard(mine, `{"type":"document.published","data":{"content":"Text ${i}"}}`)).status);
    }
    expect(statuses).toEqual([...Array(14).fill(202), 429]);
    const refused = await standard(mine, '{"type":"document.published","data":{"content":"One more"}}');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    // Reads have the other half.
    expect((await app.request('/resources', { headers: ada })).status).toBe(200);
  });
});
