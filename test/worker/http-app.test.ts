import { DrizzleQueryError } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { createMetrics } from '../../src/adapters/metrics.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import { Secret } from '../../src/kernel/core/secret.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { createSignatureVerifier, signRequest } from '../../src/kernel/worker-client/signatures.ts';
import type { Embedder, EmbedderState, EmbedInput, EmbedOptions } from '../../worker-node/embedder/embedder.ts';
import { createWorkerApp } from '../../worker-node/http/app.ts';
import { createAuthentication } from '../../worker-node/http/authenticate.ts';
import type { JobHandler, JobOutcome, Refusal } from '../../worker-node/pipeline/job-handler.ts';
import { createEmbeddingsRole } from '../../worker-node/roles/embeddings.ts';
import { serveJobs } from '../../worker-node/roles/jobs.ts';
import type { Role } from '../../worker-node/roles/role.ts';
import { manualClock, memoryLog, randomIds } from '../support/fakes/doubles.ts';

const PERSONAL_KEY = 'pharos_a-personal-key-of-the-tests';
const KEY = 'sk-master-key-of-the-tests-000000000';
const signing = { current: new Secret('a signing key of more than thirty-two bytes') };
const url = 'http://worker.test:8001';

function setUp({ testMode = false, masterKey = true } = {}) {
  const clock = manualClock();
  const log = memoryLog();
  const asked: { texts: readonly EmbedInput[]; options: EmbedOptions }[] = [];
  const delivered: string[] = [];
  const ready: EmbedderState = {
    status: 'ready',
    model: 'tiny',
    dimensions: 4,
    crashes: 0,
    pid: 7,
    waiting: { interactive: 0, bulk: 0 },
  };
  const world = {
    state: ready,
    failure: undefined as unknown,
    outcome: { kind: 'done' } as JobOutcome | Refusal,
    accepted: 'accepted' as 'accepted' | Refusal,
    stopping: false,
    /** Whether the database is unreachable. */
    away: false,
  };
  const config = {
    testMode,
    worker: { url },
    auth: masterKey ? { masterKey: new Secret(KEY), previousMasterKey: new Secret('the key before') } : {},
  };
  const verifySignature = createSignatureVerifier({ keys: signing, clock });
  const apiKeys = {
    resolve: async (key: string) => {
      if (world.away) throw new DrizzleQueryError('select', [], Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
      return key === PERSONAL_KEY ? ({} as Actor) : undefined;
    },
  };
  const authenticate = createAuthentication({ config, apiKeys, verifySignature });
  const embedder: Embedder = {
    model: 'tiny',
    dimensions: 4,
    embed: async (texts, options) => {
      asked.push({ texts, options });
      if (world.failure) throw world.failure;
      return texts.map((text) => Float32Array.of(0.5, -0.5, 0.5, typeof text === 'string' ? 0.5 : -0.5));
    },
    countTokens: (text) => text.split(' ').length,
    state: () => world.state,
    close: async () => {},
  };
  const handler: JobHandler = {
    accept: ({ job_id: id }) => {
      delivered.push(`accept ${id}`);
      return world.accepted;
    },
    run: async ({ job_id: id }) => {
      delivered.push(`run ${id}`);
      return world.outcome;
    },
    drain: async () => {},
    state: () => ({ running: 1, queued: 2, stopping: world.stopping }),
  };
  const metrics = createMetrics();
  const model = { maxTokens: 512, tokenBudget: 1024, pooling: 'mean' } as const;
  const roles: Role[] = [
    { ...serveJobs(handler, { config, embedder, metrics, verifySignature }), stop: async () => {} },
    createEmbeddingsRole({ authenticate, embedder, model, clock, version: '1.2.3' }),
  ];
  const app = createWorkerApp({ roles, authenticate, metrics, log, ids: randomIds });
  const sign = (path: string, body: string) =>
    signRequest({ key: signing.current, url: url + path, body, clock, ids: randomIds });
  const embeddings = (body: unknown, headers: Record<string, string> = { Authorization: `Bearer ${KEY}` }) =>
    app.request('/v1/embeddings', { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });
  return { app, world, asked, delivered, log, sign, embeddings };
}

let it: ReturnType<typeof setUp>;
beforeEach(() => {
  it = setUp();
});

describe('POST /v1/embeddings', () => {
  test("POST /v1/embeddings: a text gets OpenAI's response", async () => {
    const response = await it.embeddings({ input: 'two words', model: 'tiny', user: 'me' });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: [0.5, -0.5, 0.5, 0.5] }],
      model: 'tiny',
      usage: { prompt_tokens: 2, total_tokens: 2 },
    });
    expect(response.headers.get('X-Request-Id')).toBeTruthy();
  });

  test('POST /v1/embeddings: texts, tokens and lists of tokens are embedded in order', async () => {
    await it.embeddings({ input: ['a b', 'c'] });
    await it.embeddings({ input: [1, 2, 3] });
    const last = await it.embeddings({ input: [[1, 2], [3]] });
    expect(it.asked.map(({ texts }) => texts)).toEqual([['a b', 'c'], [[1, 2, 3]], [[1, 2], [3]]]);
    const body = (await last.json()) as { data: { index: number }[]; usage: unknown };
    expect(body.data.map(({ index }) => index)).toEqual([0, 1]);
    expect(body.usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
  });

  test('POST /v1/embeddings: base64 holds the same numbers, little-endian', async () => {
    const response = await it.embeddings({ input: 'text', encoding_format: 'base64' });
    const { data } = (await response.json()) as { data: { embedding: string }[] };
    const bytes = Buffer.from(data[0]!.embedding, 'base64');
    expect([0, 4, 8, 12].map((at) => bytes.readFloatLE(at))).toEqual([0.5, -0.5, 0.5, 0.5]);
  });

  test('POST /v1/embeddings: dimensions truncates and normalises, more than the model has is 400', async () => {
    const cut = (await (await it.embeddings({ input: 'text', dimensions: 2 })).json()) as { data: { embedding: number[] }[] };
    expect(cut.data[0]!.embedding.map((value) => value.toFixed(4))).toEqual(['0.7071', '-0.7071']);
    const refused = await it.embeddings({ input: 'text', dimensions: 5 });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { param: 'dimensions', type: 'invalid_request_error' } });
  });

  test('POST /v1/embeddings: queries are interactive, documents bulk', async () => {
    await it.embeddings({ input: 'q', input_type: 'query' });
    await it.embeddings({ input: 'd' });
    expect(it.asked.map(({ options: { priority, kind } }) => [priority, kind])).toEqual([
      ['interactive', 'query'],
      ['bulk', 'document'],
    ]);
  });

  test.each([
    ['no JSON', '{', null],
    ['no JSON object', '[]', null],
    ['no input', {}, 'input'],
    ['an empty text', { input: '' }, 'input'],
    ['an empty list', { input: [] }, 'input'],
    ['an empty text among others', { input: ['a', ''] }, 'input'],
    ['texts mixed with tokens', { input: ['a', 1] }, 'input'],
    ['a negative token', { input: [-1] }, 'input'],
    ['half a token', { input: [[1.5]] }, 'input'],
    ['too many texts', { input: Array.from({ length: 2049 }, () => 'a') }, 'input'],
    ['an unknown format', { input: 'a', encoding_format: 'hex' }, 'encoding_format'],
    ['no dimensions', { input: 'a', dimensions: 0 }, 'dimensions'],
    ['an unknown type', { input: 'a', input_type: 'passage' }, 'input_type'],
    ['a user that is no text', { input: 'a', user: 1 }, 'user'],
  ])('POST /v1/embeddings: %s is 400 and names the field', async (_what, body, param) => {
    const response = await it.embeddings(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { message: expect.any(String), type: 'invalid_request_error', param, code: null },
    });
    expect(it.asked).toEqual([]);
  });

  test("POST /v1/embeddings: any JSON gets 200, 400 or 404 in OpenAI's shape", async () => {
    const field = fc.oneof(fc.jsonValue(), fc.string(), fc.array(fc.string()), fc.array(fc.nat()));
    const body = fc.record(
      { input: field, model: field, encoding_format: field, dimensions: field, input_type: field },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(body, fc.jsonValue()), async (given) => {
        const response = await it.embeddings(JSON.stringify(given));
        expect([200, 400, 404]).toContain(response.status);
        expect(await response.json()).toHaveProperty(response.status === 200 ? 'data' : 'error.message');
      }),
    );
  });

  test("POST /v1/embeddings: an unknown model is 404 with OpenAI's code", async () => {
    const response = await it.embeddings({ input: 'a', model: 'text-embedding-3-small' });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'model_not_found', param: 'model' } });
  });

  test('POST /v1/embeddings: a full queue is 429 and a missing model 503, both with Retry-After', async () => {
    it.world.failure = new AppError('rate_limited', 'The embedding queue is full', { retryAfter: 3.2 });
    const full = await it.embeddings({ input: 'a' });
    expect([full.status, full.headers.get('Retry-After')]).toEqual([429, '4']);
    expect(await full.json()).toMatchObject({ error: { code: 'rate_limit_exceeded', type: 'rate_limit_error' } });
    it.world.failure = new AppError('unavailable', 'The embedding model could not be loaded', { retryAfter: 5 });
    const away = await it.embeddings({ input: 'a' });
    expect([away.status, away.headers.get('Retry-After')]).toEqual([503, '5']);
    it.world.failure = new AppError('invalid_input', '9 is no token of tiny');
    expect((await it.embeddings({ input: [9] })).status).toBe(400);
  });

  test('POST /v1/embeddings: an unexpected error is logged and hidden from the client', async () => {
    it.world.failure = new Error('secret path /srv/model.onnx');
    const response = await it.embeddings({ input: 'a' });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(it.log.lines).toMatchObject([{ level: 'error', message: 'request failed', fields: { error: it.world.failure } }]);
  });

  test('POST /v1/embeddings: a body of more than 16 MB is 413', async () => {
    const response = await it.embeddings(JSON.stringify({ input: 'a'.repeat(17 * 1024 * 1024) }));
    expect(response.status).toBe(413);
    expect(await response.json()).toHaveProperty('error.message');
  });
});

