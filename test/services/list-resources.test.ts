import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeCursor } from '../../src/kernel/core/pagination.ts';
import { insertCategories } from '../../src/kernel/db/categories.ts';
import type { NewResource } from '../../src/kernel/db/resources.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { titleKeyOf } from '../../src/kernel/model/title-key.ts';
import { listResources } from '../../src/services/resources/list-resources.ts';
import { onPostgres } from '../support/kits/database.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

const DAY = 24 * 3600_000;
const START = Date.UTC(2024, 11, 30);
/** Adjacent ones share a title, a quality or none. */
const TITLES = ['Éclair', 'eclair', 'Zebra', null, 'apple', 'Über', 'uber', null];
const QUALITIES = [0.5, null, 0.5, 0.9, null, 0.1, 0.9, 0.2];

let library: TestLibrary;
let ada: Actor;
const ids: string[] = [];
beforeAll(async () => {
  library = await createTestLibrary();
  ada = await library.person('ada');
  const other = await library.person('other');
  const category = (id: string, parentId: string | null, position: number) => ({
    ...{ id, parentId, position, label: id, description: '', keywords: [], examples: [] },
  });
  await insertCategories(library.db, [category('tech', null, 0), category('code', 'tech', 1), category('art', null, 2)]);
  for (let i = 0; i < TITLES.length; i++) {
    const fields: Partial<NewResource> = {
      title: TITLES[i] ?? null,
      qualityScore: QUALITIES[i] ?? null,
      ...(i === 3 ? { filename: 'Apple-pie.pdf' } : i === 7 ? { url: 'https://example.org/a%20zebra' } : {}),
      status: (['completed', 'completed', 'failed', 'pending'] as const)[i % 4] ?? 'completed',
      createdAt: START + i * DAY,
      category: ['tech', 'code', 'art', null][i % 4] ?? null,
      tags: i % 2 === 0 ? ['even', 'all'] : ['all'],
      language: ['en', 'de', null][i % 3] ?? null,
      contentType: ['text/plain; charset=utf-8', 'text/html', 'application/xhtml+xml'][i % 3] ?? null,
    };
    ids.push(await library.addDocument(ada, { passages: [`ice ${i}`], fields }));
    await library.addDocument(other, { passages: [`not of ada ${i}`], fields });
  }
});
afterAll(() => library.close());

type Input = Parameters<typeof listResources>[2];
const list = (input: Input = {}) => listResources(library.services, ada, input);
const indexesOf = (page: { resources: readonly { id: string }[] }) => page.resources.map(({ id }) => ids.indexOf(id));

describe('sort', () => {
  const keys = {
    created_at: (i: number) => i,
    title: (i: number) => titleKeyOf(TITLES[i] ?? ''),
    quality: (i: number) => QUALITIES[i] ?? -1,
  };

  test.each(
    Object.keys(keys).flatMap((name) => [name, `-${name}`]),
  )('list: pages sorted by %s hold each resource once, in order, whatever their size', async (sort) => {
    const key = keys[sort.replace('-', '') as keyof typeof keys];
    const direction = sort.startsWith('-') ? -1 : 1;
    const expected = ids
      .map((id, i) => ({ id, i }))
      .sort((a, b) => direction * (key(a.i) < key(b.i) ? -1 : key(a.i) > key(b.i) ? 1 : a.id < b.id ? -1 : 1));
    for (const limit of [1, 3, 8]) {
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ sort: sort as never, limit, cursor });
        found.push(...page.resources.map(({ id }) => id));
        cursor = page.next_cursor;
      } while (cursor !== undefined);
      expect(found).toEqual(expected.map(({ id }) => id));
    }
  });

  test('list: a cursor of another order is refused, and names the field', async () => {
    const { next_cursor: byTitle } = await list({ sort: 'title', limit: 1 });
    const { next_cursor: byAge } = await list({ limit: 1 });
    for (const [sort, cursor] of [
      ['-created_at', byTitle],
      ['-title', byTitle],
      ['quality', byAge],
    ] as const)
      await expect(list({ sort, cursor })).rejects.toMatchObject({ code: 'invalid_input', errors: [{ path: 'cursor' }] });
  });

  test.each([
    ['-created_at', [1.5, 'id']],
    ['-created_at', [1e300, 'id']],
    ['created_at', ['created_at', 0.5, 'id']],
    ['quality', ['quality', 1e300, 'id']],
    ['-quality', ['-quality', '0.5', 'id']],
    ['title', ['title', 1, 'id']],
  ] as const)('list: a cursor for %s with the key of no resource, %j, is refused', async (sort, value) => {
    const cursor = encodeCursor(value);
    await expect(list({ sort, cursor })).rejects.toMatchObject({ code: 'invalid_input', errors: [{ path: 'cursor' }] });
  });

  test('list: a cursor with odd values of the right kind leads to a page', async () => {
    for (const [sort, key] of [
      ['-created_at', -1],
      ['created_at', Number.MAX_SAFE_INTEGER],
      ['-title', '\0\ud800'],
      ['quality', 0.30000000000000004],
    ] as const) {
      const cursor = encodeCursor(sort === '-created_at' ? [key, '\0'] : [sort, key, "' or 1=1 --"]);
      expect((await list({ sort, cursor })).resources.length).toBeLessThanOrEqual(ids.length);
    }
  });

  // PostgreSQL scans and sorts a table of eight rows, whatever indexes it has.
  if (!onPostgres)
    test('list: a page in every order is read from an index, without sorting', async () => {
      for (const [order, index] of [
        ["coalesce(title_key, '')", 'resources_owner_title'],
        ['coalesce(quality_score, -1)', 'resources_owner_quality'],
        ['created_at', 'resources_owner_created'],
      ]) {
        const plan = await library.database.execute(
          `explain query plan select * from resources where owner_id = 'x' and ${order} <= 'k' order by ${order} desc, id desc limit 5`,
        );
        const text = JSON.stringify(plan);
        expect(text).toContain(index);
        expect(text).not.toContain('TEMP B-TREE');
      }
    });
});

