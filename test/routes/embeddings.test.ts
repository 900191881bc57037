import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Fetch } from '../../src/kernel/core/ports.ts';
import { createLimitsClient } from '../../src/kernel/worker-client/limits-client.ts';
import { signRequest } from '../../src/kernel/worker-client/signatures.ts';
import { randomIds } from '../support/fakes/doubles.ts';
import { createTestApp, type TestApp } from '../support/kits/app.ts';
import { createTestWorker, type TestWorker, WORKER } from '../support/kits/worker.ts';

let worker: TestWorker;
/** What the worker was asked to count. */
let counted: string[] = [];
beforeAll(async () => {
  worker = await createTestWorker({
    countRequest: async ({ userId }) => {
      counted.push(userId);
      return undefined;
    },
  });
});
afterAll(() => worker.embedder.close());

const env = {
  WORKER_URL: WORKER.url,
  WORKER_SIGNING_KEY: WORKER.signingKeys.current.reveal(),
  PUBLIC_URL: 'https://pharos.example',
  RATE_LIMIT_FREE_TIER: '100',
};
let reached: { url: string; init: RequestInit }[] = [];
let network: Fetch = async (url, init) => worker.app.request(String(url), init);
const fetch: Fetch = async (url, init = {}) => {
  reached.push({ url: String(url), init });
  return network(url, init);
};

let app: TestApp;
let user: Record<string, string>;
beforeEach(async () => {
  counted = [];
  reached = [];
  network = async (url, init) => worker.app.request(String(url), init);
  app = await createTestApp({ env, overrides: { fetch } });
  user = await app.login('ada');
});
afterEach(() => app.close());

const embed = (body: unknown, headers: Record<string, string> = user) =>
  app.request('/v1/embeddings', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

async function keyWith(scopes: string[]): Promise<Record<string, string>> {
  const actor = { userId: await userId(), credentialsEpoch: 0, scopes: ['resources:read', 'resources:write', 'search'] } as never;
  const { key } = await app.services.apiKeys.create(actor, { name: 'a key', scopes: scopes as never });
  return { 'X-API-Key': key };
}
const userId = async () => ((await (await app.request('/auth/me', { headers: user })).json()) as { id: string }).id;

describe('POST /v1/embeddings at the API', () => {
  test("embeddings proxy: the worker's response is passed on, and the request counts once, at the API", async () => {
    const first = await embed({ input: ['ice', 'bread'], model: 'pharos-static-192' });
    expect(first.status).toBe(200);
    expect(first.headers.get('Content-Type')).toContain('application/json');
    const body = (await first.json()) as { data: { embedding: number[] }[]; model: string; usage: { prompt_tokens: number } };
    expect(body.data.map(({ embedding }) => embedding.length)).toEqual([192, 192]);
    expect([body.model, body.usage.prompt_tokens]).toEqual([worker.embedder.model, 2]);
    const second = await embed({ input: 'ice' });
    const remaining = (response: Response) => Number(response.headers.get('X-RateLimit-Remaining'));
    expect(remaining(first) - remaining(second)).toBe(1);
    expect(counted).toEqual([]);
  });

  test('embeddings proxy: answers under /api as well, and for a key with the scope search', async () => {
    const headers = { ...(await keyWith(['search'])), 'Content-Type': 'application/json' };
    const response = await app.request('/api/v1/embeddings', { method: 'POST', headers, body: '{"input":"ice"}' });
    expect(response.status).toBe(200);
  });

  test("embeddings proxy: the worker's refusals arrive in OpenAI's words", async () => {
    for (const [body, status, param] of [
      [{ input: '' }, 400, 'input'],
      [{ input: 'ice', dimensions: 193 }, 400, 'dimensions'],
      [{ input: '🦄' }, 400, 'input'],
      [{ input: 'ice', model: 'gpt-17' }, 404, 'model'],
    ] as const) {
      const response = await embed(body);
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ error: { param, message: expect.any(String) } });
    }
  });

  test('embeddings proxy: 401 without credentials and 403 without the scope search, with an error that OpenAI clients read', async () => {
    const without = await embed({ input: 'ice' }, {});
    expect([without.status, without.headers.get('Content-Type')]).toEqual([401, 'application/problem+json']);
    expect(await without.json()).toMatchObject({
      status: 401,
      error: { type: 'invalid_request_error', code: 'unauthenticated' },
    });
    const narrow = await keyWith(['resources:read']);
    for (const response of [await embed({ input: 'ice' }, narrow), await app.request('/v1/models', { headers: narrow })]) {
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({
        detail: 'This operation needs the scope search',
        error: { code: 'forbidden' },
      });
    }
    expect(reached).toEqual([]);
  });

  test('embeddings proxy: over the limit it is 429 and the worker is not asked', async () => {
    await app.close();
    app = await createTestApp({ env: { ...env, RATE_LIMIT_FREE_TIER: '1' }, overrides: { fetch } });
    user = await app.login('ada');
    expect((await embed({ input: 'ice' })).status).toBe(200);
    const refused = await embed({ input: 'ice' });
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'rate_limited' } });
    expect(reached).toHaveLength(1);
  });

  test.each([
    ['is away', async () => Promise.reject(new TypeError('fetch failed'))],
    ['refuses the signature', async () => new Response('no', { status: 401 })],
  ] as [string, Fetch][])('embeddings proxy: a worker that %s is 503 with Retry-After', async (_what, answer) => {
    network = answer;
    for (const response of [await embed({ input: 'ice' }), await app.request('/v1/models', { headers: user })]) {
      expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5']);
      expect(await response.json()).toMatchObject({ error: { type: 'server_error' } });
    }
  });

  test('embeddings proxy: takes a megabyte of texts, and refuses 17 MB with 413 before the worker is asked', async () => {
    expect((await embed({ input: Array.from({ length: 100 }, () => 'ice '.repeat(2600)) })).status).toBe(200);
    reached = [];
    const refused = await embed({ input: 'a'.repeat(17 * 1024 * 1024) });
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ error: { code: 'payload_too_large' } });
    expect(reached).toEqual([]);
  });

  test("embeddings proxy: the worker's response is streamed, with its Retry-After and without its other headers", async () => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    network = async () =>
      new Response(readable, {
        status: 429,
        headers: { 'Content-Type': 'application/json', 'Retry-After': '7', 'X-Secret': '1' },
      });
    const response = await embed({ input: 'ice' });
    expect([response.status, response.headers.get('Retry-After'), response.headers.get('X-Secret')]).toEqual([429, '7', null]);
    // The head is here before the body has ended.
    const writer = writable.getWriter();
    const text = response.text();
    await writer.write(new TextEncoder().encode('{"error":'));
    await writer.write(new TextEncoder().encode('{}}'));
    await writer.close();
    expect(await text).toBe('{"error":{}}');
  });

  test('embeddings proxy: a client that leaves cancels the request to the worker', async () => {
    const leaving = new AbortController();
    const asked = Promise.withResolvers<AbortSignal>();
    network = (_url, init) => {
      asked.resolve(init?.signal as AbortSignal);
      return new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    };
    const response = app.app.request('/v1/embeddings', { method: 'POST', headers: user, body: '{}', signal: leaving.signal });
    const signal = await asked.promise;
    leaving.abort();
    expect(signal.aborted).toBe(true);
    await Promise.resolve(response).catch(() => undefined);
  });

  test('GET /v1/models at the API: lists the model of the worker', async () => {
    const response = await app.request('/v1/models', { headers: user });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ object: 'list', data: [{ id: worker.embedder.model, object: 'model' }] });
  });
});