describe('worker authentication', () => {
  const input = JSON.stringify({ input: 'a' });

  test.each([
    ['the master key as Bearer', { Authorization: `Bearer ${KEY}` }],
    ['the master key as X-API-Key', { 'X-API-Key': KEY }],
    ['a personal key as Bearer', { Authorization: `Bearer ${PERSONAL_KEY}` }],
    ['a personal key as X-API-Key', { 'X-API-Key': PERSONAL_KEY }],
    ['the key before a rotation', { 'X-API-Key': 'the key before' }],
    ['a right X-API-Key beside a wrong Bearer', { 'X-API-Key': KEY, Authorization: 'Bearer wrong' }],
  ])('worker authentication: %s is accepted', async (_what, headers) => {
    expect((await it.embeddings(input, headers as Record<string, string>)).status).toBe(200);
  });

  test('worker authentication: an unreachable database is 503 for personal keys, the master key still works', async () => {
    it.world.away = true;
    const response = await it.embeddings(input, { Authorization: `Bearer ${PERSONAL_KEY}` });
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5']);
    expect(await response.text()).not.toMatch(/select|ECONNREFUSED/);
    expect((await it.embeddings(input, { Authorization: `Bearer ${KEY}` })).status).toBe(200);
  });

  test.each([
    ['no credential', {}, 401],
    ['a wrong Bearer token', { Authorization: 'Bearer wrong' }, 401],
    ['another scheme', { Authorization: `Basic ${KEY}` }, 401],
    ['a wrong X-API-Key', { 'X-API-Key': 'wrong' }, 403],
    ['an empty X-API-Key', { 'X-API-Key': '' }, 403],
    ['a wrong X-API-Key beside a right Bearer', { 'X-API-Key': 'wrong', Authorization: `Bearer ${KEY}` }, 403],
    ['a malformed signature', { 'Upstash-Signature': 'x.y.z' }, 401],
  ])('worker authentication: %s is refused on every path', async (_what, headers, status) => {
    for (const [path, init] of [
      ['/v1/embeddings', { method: 'POST', body: input, headers }],
      ['/v1/models', { headers }],
      ['/v1/models/tiny', { headers }],
      ['/v1/unknown', { headers }],
      ['/info', { headers }],
    ] as [string, RequestInit][]) {
      const response = await it.app.request(path, init);
      expect(response.status, path).toBe(status);
      const body = (await response.json()) as { error: { code: string }; detail: string };
      expect(body.error.code).toBe('invalid_api_key');
      if (status === 403) expect(body.detail).toBe('Could not validate credentials');
      if (status === 401) expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
    }
    expect(it.asked).toEqual([]);
  });

  test("worker authentication: the API's signature is accepted for the body it was made for only", async () => {
    const headers = async () => ({ 'Upstash-Signature': await it.sign('/v1/embeddings', input) });
    expect((await it.embeddings(input, await headers())).status).toBe(200);
    expect((await it.embeddings(JSON.stringify({ input: 'b' }), await headers())).status).toBe(401);
  });

  test('worker authentication: without a master key every key is wrong, and test mode accepts every request', async () => {
    it = setUp({ masterKey: false });
    expect((await it.embeddings(input, { 'X-API-Key': 'undefined' })).status).toBe(403);
    it = setUp({ testMode: true, masterKey: false });
    expect((await it.embeddings(input, {})).status).toBe(200);
  });
});

