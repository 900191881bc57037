import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Actor } from '../../src/kernel/model/actor.ts';
import type { SearchAnswer } from '../../src/kernel/search/search-request.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
let ada: Actor;
let app: ReturnType<TestLibrary['appOf']>;
let ice: string;
beforeAll(async () => {
  library = await createTestLibrary();
  ada = await library.person('ada');
  app = library.appOf(ada);
  ice = await library.addDocument(ada, {
    passages: ['The glacier calves into the sea'],
    fields: { title: 'Glaciers', tags: ['x'], category: 'science.earth', language: 'en', contentType: 'text/html' },
  });
  await library.addDocument(await library.person('bob'), { passages: ['A glacier of another library'] });
});
afterAll(() => library.close());
beforeEach(() => {
  library.search.away = false;
});

const search = async (parameters: Record<string, string>) => app.request(`/search?${new URLSearchParams(parameters)}`);

test('GET /search: a hit has snake_case fields and no nulls', async () => {
  const response = await search({ q: 'glacier' });
  expect(response.status).toBe(200);
  const result = (await response.json()) as SearchAnswer;
  const chunk = { id: result.hits[0]?.chunk.id, position: 0, heading_path: [], char_start: 0, char_end: 31 };
  const text = 'The glacier calves into the sea';
  expect(result).toEqual({
    ...{ query: 'glacier', mode: 'hybrid', took_ms: result.took_ms, timing: result.timing, total: 1, facets: result.facets },
    hits: [
      {
        ...{ resource_id: ice, title: 'Glaciers', title_highlights: [[0, 8]], score: result.hits[0]?.score, keyword_rank: 1 },
        ...{ type: 'text/html', category: 'science.earth', language: 'en', tags: ['x'] },
        created_at: '2026-01-01T00:00:00.000Z',
        why: { words: ['glacier'], meaning: 0 },
        passages: [{ text, highlights: [[4, 11]], chunk }],
        ...{ passage: text, chunk },
      },
    ],
  });
});

test('POST /search: the same fields as JSON, with lists, flags and numbers of their own types', async () => {
  const ask = (body: unknown) =>
    app.request('/search', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const response = await ask({ q: `glacier ${'x '.repeat(1_900)}`, tag: ['x', 'y'], limit: 3, prefix: false, min_quality: 0 });
  expect(response.status).toBe(200);
  expect(library.search.requests.at(-1)).toMatchObject({ limit: 3, filters: { tag: ['x', 'y'], minQuality: 0 } });
  for (const [body, path] of [
    [{ q: 'x', limit: '3' }, 'limit'],
    [{ q: 'x', prefix: 'true' }, 'prefix'],
    [{ q: 'x', tags: ['x'] }, 'tags'],
    [{ q: 'x', metadata: { a: { b: 1 } } }, 'metadata.a'],
    [{}, 'q'],
    [[], 'json'],
  ] as const) {
    const refused = await ask(body);
    expect([refused.status, await refused.json()]).toMatchObject([422, { errors: [{ path }] }]);
  }
});

test('GET /search: several values of a filter and own metadata reach the worker', async () => {
  expect((await app.request('/search?q=x&tag=a&tag=b&metadata.by=Ann&metadata.by=Bob&type=pdf')).status).toBe(200);
  expect(library.search.requests.at(-1)?.filters).toEqual({
    ...{ tag: ['a', 'b'], type: expect.arrayContaining(['application/pdf']), metadata: { by: ['Ann', 'Bob'] } },
  });
});

test('GET /search: a question in place of another one is 422', async () => {
  expect((await search({ similar_to: ice })).status).toBe(200);
  const both = await search({ similar_to: ice, q: 'x' });
  expect(both.status).toBe(422);
  expect((await both.json()) as unknown).toMatchObject({
    errors: [{ path: 'q', message: 'stands in place of `similar_to`: give one of them' }],
  });
});

test('GET /search: a day that is none is told what a date looks like', async () => {
  const day = await search({ q: 'ice', after: 'yesterday' });
  expect(day.status).toBe(422);
  expect((await day.json()) as unknown).toMatchObject({
    errors: [{ path: 'after', message: 'must be a date as 2026-01-31, or a time with its zone as 2026-01-31T09:30:00Z' }],
  });
});

test('GET /search/suggest: answers titles and words', async () => {
  const response = await app.request('/search/suggest?q=glac');
  expect([response.status, await response.json()]).toEqual([200, { titles: [], words: ['glacier'] }]);
  expect((await app.request('/search/suggest?q=%20')).status).toBe(422);
  expect((await app.request(`/search/suggest?q=${'x'.repeat(201)}`)).status).toBe(422);
});

test('GET /search: a response without the worker says degraded', async () => {
  library.search.away = true;
  expect(await (await search({ q: 'glacier' })).json()).toMatchObject({
    degraded: true,
    hits: [
      {
        ...{ resource_id: ice, title_highlights: [[0, 8]], created_at: '2026-01-01T00:00:00.000Z' },
        ...{ type: 'text/html', category: 'science.earth', language: 'en', tags: ['x'] },
      },
    ],
  });
});

test('GET /search: applies its filters', async () => {
  for (const [filter, found] of [
    [{ tag: 'x' }, 1],
    [{ tag: 'y' }, 0],
    [{ category: 'none' }, 0],
    [{ language: 'de' }, 0],
    [{ min_quality: '0.1' }, 0],
  ] as const) {
    const { hits } = (await (await search({ q: 'glacier', ...filter })).json()) as { hits: unknown[] };
    expect(hits).toHaveLength(found);
  }
});

test.each<[Record<string, string>, string]>([
  [{}, 'q'],
  [{ q: '' }, 'q'],
  [{ q: '   ' }, 'q'],
  [{ q: 'x'.repeat(4_001) }, 'q'],
  [{ q: 'x', content_type: 'pdf' }, 'content_type'],
  [{ q: 'x', type: 'nothing known' }, 'type'],
  [{ q: 'x', after: 'yesterday' }, 'after'],
  [{ q: 'x', sort: 'size' }, 'sort'],
  [{ q: 'x', prefix: 'yes' }, 'prefix'],
  [{ q: 'x', facets: 'true' }, 'facets'],
  [{ q: 'x', mode: 'magic' }, 'mode'],
  [{ q: 'x', limit: '0' }, 'limit'],
  [{ q: 'x', cursor: 'zzz' }, 'cursor'],
  [{ q: 'x', min_quality: 'NaN' }, 'min_quality'],
])('GET /search: %j is 422, naming the parameter', async (parameters, path) => {
  const response = await search(parameters);
  const { errors } = (await response.json()) as { errors: { path: string }[] };
  expect([response.status, errors[0]?.path]).toEqual([422, path]);
});

test("GET /search: any query gets a response without another owner's documents", async () => {
  const query = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom(
      '"',
      "'",
      'glacier"',
      'a AND',
      'NEAR(a b',
      'text:glacier',
      '*',
      '-glacier',
      'owner_id:x',
      '\0',
      '(',
      'glacier OR',
    ),
  );
  await fc.assert(
    fc.asyncProperty(query, async (q) => {
      const response = await search({ q });
      // Not returned: fast-check treats any value but undefined and true, such as an assertion, as a failure.
      expect(response.status).toBe(q.trim() === '' ? 422 : 200);
      if (q.trim() === '') return;
      const { hits } = (await response.json()) as { hits: { resource_id: string }[] };
      expect(hits.every((hit) => hit.resource_id === ice)).toBe(true);
    }),
  );
});