describe('POST /jobs/limits', () => {
  const post = async (body: unknown, signature?: string) => {
    const text = JSON.stringify(body);
    const url = 'https://pharos.example/jobs/limits';
    const made = await signRequest({ key: WORKER.signingKeys.current, url, body: text, clock: app.clock, ids: randomIds });
    return app.request('/jobs/limits', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Upstash-Signature': signature ?? made },
      body: text,
    });
  };

  test("POST /jobs/limits: a request at the worker counts with the user's requests at the API", async () => {
    const countRequest = createLimitsClient({
      config: app.services.config,
      apiUrl: 'http://api.test',
      fetch: async (url, init) => app.request(new URL(String(url)).pathname, init),
      insurance: async () => {
        throw new Error('the API was not asked');
      },
      clock: app.clock,
      ids: randomIds,
      log: app.log,
    });
    const id = await userId();
    const before = await app.request('/auth/me', { headers: user });
    const decision = await countRequest({ userId: id, tier: 'free' });
    const after = await app.request('/auth/me', { headers: user });
    const remaining = (response: Response) => Number(response.headers.get('X-RateLimit-Remaining'));
    expect(decision).toMatchObject({ admitted: true, states: [{ policy: { name: 'minute', limit: 100 } }] });
    expect(remaining(before) - remaining(after)).toBe(2);
    expect(await countRequest({ userId: id, tier: 'admin' })).toBeUndefined();
  });

  test('POST /jobs/limits: 401 without a signature of the keys, 422 for another body', async () => {
    expect((await post({ user_id: 'ada', tier: 'free' }, 'x.y.z')).status).toBe(401);
    const bad = await post({ user_id: 'ada', tier: 'gold' });
    expect(bad.status).toBe(422);
    expect(await bad.json()).toMatchObject({ errors: [{ path: 'tier' }] });
  });
});
