import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { z } from 'zod';
import { encodeCursor } from '../../src/kernel/core/pagination.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import type { SearchAnswer } from '../../src/kernel/search/search-request.ts';
import { search } from '../../src/services/search/search.ts';
import { suggest } from '../../src/services/search/suggest.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
let ada: Actor;
let bob: Actor;
const id: Record<string, string> = {};
beforeAll(async () => {
  library = await createTestLibrary();
  ada = await library.person('ada');
  bob = await library.person('bob');
  id.ice = await library.addDocument(ada, {
    passages: ['A glacier moves downhill', 'Cold ice is frozen water'],
    fields: { tags: ['x'], keywords: ['sourdough'], createdAt: 1_000 },
  });
  id.bread = await library.addDocument(ada, {
    passages: ['Sourdough bread keeps well in the cold'],
    fields: { title: 'Bread', createdAt: 3_000 },
  });
  id.rye = await library.addDocument(ada, {
    passages: ['A cold rye loaf'],
    fields: { title: null, url: 'https://e.org/rye', createdAt: 2_000 },
  });
  id.bobs = await library.addDocument(bob, { passages: ['Glacier bread password'] });
});
afterAll(() => library.close());
beforeEach(() => {
  library.search.away = true;
  library.search.requests.length = 0;
});

type Given = Omit<z.input<typeof search.input>, 'q'>;
const ask = (q: string, more: Given = {}, actor = ada) => search(library.services, actor, { q, ...more });
const found = async (q: string, more: Given = {}, actor = ada) => (await ask(q, more, actor)).hits.map((hit) => hit.resource_id);

test('search: a worker is asked with the owner, the text as typed and the filters, and its answer is passed on', async () => {
  library.search.away = false;
  const { hits, facets, degraded } = await ask('cold -bread tag:x', {
    ...{ tag: 'y', type: 'pdf', after: '2026-01-02', min_quality: 0.5, metadata: { by: 'Ann' }, sort: 'date', limit: 3 },
  });
  expect(library.search.requests).toEqual([
    {
      ...{ owner_id: ada.userId, q: 'cold -bread tag:x', mode: 'hybrid', prefix: false, sort: 'date', limit: 3 },
      filters: {
        ...{ tag: ['y'], type: expect.arrayContaining(['application/pdf']), after: Date.UTC(2026, 0, 2), minQuality: 0.5 },
        metadata: { by: ['Ann'] },
      },
    },
  ]);
  expect([hits, degraded]).toEqual([[], undefined]);
  expect(facets).toEqual({ category: [], tag: [], language: [], type: [], year: [] });
});

test('search: the beginning of a word is looked for by words alone', async () => {
  library.search.away = false;
  await ask('glac', { prefix: 'true' });
  expect(library.search.requests).toMatchObject([{ mode: 'keyword', prefix: true }]);
});

test('search: an error of the worker about the request is thrown', async () => {
  const broken = {
    ...library.services,
    searchClient: { ...library.search, search: () => Promise.reject(new TypeError('broken')) },
  };
  await expect(search(broken, ada, { q: 'ice' })).rejects.toThrow('broken');
});

test('search: what the worker adds to the contract does not reach the client', async () => {
  const answer = { ...(await ask('glacier')), secret: 'x' } as unknown as SearchAnswer;
  const { degraded: _, ...rest } = answer;
  const services = { ...library.services, searchClient: { ...library.search, search: async () => rest } };
  expect(await search(services, ada, { q: 'glacier' })).not.toHaveProperty('secret');
});

test('search in the database: a hit has its passages, where the words are, and what was found', async () => {
  const { hits, total, degraded, facets } = await ask('frozen GLACIERS waters');
  expect([total, degraded, facets]).toEqual([1, true, undefined]);
  const [hit] = hits;
  expect(hit).toMatchObject({ resource_id: id.ice, title: 'A glacier moves', keyword_rank: 1, why: { meaning: 0 } });
  expect(hit?.passages.map(({ text, highlights }) => highlights.map(([start, end]) => text.slice(start, end)))).toEqual(
    expect.arrayContaining([['frozen']]),
  );
  expect(hit?.passage).toBe(hit?.passages[0]?.text);
  expect(hit?.chunk).toEqual(hit?.passages[0]?.chunk);
  expect(hit?.score).toBeGreaterThan(0);
  expect(hit?.score).toBeLessThan(1);
  expect((await ask('rye')).hits[0]).toMatchObject({ title: 'https://e.org/rye', url: 'https://e.org/rye' });
});

