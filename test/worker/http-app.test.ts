import { DrizzleQueryError } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMetrics } from '../../src/adapters/metrics.ts';
import { AppError } from '../../src/kernel/core/errors.ts';
import { Secret } from '../../src/kernel/core/secret.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import type { Decision } from '../../src/kernel/model/sliding-window.ts';
import type { LimitedUser } from '../../src/kernel/rate-limits/user-limits.ts';
import { createSignatureVerifier, signRequest } from '../../src/kernel/worker-client/signatures.ts';
import type { Embedder, EmbedderState, EmbedInput, EmbedOptions } from '../../worker-node/embedder/embedder.ts';
import { createWorkerApp } from '../../worker-node/http/app.ts';
import { createAuthentication } from '../../worker-node/http/authenticate.ts';
import { createRequestLimits } from '../../worker-node/http/limit-requests.ts';
import type { JobHandler, JobOutcome, Refusal } from '../../worker-node/pipeline/job-handler.ts';
import { createEmbeddingsRole } from '../../worker-node/roles/embeddings.ts';
import { serveJobs } from '../../worker-node/roles/jobs.ts';
import type { Role } from '../../worker-node/roles/role.ts';
import { manualClock, memoryLog, randomIds } from '../support/fakes/doubles.ts';
import { oneModel, tinyDescription } from '../support/fakes/models.ts';

const PERSONAL_KEY = 'pharos_a-personal-key-of-the-tests';
const READING_KEY = 'pharos_a-key-that-may-only-read-and-write';
const ADMIN_KEY = 'pharos_a-key-of-an-admin';
const KEY = 'sk-master-key-of-the-tests-000000000';
const signing = { current: new Secret('a signing key of more than thirty-two bytes') };
const url = 'http://worker.test:8001';