describe('POST /jobs', () => {
  const JOB = '01900000-0000-7000-8000-000000000001';
  const message = JSON.stringify({ job_id: JOB });
  const deliver = async (body = message, headers: Record<string, string> = {}, signature?: string) =>
    it.app.request('/jobs', {
      method: 'POST',
      body,
      headers: { 'Upstash-Signature': signature ?? (await it.sign('/jobs', body)), ...headers },
    });

  test('POST /jobs: with Prefer: respond-async an accepted job is 202 at once', async () => {
    expect((await deliver(message, { Prefer: 'respond-async' })).status).toBe(202);
    expect(it.delivered).toEqual([`accept ${JOB}`]);
  });

  test.each([
    [{ kind: 'done' }, 200, null],
    [{ kind: 'skipped' }, 200, null],
    [{ kind: 'retry', afterSeconds: 3.5 }, 503, '4'],
    [{ kind: 'released' }, 503, '1'],
    ['full', 429, '1'],
    ['stopping', 503, '2'],
  ] as [
    JobOutcome | Refusal,
    number,
    string | null,
  ][])('POST /jobs: without Prefer the status tells the outcome %j', async (outcome, status, retryAfter) => {
    it.world.outcome = outcome;
    const response = await deliver();
    expect([response.status, response.headers.get('Retry-After')]).toEqual([status, retryAfter]);
    expect(it.delivered).toEqual([`run ${JOB}`]);
  });

  test('POST /jobs: a dead job is 489, which QStash does not retry', async () => {
    it.world.outcome = { kind: 'dead', message: 'The page is gone' };
    const response = await deliver();
    expect([response.status, response.headers.get('Upstash-NonRetryable-Error')]).toEqual([489, 'true']);
    expect(await response.json()).toMatchObject({ message: 'The page is gone' });
  });

  test('POST /jobs: a full worker refuses async deliveries with 429, a stopping one with 503', async () => {
    it.world.accepted = 'full';
    expect((await deliver(message, { Prefer: 'respond-async' })).status).toBe(429);
    it.world.accepted = 'stopping';
    expect((await deliver(message, { Prefer: 'respond-async' })).status).toBe(503);
  });

  test('POST /jobs: a signed message that names no job is 489, so it is not repeated', async () => {
    for (const body of ['', '{}', '{"job_id":"x"}', 'null']) {
      expect((await deliver(body)).status).toBe(489);
    }
    expect(it.delivered).toEqual([]);
  });

  test('POST /jobs: unsigned, signed for another path, altered or replayed is 401, too large 413', async () => {
    expect((await it.app.request('/jobs', { method: 'POST', body: message })).status).toBe(401);
    expect((await deliver(message, { Authorization: `Bearer ${KEY}` }, '')).status).toBe(401);
    expect((await deliver(message, {}, await it.sign('/v1/embeddings', message))).status).toBe(401);
    expect((await deliver(`${message} `, {}, await it.sign('/jobs', message))).status).toBe(401);
    const once = await it.sign('/jobs', message);
    expect((await deliver(message, {}, once)).status).toBe(200);
    expect((await deliver(message, {}, once)).status).toBe(401);
    expect((await deliver('x'.repeat(70_000))).status).toBe(413);
    expect(it.delivered).toHaveLength(1);
  });
});

