import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Actor } from '../../src/kernel/model/actor.ts';
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
    fields: { title: 'Glaciers', tags: ['x'] },
  });
  await library.addDocument(await library.person('bob'), { passages: ['A glacier of another library'] });
});
afterAll(() => library.close());
beforeEach(() => {
  library.embedder.away = false;
});

const search = async (parameters: Record<string, string>) => app.request(`/search?${new URLSearchParams(parameters)}`);

test('GET /search: a hit has snake_case fields and no nulls', async () => {
  const response = await search({ q: 'glacier' });
  expect(response.status).toBe(200);
  const result = (await response.json()) as { hits: { score: number; chunk: { id: string } }[]; took_ms: number };
  expect(result).toEqual({
    query: 'glacier',
    mode: 'hybrid',
    took_ms: result.took_ms,
    hits: [
      {
        resource_id: ice,
        title: 'Glaciers',
        passage: 'The glacier calves into the sea',
        score: 2 / 61,
        semantic_rank: 1,
        keyword_rank: 1,
        chunk: { id: result.hits[0]?.chunk.id, position: 0, heading_path: [], char_start: 0, char_end: 31 },
      },
    ],
  });
});

test('GET /search: a response without the worker says degraded', async () => {
  library.embedder.away = true;
  expect(await (await search({ q: 'glacier' })).json()).toMatchObject({ degraded: true, hits: [{ resource_id: ice }] });
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
  [{ q: 'x'.repeat(1_001) }, 'q'],
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