function setUp({ testMode = false, masterKey = true } = {}) {
  const clock = manualClock();
  const log = memoryLog();
  const asked: { texts: readonly EmbedInput[]; options: EmbedOptions }[] = [];
  const tokenised: (readonly EmbedInput[])[] = [];
  const delivered: string[] = [];
  const ready: EmbedderState = {
    status: 'ready',
    model: 'tiny',
    dimensions: 4,
    crashes: 0,
    pid: 7,
    waiting: { interactive: 0, bulk: 0, background: 0 },
  };
  const world = {
    state: ready,
    failure: undefined as unknown,
    outcome: { kind: 'done' } as JobOutcome | Refusal,
    accepted: 'accepted' as 'accepted' | Refusal,
    stopping: false,
    /** The decision about a user's next request; undefined: no limits. */
    decision: undefined as Decision | undefined,
    /** The decision about the next request whose credentials are refused. */
    addressDecision: undefined as Decision | undefined,
    /** Whether the database is unreachable. */
    away: false,
  };
  const config = {
    testMode,
    trustedProxyHops: 1,
    worker: { url },
    auth: masterKey ? { masterKey: new Secret(KEY), previousMasterKey: new Secret('the key before') } : {},
  };
  const verifySignature = createSignatureVerifier({ keys: signing, clock });
  const counted: LimitedUser[] = [];
  const countRequest = async ({ userId, tier }: LimitedUser) => {
    counted.push({ userId, tier });
    return world.decision;
  };
  const limitRequests = createRequestLimits({ countRequest, clock });
  const countedAddresses: (string | null)[] = [];
  const countAddress = async (address: string | null) => {
    countedAddresses.push(address);
    return world.addressDecision;
  };
  const apiKeys = {
    resolve: async (key: string) => {
      if (world.away) throw new DrizzleQueryError('select', [], Object.assign(new Error('away'), { code: 'ECONNREFUSED' }));
      const scopes: Record<string, Actor['scopes']> = {
        [PERSONAL_KEY]: ['search'],
        [READING_KEY]: ['resources:read', 'resources:write'],
        [ADMIN_KEY]: ['search', 'admin'],
      };
      return scopes[key] && ({ userId: 'ada', tier: 'free', scopes: scopes[key] } as Actor);
    },
  };
  const authenticate = createAuthentication({ config, apiKeys, verifySignature });
  const embedder: Embedder = {
    model: 'tiny',
    description: tinyDescription,
    dimensions: 4,
    embed: async (texts, options) => {
      asked.push({ texts, options });
      if (world.failure) throw world.failure;
      return texts.map((ids) => (ids.length === 0 ? new Float32Array(4) : Float32Array.of(0.5, -0.5, 0.5, 0.5)));
    },
    // A word is a token, "?" is none, and the model reads eight.
    tokenise: async (inputs) => {
      tokenised.push(inputs);
      return inputs.map((input) => {
        const all = typeof input === 'string' ? input.split(' ').filter((word) => word !== '?') : input;
        return { rows: [Int32Array.from({ length: Math.min(8, all.length) })], truncated: all.length > 8 };
      });
    },
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
  const models = oneModel(embedder);
  const roles: Role[] = [
    { ...serveJobs(handler, { config, models, metrics, verifySignature }), stop: async () => {} },
    createEmbeddingsRole({ authenticate, limitRequests, models, clock, version: '1.2.3' }),
  ];
  const app = createWorkerApp({ roles, authenticate, countAddress, config, metrics, log, clock, ids: randomIds });
  const sign = (path: string, body: string, onBehalfOf?: string) =>
    signRequest({ key: signing.current, url: url + path, body, onBehalfOf, clock, ids: randomIds });
  const embeddings = (body: unknown, headers: Record<string, string> = { Authorization: `Bearer ${KEY}` }) =>
    app.request('/v1/embeddings', { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });
  const embed = (body: unknown, headers: Record<string, string> = { Authorization: `Bearer ${KEY}` }) =>
    app.request('/embed', { method: 'POST', body: JSON.stringify(body), headers });
  return { app, world, counted, countedAddresses, clock, asked, tokenised, delivered, log, sign, embeddings, embed };
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
    expect(it.tokenised).toEqual([['a b', 'c'], [[1, 2, 3]], [[1, 2], [3]]]);
    expect(it.asked.map(({ texts }) => texts.map(({ length }) => length))).toEqual([[2, 1], [3], [2, 1]]);
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

  test("POST /v1/embeddings: only the API's own signed questions are interactive; input_type selects the prefix alone", async () => {
    const question = JSON.stringify({ input: 'q', input_type: 'query' });
    await it.embeddings(question, { 'X-API-Key': PERSONAL_KEY });
    await it.embeddings(question, { 'X-API-Key': KEY });
    await it.embeddings(question, { 'Upstash-Signature': await it.sign('/v1/embeddings', question, 'ada') });
    await it.embeddings(question, { 'Upstash-Signature': await it.sign('/v1/embeddings', question) });
    const document = JSON.stringify({ input: 'd' });
    await it.embeddings(document, { 'Upstash-Signature': await it.sign('/v1/embeddings', document) });
    expect(it.asked.map(({ options: { priority, kind } }) => [priority, kind])).toEqual([
      ['bulk', 'query'],
      ['bulk', 'query'],
      ['bulk', 'query'],
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
    ['truncation that is no boolean', { input: 'a', truncate: 'END' }, 'truncate'],
    ['an unknown argument', { input: 'a', normalize: false }, 'normalize'],
  ])('POST /v1/embeddings: %s is 400 and names the field', async (_what, body, param) => {
    const response = await it.embeddings(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { message: expect.any(String), type: 'invalid_request_error', param, code: null },
    });
    expect(it.asked).toEqual([]);
  });

  test('POST /v1/embeddings: a text without a known word is 400 and named, and never a vector of zeros', async () => {
    const response = await it.embeddings({ input: ['a', '?', 'b'] });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { param: 'input', code: 'no_known_token', message: expect.stringMatching(/^input\.1: /) },
    });
  });

  test('POST /v1/embeddings: a long text is cut and its read tokens are counted, with truncate:false it is 400', async () => {
    const long = 'w '.repeat(20).trim();
    const cut = (await (await it.embeddings({ input: ['a', long] })).json()) as { usage: { prompt_tokens: number } };
    expect(cut.usage.prompt_tokens).toBe(9);
    const before = it.asked.length;
    for (const input of [
      ['a', long],
      [[1], Array.from({ length: 9 }, () => 1)],
    ]) {
      const refused = await it.embeddings({ input, truncate: false });
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({
        error: { param: 'input', code: 'context_length_exceeded', message: expect.stringMatching(/^input\.1: .*\b8 tokens/) },
      });
    }
    expect(it.asked).toHaveLength(before);
    expect((await it.embeddings({ input: 'short', truncate: false })).status).toBe(200);
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

describe('POST /embed', () => {
  const long = 'w '.repeat(9).trim();

  test('POST /embed: truncate:false refuses a text that is too long with 413, true and null cut it', async () => {
    const refused = await it.embed({ inputs: ['a', long], truncate: false });
    expect(refused.status).toBe(413);
    expect(await refused.json()).toEqual({
      error: 'inputs.1: has more than the 8 tokens that this model reads',
      error_type: 'Validation',
    });
    for (const truncate of [true, null, undefined]) expect((await it.embed({ inputs: long, truncate })).status).toBe(200);
    expect((await it.embed({ inputs: 'w', truncate: false })).status).toBe(200);
  });

  test('POST /embed: dimensions truncates and normalises, more than the model has is 422', async () => {
    const [vector] = (await (await it.embed({ inputs: 'text', dimensions: 2 })).json()) as number[][];
    expect(vector?.map((value) => value.toFixed(4))).toEqual(['0.7071', '-0.7071']);
    const refused = await it.embed({ inputs: 'text', dimensions: 5 });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ error: expect.stringMatching(/^dimensions: /), error_type: 'Validation' });
  });

  test('POST /embed: prompt_name selects the prefix, and a text without a known word is 422 and named', async () => {
    for (const prompt_name of ['query', 'passage', undefined]) await it.embed({ inputs: 'a', prompt_name });
    expect(it.asked.map(({ options: { kind } }) => kind)).toEqual(['query', 'document', 'document']);
    const refused = await it.embed({ inputs: ['a', '?'] });
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({ error: expect.stringMatching(/^inputs\.1: /) });
  });

  test.each([
    ['inputs', {}],
    ['normalize', { inputs: 'a', normalize: false }],
    ['truncation_direction', { inputs: 'a', truncation_direction: 'left' }],
    ['prompt_name', { inputs: 'a', prompt_name: 'clustering' }],
    ['dimensions', { inputs: 'a', dimensions: 0 }],
    ['encoding_format', { inputs: 'a', encoding_format: 'base64' }],
  ])('POST /embed: a %s that would not be honoured is 422 and named', async (field, body) => {
    const response = await it.embed(body);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ error: expect.stringContaining(`${field}: `), error_type: 'Validation' });
    expect(it.asked).toEqual([]);
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

describe('worker limits', () => {
  const paths = [
    ['/v1/embeddings', { method: 'POST', body: '{"input":"a"}' }],
    ['/v1/models', {}],
    ['/v1/models/tiny', {}],
    ['/v1/unknown', {}],
    ['/embed', { method: 'POST', body: '{"inputs":"a"}' }],
    ['/info', {}],
  ] as [string, RequestInit][];
  const ask = ([path, init]: [string, RequestInit], headers: Record<string, string>) =>
    it.app.request(path, { ...init, headers });

  test('worker limits: without the scope search every path is 403, uncounted', async () => {
    for (const path of paths) {
      const response = await ask(path, { 'X-API-Key': READING_KEY });
      expect(response.status, path[0]).toBe(403);
      expect(await response.json()).toMatchObject({
        error: { code: 'insufficient_scope' },
        detail: 'This operation needs the scope search',
      });
    }
    expect([it.asked, it.counted]).toEqual([[], []]);
  });

  test("worker limits: every user's request counts, and its response says what remains", async () => {
    const policy = { name: 'minute', windowMs: 60_000, limit: 100 };
    it.world.decision = {
      admitted: true,
      retryAfterMs: 0,
      states: [{ policy, remaining: 41, resetAt: it.clock.now() + 30_000 }],
    };
    for (const path of paths) {
      const response = await ask(path, { 'X-API-Key': PERSONAL_KEY });
      expect(response.headers.get('X-RateLimit-Remaining'), path[0]).toBe('41');
      expect(response.headers.get('RateLimit'), path[0]).toBe('"minute";r=41;t=30');
    }
    expect(it.counted).toEqual(paths.map(() => ({ userId: 'ada', tier: 'free' })));
  });

  test("worker limits: a request over the limit is 429 in OpenAI's shape and embeds nothing", async () => {
    const policy = { name: 'minute', windowMs: 60_000, limit: 100 };
    it.world.decision = { admitted: false, retryAfterMs: 2_100, states: [{ policy, remaining: 0, resetAt: 0 }] };
    for (const path of paths) {
      const response = await ask(path, { 'X-API-Key': PERSONAL_KEY });
      expect([response.status, response.headers.get('Retry-After')], path[0]).toEqual([429, '3']);
      expect(await response.json()).toMatchObject({ error: { type: 'rate_limit_error', code: 'rate_limit_exceeded' } });
    }
    expect(it.asked).toEqual([]);
  });

  test("worker limits: the API's own questions and those that it passes on are not counted again", async () => {
    const body = '{"input":"a"}';
    for (const user of [undefined, 'ada']) {
      const headers = { 'Upstash-Signature': await it.sign('/v1/embeddings', body, user) };
      expect((await it.embeddings(body, headers)).status).toBe(200);
    }
    expect(it.counted).toEqual([]);
  });
});

describe('worker refusals', () => {
  const from = { 'X-Forwarded-For': '198.51.100.7, 192.0.2.1' };
  const requests: [string, RequestInit][] = [
    ['/v1/embeddings', { method: 'POST', body: '{"input":"a"}', headers: { ...from, 'X-API-Key': 'wrong' } }],
    ['/v1/models', { headers: { ...from, Authorization: 'Bearer wrong' } }],
    ['/embed', { method: 'POST', body: '{"inputs":"a"}', headers: { ...from, 'Upstash-Signature': 'x.y.z' } }],
    ['/info', { headers: from }],
    ['/metrics', { headers: { ...from, 'X-API-Key': 'wrong' } }],
    ['/jobs', { method: 'POST', body: '{}', headers: from }],
  ];

  test("worker refusals: refused credentials count against the client's address on every path, valid ones do not", async () => {
    for (const [path, init] of requests) expect([401, 403], path).toContain((await it.app.request(path, init)).status);
    expect(it.countedAddresses).toEqual(requests.map(() => '192.0.2.1'));
    await it.app.request('/info', { headers: { ...from, 'X-API-Key': PERSONAL_KEY } });
    await it.app.request('/info', { headers: { ...from, 'X-API-Key': READING_KEY } });
    await it.app.request('/none', { headers: from });
    expect(it.countedAddresses).toHaveLength(requests.length);
  });

  test('worker refusals: an address with too many gets 429 with Retry-After in the shape of the path', async () => {
    const policy = { name: 'minute', windowMs: 60_000, limit: 20 };
    it.world.addressDecision = { admitted: false, retryAfterMs: 2_100, states: [{ policy, remaining: 0, resetAt: 0 }] };
    for (const [path, init] of requests) {
      const response = await it.app.request(path, init);
      const headers = ['Retry-After', 'X-RateLimit-Remaining'].map((name) => response.headers.get(name));
      expect([response.status, ...headers], path).toEqual([429, '3', '0']);
      expect(await response.json(), path).toMatchObject(
        path === '/jobs' ? { type: 'urn:pharos:error:rate_limited' } : { error: { code: 'rate_limit_exceeded' } },
      );
    }
  });
});

describe('a slow body at the worker', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  test.each([
    ['/v1/embeddings', { 'X-API-Key': PERSONAL_KEY }],
    ['/v1/embeddings', { 'Upstash-Signature': 'x.y.z' }],
    ['/embed', { 'X-API-Key': PERSONAL_KEY }],
    ['/jobs', {}],
  ] as [string, Record<string, string>][])('POST %s with %j: without bytes for 20 seconds it is 408', async (path, headers) => {
    const body = new ReadableStream<Uint8Array>();
    const pending = it.app.request(path, { method: 'POST', headers, body, duplex: 'half' } as RequestInit);
    await expect.poll(() => vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(20_000);
    const response = await pending;
    expect(response.status).toBe(408);
    const { detail } = (await response.json()) as { detail: string };
    expect(detail).toMatch(/arrives too slowly/);
    expect(it.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('POST /v1/embeddings: bodies under signatures that are not verified yet leave memory for users with keys', async () => {
    const MB = 1024 * 1024;
    const open: { end: () => void; response: Promise<Response> }[] = [];
    /** Sends some megabytes, and resolves once they are read. */
    async function park(headers: Record<string, string>, megabytes: number) {
      const read = Promise.withResolvers<void>();
      const end = Promise.withResolvers<void>();
      let sent = 0;
      const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
        if (sent++ < megabytes) return controller.enqueue(new Uint8Array(MB).fill(0x20));
        read.resolve();
        await end.promise;
        controller.close();
      };
      const body = new ReadableStream({ pull }, { highWaterMark: 0 });
      const response = Promise.resolve(
        it.app.request('/v1/embeddings', { method: 'POST', headers, body, duplex: 'half' } as RequestInit),
      );
      open.push({ end: () => end.resolve(), response });
      return Promise.race([read.promise.then(() => 'read'), response.then(({ status }) => status)]);
    }
    const stranger = { 'Upstash-Signature': 'x.y.z', 'X-Forwarded-For': '192.0.2.1' };
    expect(await park(stranger, 16)).toBe('read');
    expect(await park(stranger, 15)).toBe('read');
    expect(await park(stranger, 2)).toBe(503);
    expect(await park({ ...stranger, 'X-Forwarded-For': '192.0.2.2' }, 15)).toBe('read');
    expect(await park({ 'X-API-Key': PERSONAL_KEY }, 16)).toBe('read');
    for (const { end } of open) end();
    await Promise.all(open.map(({ response }) => response));
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
    const whole = { status, dimensions: 4, crashes: 0, waiting: { interactive: 0, bulk: 0, background: 0 }, ...more };
    expect(await response.json()).toEqual({
      status: said,
      model: { model: 'tiny', ...whole },
      models: [{ id: 'tiny', state: 'active', ...whole, processes: { documents: { status, crashes: 0 } } }],
      missing_models: [],
      model_problems: {},
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
  test('GET /metrics: Prometheus text for an admin, 403 for other keys, 401 without', async () => {
    const response = await it.app.request('/metrics', { headers: { Authorization: `Bearer ${KEY}` } });
    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(await response.text()).toContain('pharos_worker_jobs{state="queued"} 2');
    expect((await it.app.request('/metrics')).status).toBe(401);
    const statusFor = async (key: string) => (await it.app.request('/metrics', { headers: { 'X-API-Key': key } })).status;
    expect([await statusFor(ADMIN_KEY), await statusFor(PERSONAL_KEY)]).toEqual([200, 403]);
  });
});