describe('GET /health and model information', () => {
  test.each([
    ['ready', {}, false, 200, 'ok'],
    ['loading', {}, false, 503, 'loading'],
    ['failed', { message: 'The embedding model could not be loaded: no such file' }, false, 503, 'failed'],
    ['ready', {}, true, 503, 'stopping'],
  ] as const)('GET /health: with the model %s %j and stopping %j it is %i %s', async (status, more, stopping, code, said) => {
    it.world.state = { ...it.world.state, status, ...more };
    it.world.stopping = stopping;
    const response = await it.app.request('/health');
    expect(response.status).toBe(code);
    expect(await response.json()).toEqual({
      status: said,
      model: { status, model: 'tiny', dimensions: 4, crashes: 0, waiting: { interactive: 0, bulk: 0 }, ...more },
      jobs: { running: 1, queued: 2 },
    });
  });

  test('GET /v1/models and /info: they describe the model', async () => {
    const get = async (path: string) => (await it.app.request(path, { headers: { 'X-API-Key': KEY } })).json();
    const card = { id: 'tiny', object: 'model', created: expect.any(Number), owned_by: 'pharos' };
    expect(await get('/v1/models')).toEqual({ object: 'list', data: [card] });
    expect(await get('/v1/models/tiny')).toEqual(card);
    expect(await get('/v1/models/other/one')).toMatchObject({ error: { code: 'model_not_found' } });
    expect(await get('/info')).toMatchObject({
      model_id: 'tiny',
      max_input_length: 512,
      max_batch_tokens: 1024,
      version: '1.2.3',
    });
  });

  test('worker app: an unknown path is 404 in the error shape of its protocol', async () => {
    const plain = await it.app.request('/nothing');
    expect([plain.status, plain.headers.get('Content-Type')]).toEqual([404, 'application/problem+json']);
    const openAI = await it.app.request('/v1/nothing', { headers: { 'X-API-Key': KEY } });
    expect(openAI.status).toBe(404);
    expect(await openAI.json()).toHaveProperty('error.message');
  });
});

describe('GET /metrics', () => {
  test('GET /metrics: Prometheus text with a credential, 401 without', async () => {
    const response = await it.app.request('/metrics', { headers: { Authorization: `Bearer ${KEY}` } });
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('pharos_worker_jobs{state="queued"} 2');
    expect((await it.app.request('/metrics')).status).toBe(401);
  });
});