describe('filters', () => {
  test.each<[string, Input, number[]]>([
    ['a category', { category: 'code' }, [5, 1]],
    ['a category and its subtree', { category: 'tech' }, [5, 4, 1, 0]],
    ['several categories', { category: ['art', 'code'] }, [6, 5, 2, 1]],
    ['a category that the taxonomy has not', { category: 'none' }, []],
    ['a tag', { tag: 'even' }, [6, 4, 2, 0]],
    ['several tags', { tag: ['even', 'none'] }, [6, 4, 2, 0]],
    ['several languages', { language: ['en', 'de'] }, [7, 6, 4, 3, 1, 0]],
    ['a media type', { type: 'text/plain' }, [6, 3, 0]],
    ['the name of a format', { type: 'HTML' }, [7, 5, 4, 2, 1]],
    ['an alias of a media type', { type: 'application/xhtml+xml' }, [7, 5, 4, 2, 1]],
    ['several types', { type: ['html', 'text/plain'] }, [7, 6, 5, 4, 3, 2, 1, 0]],
    ['a type of no document', { type: 'application/x-none' }, []],
    ['a time after', { after: '2025-01-01' }, [7, 6, 5, 4, 3, 2]],
    ['a time before', { before: '2025-01-01T00:00:00Z' }, [1, 0]],
    ['a time with a zone', { after: '2025-01-01T02:00:00+02:00', before: '2025-01-02' }, [2]],
    ['one status', { status: 'failed' }, [6, 2]],
    ['several statuses', { status: ['failed', 'pending'] }, [7, 6, 3, 2]],
    ['a part of the title, or of the name of the file without one', { title: 'APPLE' }, [4, 3]],
    ['a part of the title, or of the URL without either', { title: 'zebra' }, [7, 2]],
    ['all of several filters', { type: 'html', tag: 'even', after: '2025-01-01' }, [4, 2]],
  ])('list: %s', async (_what, input, expected) => {
    expect(indexesOf(await list(input))).toEqual(expected);
  });

  test.each<[string, object, string]>([
    ['an unknown type', { type: 'no type' }, 'type'],
    ['a time that is none', { after: 'yesterday' }, 'after'],
    ['21 tags', { tag: Array.from({ length: 21 }, String) }, 'tag'],
    ['an unknown order', { sort: 'size' }, 'sort'],
    ['an unknown status', { status: ['failed', 'lost'] }, 'status'],
    ['an empty title', { title: '' }, 'title'],
    ['an offset below 0', { offset: -1 }, 'offset'],
    ['an offset beside a cursor', { offset: 1, cursor: 'x' }, 'offset'],
  ])('list: %s is refused, and the field is named', async (_what, input, path) => {
    await expect(list(input as Input)).rejects.toMatchObject({ code: 'invalid_input', errors: [{ path }] });
  });
});

