import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { z } from 'zod';
import { encodeCursor } from '../../src/kernel/core/pagination.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { search } from '../../src/services/search/search.ts';
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
    fields: { tags: ['x'] },
  });
  id.bread = await library.addDocument(ada, { passages: ['Sourdough bread keeps well in the cold'] });
  id.rye = await library.addDocument(ada, { passages: ['A rye loaf'], fields: { title: null, url: 'https://e.org/rye' } });
  id.bobs = await library.addDocument(bob, { passages: ['Glacier bread password'] });
});
afterAll(() => library.close());
beforeEach(() => {
  library.embedder.away = false;
});

const ask = (query: string, more: Partial<z.input<typeof search.input>> = {}, actor = ada) =>
  search(library.services, actor, { q: query, mode: 'hybrid', limit: 10, ...more });

test('search: one hit per resource, with its best passage and its rank in each list', async () => {
  const { hits } = await ask('frozen glacier');
  expect(hits.map((hit) => hit.resource_id)).toEqual([id.ice, id.bread]);
  expect(hits[0]).toMatchObject({ semantic_rank: 1, keyword_rank: 1 });
  expect(hits[1]).not.toHaveProperty('keyword_rank');
  const { hits: byWord } = await ask('frozen water', { mode: 'keyword' });
  expect(byWord[0]).toMatchObject({ passage: 'Cold ice is frozen water', chunk: { position: 1 } });
});

test('search: a document without a common word is found by vector search only', async () => {
  expect((await ask('baking', { mode: 'keyword' })).hits).toEqual([]);
  const { hits } = await ask('baking', { mode: 'semantic' });
  expect(hits.map((hit) => hit.resource_id)).toEqual([id.rye, id.bread]);
  expect(hits[0]).toMatchObject({ title: 'https://e.org/rye', semantic_rank: 1 });
  expect(hits[0]?.score).toBeCloseTo(1, 5);
});

test('search: documents of other owners are not found', async () => {
  for (const mode of ['hybrid', 'semantic', 'keyword'] as const) {
    const { hits } = await ask('glacier bread password', { mode }, bob);
    expect(hits.map((hit) => hit.resource_id)).toEqual([id.bobs]);
    expect((await ask('password', { mode })).hits.map((hit) => hit.resource_id)).not.toContain(id.bobs);
  }
});

test('search: without the worker the result is by keyword and marked degraded', async () => {
  library.embedder.away = true;
  for (const mode of ['hybrid', 'semantic'] as const) {
    const result = await ask('glacier', { mode });
    expect(result).toMatchObject({ degraded: true, mode, hits: [{ resource_id: id.ice, keyword_rank: 1 }] });
  }
  expect(await ask('glacier', { mode: 'keyword' })).not.toHaveProperty('degraded');
  expect(library.log.lines.some((line) => line.level === 'warning')).toBe(true);
});

test('search: an unexpected error of the embedder is thrown', async () => {
  const broken = { ...library.services, queryEmbedder: { embed: () => Promise.reject(new TypeError('broken')) } };
  await expect(search(broken, ada, { q: 'ice', mode: 'hybrid', limit: 5 })).rejects.toThrow('broken');
});

test('search: pages contain every hit once, in the order of one large page', async () => {
  const whole = (await ask('cold bread glacier loaf')).hits.map((hit) => hit.resource_id);
  const paged: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask('cold bread glacier loaf', { limit: 1, cursor });
    expect(page.hits).toHaveLength(1);
    paged.push(...page.hits.map((hit) => hit.resource_id));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  expect(paged).toEqual(whole);
  expect(new Set(paged).size).toBe(3);
});

test.each([
  encodeCursor(-1),
  encodeCursor(1.5),
  encodeCursor('1'),
  encodeCursor(1e9),
  'nonsense',
  '',
])('search: the cursor %j is invalid_input', async (cursor) => {
  await expect(ask('ice', { cursor })).rejects.toMatchObject({ code: 'invalid_input', errors: [{ path: 'cursor' }] });
});

test('search: filters apply in every mode', async () => {
  for (const mode of ['hybrid', 'semantic', 'keyword'] as const) {
    const { hits } = await ask('cold', { mode, tag: 'x' });
    expect(hits.map((hit) => hit.resource_id)).toEqual([id.ice]);
  }
});

test('search: a resource with hundreds of matching chunks does not displace the others', async () => {
  const eve = await library.person('eve');
  const long = await library.addDocument(eve, { passages: Array.from({ length: 450 }, () => 'glacier glacier ice') });
  const short = await library.addDocument(eve, {
    passages: ['one glacier among very many other words that make it rank below the rest'],
  });
  const { hits } = await ask('glacier', { mode: 'keyword' }, eve);
  expect(hits.map((hit) => hit.resource_id)).toEqual([long, short]);
});

test('search: forbidden without the scope search', async () => {
  await expect(ask('ice', {}, { ...ada, scopes: ['resources:read'] })).rejects.toMatchObject({ code: 'forbidden' });
});