test('search in the database: documents of other owners are not found', async () => {
  expect(await found('glacier bread password', {}, bob)).toEqual([id.bobs]);
  expect(await found('password')).toEqual([]);
});

test('search in the database: operators and filters apply', async () => {
  expect(await found('cold tag:x')).toEqual([id.ice]);
  expect(await found('cold', { tag: ['x', 'y'] })).toEqual([id.ice]);
  expect(await found('"in the cold"')).toEqual([id.bread]);
  expect(new Set(await found('cold -bread'))).toEqual(new Set([id.ice, id.rye]));
  expect(await found('glac')).toEqual([]);
  expect(await found('glac', { prefix: 'true' })).toEqual([id.ice]);
});

test('search in the database: sorted by date and by title', async () => {
  expect(await found('cold', { sort: 'date' })).toEqual([id.bread, id.rye, id.ice]);
  expect(await found('cold', { sort: 'title' })).toEqual([id.rye, id.ice, id.bread]);
});

test('search in the database: similar documents share words with the title and keywords, and the document is none of them', async () => {
  const like = async (similar_to: string) =>
    (await search(library.services, ada, { similar_to })).hits.map(({ resource_id }) => resource_id);
  expect(await like(id.ice ?? '')).toEqual([id.bread]);
  expect(await like('a loaf of rye')).toEqual([id.rye]);
  expect(await like(id.bobs ?? '')).toEqual([]);
});

test.each([
  'relevance',
  'date',
  'title',
] as const)('search in the database: pages by %s contain every hit once, in order', async (sort) => {
  const whole = await found('cold bread glacier loaf', { sort });
  const paged: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask('cold bread glacier loaf', { limit: 1, sort, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.hits).toHaveLength(1);
    paged.push(...page.hits.map((hit) => hit.resource_id));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  expect(paged).toEqual(whole);
  expect(new Set(paged).size).toBe(3);
});

test.each([
  encodeCursor(-1),
  encodeCursor(['database', -1]),
  encodeCursor(['database', 1.5]),
  encodeCursor(['database', 1e9]),
  encodeCursor([7, 0.5, 'id']),
  'nonsense',
  '',
])('search in the database: the cursor %j is invalid_input', async (cursor) => {
  await expect(ask('ice', { cursor })).rejects.toMatchObject({ code: 'invalid_input', errors: [{ path: 'cursor' }] });
});

test('search in the database: a resource with hundreds of matching chunks does not displace the others', async () => {
  const eve = await library.person('eve');
  const long = await library.addDocument(eve, { passages: Array.from({ length: 450 }, () => 'glacier glacier ice') });
  const short = await library.addDocument(eve, {
    passages: ['one glacier among very many other words that make it rank below the rest'],
  });
  expect(await found('glacier', {}, eve)).toEqual([long, short]);
  expect((await ask('glacier', {}, eve)).hits[0]?.passages).toHaveLength(3);
});

test('search: forbidden without the scope search', async () => {
  const narrow: Actor = { ...ada, scopes: ['resources:read'] };
  await expect(ask('ice', {}, narrow)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(suggest(library.services, narrow, { q: 'ice' })).rejects.toMatchObject({ code: 'forbidden' });
});

test('suggest: answers what the worker suggests, and nothing while it is away', async () => {
  expect(await suggest(library.services, ada, { q: 'glac' })).toEqual({ titles: [], words: [] });
  library.search.away = false;
  expect(await suggest(library.services, ada, { q: 'glac' })).toEqual({ titles: [], words: ['glacier'] });
});
