import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Secret } from '../../../src/kernel/core/secret.ts';
import { createQueryEmbedder } from '../../../src/kernel/worker-client/query-embedder.ts';
import { createSignatureVerifier } from '../../../src/kernel/worker-client/signatures.ts';
import { manualClock, randomIds } from '../../support/fakes/doubles.ts';

const keys = { current: new Secret('a key of at least thirty-two characters') };
const config = { worker: { url: 'http://worker.test:8001', signingKeys: keys } };

const base64 = (numbers: Float32Array) => Buffer.from(numbers.buffer).toString('base64');
const answer = (vector: Float32Array, model = 'm') => Response.json({ model, data: [{ embedding: base64(vector) }] });

function setUp(respond: (body: { input: string }, init: RequestInit) => Response | Promise<Response>) {
  const clock = manualClock();
  const requests: { url: string; init: RequestInit }[] = [];
  const fetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    requests.push({ url: String(url), init });
    return respond(JSON.parse(String(init.body)), init);
  };
  return { clock, requests, embedder: createQueryEmbedder({ config, fetch, clock, ids: randomIds }) };
}

test('query embedder: a query is POSTed in the OpenAI format with a signature that the worker accepts', async () => {
  const { clock, requests, embedder } = setUp(() => answer(Float32Array.of(0.6, -0.8)));
  expect(await embedder.embed('glaciers')).toEqual({ model: 'm', vector: Float32Array.of(0.6, -0.8) });
  const [{ url, init }] = requests as [(typeof requests)[0]];
  expect(url).toBe('http://worker.test:8001/v1/embeddings');
  expect(JSON.parse(String(init.body))).toEqual({ input: 'glaciers', input_type: 'query', encoding_format: 'base64' });
  const signature = new Headers(init.headers).get('Upstash-Signature');
  await createSignatureVerifier({ keys, clock })({ signature, body: new TextEncoder().encode(String(init.body)), url });
});

test('query embedder: any float32 vector round-trips', async () => {
  await fc.assert(
    fc.asyncProperty(fc.float32Array({ minLength: 1, maxLength: 400 }), async (vector) => {
      const { embedder } = setUp(() => answer(vector));
      expect((await embedder.embed('text')).vector).toEqual(vector);
    }),
  );
});

test('query embedder: a repeated query is served from the cache for a minute, and callers cannot change the cached vector', async () => {
  const { clock, requests, embedder } = setUp(() => answer(Float32Array.of(1)));
  (await embedder.embed('one')).vector.fill(7);
  expect((await embedder.embed('one')).vector).toEqual(Float32Array.of(1));
  expect(requests).toHaveLength(1);
  await embedder.embed('two');
  expect(requests).toHaveLength(2);
  clock.advance(60_000);
  await embedder.embed('one');
  expect(requests).toHaveLength(3);
});

test('query embedder: once the worker responds with another model, vectors of the model before are not used any more', async () => {
  let model = 'before';
  const { requests, embedder } = setUp(() => answer(Float32Array.of(1), model));
  for (const text of ['one', 'two', 'one']) expect((await embedder.embed(text)).model).toBe('before');
  expect(requests).toHaveLength(2);
  model = 'after';
  expect((await embedder.embed('one')).model).toBe('before');
  expect((await embedder.embed('three')).model).toBe('after');
  for (const text of ['one', 'one', 'two']) expect((await embedder.embed(text)).model).toBe('after');
  expect(requests).toHaveLength(5);
});

test('query embedder: the cache holds 500 queries and drops the least recently used first', async () => {
  const { requests, embedder } = setUp(() => answer(Float32Array.of(1)));
  for (let query = 0; query < 500; query++) await embedder.embed(`query ${query}`);
  await embedder.embed('query 0');
  await embedder.embed('one more');
  expect(requests).toHaveLength(501);
  await embedder.embed('query 0');
  expect(requests).toHaveLength(501);
  await embedder.embed('query 1');
  expect(requests).toHaveLength(502);
});

test.each([
  ['status 503', () => new Response('no', { status: 503 })],
  ['status 500 without a body', () => new Response(null, { status: 500 })],
  ['invalid JSON', () => new Response('<html>')],
  ['another JSON shape', () => Response.json({ data: [] })],
  ['an incomplete float32', () => Response.json({ model: 'm', data: [{ embedding: btoa('abc') }] })],
  ['an empty vector', () => Response.json({ model: 'm', data: [{ embedding: '' }] })],
  ['nothing because the connection is refused', () => Promise.reject(new TypeError('fetch failed'))],
])('query embedder: a worker that returns %s makes semantic search unavailable, and the next query asks it again', async (_what, respond) => {
  let works = false;
  const { embedder } = setUp(() => (works ? answer(Float32Array.of(1)) : respond()));
  await expect(embedder.embed('text')).rejects.toMatchObject({
    code: 'unavailable',
    detail: 'Semantic search is not available right now',
    cause: expect.any(Error),
  });
  works = true;
  expect((await embedder.embed('text')).vector).toEqual(Float32Array.of(1));
});

test('query embedder: a request to a hanging worker is aborted after 2 s', async () => {
  const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort(new DOMException('late', 'TimeoutError')));
  try {
    const { embedder } = setUp((_body, init) => Promise.reject(init.signal?.reason));
    await expect(embedder.embed('text')).rejects.toMatchObject({ code: 'unavailable', cause: { name: 'TimeoutError' } });
    expect(timeout).toHaveBeenCalledWith(2000);
  } finally {
    timeout.mockRestore();
  }
});

test('query embedder: a cancelled caller gets its own abort reason, before and during the request', async () => {
  const gone = new Error('client gone');
  const { requests, embedder } = setUp((_body, init) => {
    controller.abort(gone);
    return Promise.reject(init.signal?.reason);
  });
  await expect(embedder.embed('text', AbortSignal.abort(gone))).rejects.toBe(gone);
  expect(requests).toHaveLength(0);
  const controller = new AbortController();
  await expect(embedder.embed('text', controller.signal)).rejects.toBe(gone);
});

test('query embedder: a cached query lives for a minute, whichever way the wall clock is set in between', async () => {
  for (const hours of [-5, 5]) {
    const { clock, requests, embedder } = setUp(() => answer(Float32Array.of(1)));
    await embedder.embed('one');
    clock.step(hours * 3_600_000);
    clock.advance(60_000 - 1);
    await embedder.embed('one');
    expect(requests, `set by ${hours} h`).toHaveLength(1);
    clock.advance(1);
    await embedder.embed('one');
    expect(requests, `set by ${hours} h`).toHaveLength(2);
  }
});
