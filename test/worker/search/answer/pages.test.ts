import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEARCH_SORTS, type SearchAnswer, type SearchRequest } from '../../../../src/kernel/search/search-request.ts';
import { idsOf, type SmallLibrary, smallLibrary } from '../small-library.ts';

const WORDS = ['ice', 'sea', 'glacier', 'water', 'oven', 'flour'];
const texts = fc.array(fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 25 });
const documentsOf = (all: string[][]) =>
  all.map((words, i) => ({ id: `id-${i}`, title: words[0] as string, text: words.join(' '), createdAt: i % 3 }));

async function allPages(library: SmallLibrary, request: Partial<SearchRequest>, between: (page: number) => void = () => {}) {
  const pages: SearchAnswer[] = [];
  let cursor: string | undefined;
  do {
    const page = await library.ask({ ...request, cursor });
    pages.push(page);
    cursor = page.next_cursor;
    between(pages.length);
  } while (cursor !== undefined && pages.length < 100);
  return pages;
}

describe('pages of a search', () => {
  it('hold each hit once, in the order of one long page', async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 7 }), fc.constantFrom(...SEARCH_SORTS), async (all, limit, sort) => {
        const library = smallLibrary(documentsOf(all));
        const whole = await library.ask({ q: 'ice water', sort, limit: 100 });
        const pages = await allPages(library, { q: 'ice water', sort, limit });
        expect(pages.flatMap(idsOf)).toEqual(idsOf(whole));
        for (const page of pages) expect(page.total).toBe(whole.total);
      }),
      { numRuns: 60 },
    );
  });

  it('hold no hit twice and miss none of the first list, whatever is added and removed in between', async () => {
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 5 }), fc.infiniteStream(fc.nat(100)), async (all, limit, random) => {
        const documents = documentsOf(all);
        const library = smallLibrary(documents);
        const first = idsOf(await library.ask({ q: 'ice water', limit: 100 }));
        const removed = new Set<string>();
        const pages = await allPages(library, { q: 'ice water', limit }, (page) => {
          const victim = documents[(random.next().value as number) % documents.length] as { id: string };
          library.remove(victim.id);
          removed.add(victim.id);
          library.put({ id: `new-${page}`, text: 'ice water ice water' });
        });
        const shown = pages.flatMap(idsOf);
        expect(new Set(shown).size).toBe(shown.length);
        for (const id of first) if (!removed.has(id)) expect(shown).toContain(id);
      }),
      { numRuns: 40 },
    );
  });

  it('go on behind the last hit where their list is no longer kept', async () => {
    const library = smallLibrary(documentsOf(Array.from({ length: 12 }, (_, i) => Array.from({ length: i + 1 }, () => 'ice'))));
    for (const sort of SEARCH_SORTS) {
      const whole = idsOf(await library.ask({ q: 'ice', sort, limit: 100 }));
      const first = await library.ask({ q: 'ice', sort, limit: 5 });
      for (let i = 0; i < 100; i++) await library.ask({ q: `ice ${'sea '.repeat(i)}`, limit: 1 });
      const second = await library.ask({ q: 'ice', sort, limit: 100, cursor: first.next_cursor });
      expect([...idsOf(first), ...idsOf(second)], sort).toEqual(whole);
    }
  });

  it('refuse the cursor of another question', async () => {
    const library = smallLibrary(documentsOf([['ice'], ['ice'], ['ice']]));
    const { next_cursor: cursor } = await library.ask({ q: 'ice', limit: 1 });
    expect(cursor).toBeDefined();
    const error = { code: 'invalid_input', errors: [{ path: 'cursor' }] };
    await expect(library.ask({ q: 'sea', limit: 1, cursor })).rejects.toMatchObject(error);
    await expect(library.ask({ q: 'ice', limit: 1, mode: 'keyword', cursor })).rejects.toMatchObject(error);
    await expect(library.ask({ q: 'ice', limit: 1, cursor: 'bm9uc2Vuc2U' })).rejects.toMatchObject(error);
  });
});