describe('offset and total', () => {
  test.each(['-created_at', 'title', '-quality'] as const)('list: by %s, an offset skips as many', async (sort) => {
    const { resources: all } = await list({ sort, limit: 100 });
    for (let offset = 0; offset <= all.length + 1; offset++) {
      const page = await list({ sort, offset, limit: 3 });
      expect(page.resources).toEqual(all.slice(offset, offset + 3));
      expect(page.next_cursor === undefined).toBe(offset + 3 >= all.length);
    }
  });

  test('list: a cursor goes on behind the page of an offset', async () => {
    const { resources: all } = await list({ limit: 100 });
    const { next_cursor: cursor } = await list({ offset: 2, limit: 3 });
    expect((await list({ cursor, limit: 2 })).resources).toEqual(all.slice(5, 7));
  });

  test('list: the total counts what all pages have, under the filters, and stands there only where it was asked for', async () => {
    const { next_cursor: cursor } = await list({ limit: 3 });
    expect(await list({ total: 'true', limit: 1 })).toMatchObject({ total: TITLES.length });
    expect(await list({ total: 'true', cursor })).toMatchObject({ total: TITLES.length });
    expect(await list({ total: 'true', tag: 'even', offset: 100 })).toMatchObject({ total: 4, resources: [] });
    expect(await list()).not.toHaveProperty('total');
  });
});

describe('facets', () => {
  const asMap = (values: readonly { value: string; count: number }[] = []) => values.map(({ value, count }) => [value, count]);

  test('facets: count the values of every filter, most frequent first', async () => {
    const { facets } = await list({ facets: 'true', limit: 1 });
    expect(asMap(facets?.category)).toEqual([
      ['tech', 4],
      ['art', 2],
      ['code', 2],
    ]);
    expect(asMap(facets?.tag)).toEqual([
      ['all', 8],
      ['even', 4],
    ]);
    expect(asMap(facets?.language)).toEqual([
      ['de', 3],
      ['en', 3],
    ]);
    expect(asMap(facets?.type)).toEqual([
      ['text/html', 5],
      ['text/plain', 3],
    ]);
    expect(asMap(facets?.year)).toEqual([
      ['2025', 6],
      ['2024', 2],
    ]);
    expect((await list()).facets).toBeUndefined();
  });

  test('facets: each is counted under the other filters, and tells how many its value would leave', async () => {
    const filter: Input = { tag: 'even', type: 'html', category: 'tech', before: '2026-01-01' };
    const { facets } = await list({ ...filter, facets: 'true' });
    for (const name of ['category', 'tag', 'language', 'type'] as const)
      for (const { value, count } of facets?.[name] ?? [])
        expect((await list({ ...filter, [name]: value })).resources, `${name} ${value}`).toHaveLength(count);
    expect(asMap(facets?.category)).toEqual([
      ['art', 1],
      ['tech', 1],
    ]);
  });

  test('facets: whatever the filters, each counts what the list has under the others, the year too', async () => {
    const some = <T extends string | string[]>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
    const filters = fc.record({
      category: some<string | string[]>('tech', 'art', ['code', 'art']),
      tag: some<string | string[]>('even', ['all', 'none']),
      language: some<string | string[]>('en', ['en', 'de']),
      type: some<string | string[]>('html', ['text/plain']),
      after: some('2025-01-01', '2025-01-03'),
      before: some('2025-01-01', '2025-01-05'),
      title: some('e'),
    });
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const { facets } = await list({ ...filter, facets: 'true' });
        for (const name of ['category', 'tag', 'language', 'type'] as const)
          for (const { value, count } of facets?.[name] ?? [])
            expect((await list({ ...filter, [name]: value, limit: 1, total: 'true' })).total, `${name} ${value}`).toBe(count);
        const years = (facets?.year ?? []).map(({ value, count }) => [value, count]);
        const { resources } = await list({ ...filter, after: undefined, before: undefined, limit: 100 });
        const expected = ['2024', '2025'].map((year) => [
          year,
          resources.filter((one) => one.created_at.startsWith(year)).length,
        ]);
        expect(Object.fromEntries(years)).toEqual(Object.fromEntries(expected.filter(([, count]) => count !== 0)));
      }),
      { numRuns: 25 },
    );
  });
});
