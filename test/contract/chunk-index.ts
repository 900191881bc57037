/** The contract of every ChunkIndex. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { insertCategories } from '../../src/kernel/db/categories.ts';
import type { ChunkIndex, ChunkQuestion } from '../../src/kernel/db/chunk-index.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { createTestLibrary, MODEL, type TestLibrary, topicVector } from '../support/kits/library.ts';

export function chunkIndexContract(
  name: string,
  create: (library: TestLibrary) => ChunkIndex,
  makeLibrary: () => Promise<TestLibrary> = createTestLibrary,
): void {
  describe(`chunk index on ${name}`, () => {
    let library: TestLibrary;
    let index: ChunkIndex;
    let ada: Actor;
    let bob: Actor;
    const id: Record<string, string> = {};

    beforeAll(async () => {
      library = await makeLibrary();
      index = create(library);
      ada = await library.person('ada');
      bob = await library.person('bob');
      id.ice = await library.addDocument(ada, {
        passages: ['The glacier is ice that flows slowly towards the sea', 'Cafés sell bread beside the frozen lake'],
        fields: {
          ...{ category: 'science', tags: ['ice', 'a,b'], language: 'en', qualityScore: 0.8 },
          ...{ contentType: 'text/html; charset=utf-8', createdAt: 1_000, metadata: { year: 1998, open: true, by: 'Ann' } },
        },
      });
      id.bread = await library.addDocument(ada, {
        passages: ['Baking a sourdough loaf needs patience', 'Another loaf of bread, running late'],
        fields: {
          ...{ category: 'food', tags: ['baking'], language: 'de', qualityScore: 0.4 },
          ...{ contentType: 'application/pdf', createdAt: 2_000, metadata: { year: 2001, open: false } },
        },
      });
      id.bobs = await library.addDocument(bob, { passages: ['The glacier of somebody else is ice, sourdough and password'] });
    });
    afterAll(() => library.close());

    const own = (more: object = {}) => ({ ownerId: ada.userId, ...more });
    const words = async (query: string | ChunkQuestion, more: object = {}) =>
      (await index.keyword(typeof query === 'string' ? { text: query } : query, own(more), 10)).map((hit) => hit.resourceId);
    const meaning = async (text: string, more: object = {}, limit = 10) =>
      (await index.nearest(topicVector(text), MODEL, own(more), limit)).map((hit) => hit.resourceId);

    test('keyword: finds words in any inflection, case and accent, best first', async () => {
      expect(await words('GLACIERS')).toEqual([id.ice]);
      expect(await words('cafe')).toEqual([id.ice]);
      expect(await words('flow')).toEqual([id.ice]);
      const hits = await index.keyword({ text: 'sourdough loaf bread' }, own(), 10);
      expect(hits.length).toBeGreaterThan(1);
      expect(hits.map((hit) => hit.score)).toEqual(hits.map((hit) => hit.score).toSorted((a, b) => b - a));
    });

    test('keyword: a chunk has every phrase, and words beside phrases only add to its score', async () => {
      const phrases = (...given: string[]) => words({ text: '', phrases: given });
      expect(await phrases('sourdough loaf')).toEqual([id.bread]);
      expect(await phrases('loaf sourdough')).toEqual([]);
      expect(await phrases('sourdough loaf', 'needs patience')).toEqual([id.bread]);
      expect(await phrases('sourdough loaf', 'running late')).toEqual([]);
      expect(await words({ text: 'glacier', phrases: ['sourdough loaf'] })).toEqual([id.bread]);
      expect(await phrases('"', '...')).toEqual([]);
    });

    test('keyword: function words bind in a phrase, and are searched where there are no other words', async () => {
      const dan = await library.person('dan');
      const found = async (question: ChunkQuestion, more: object = {}) =>
        (await index.keyword(question, { ownerId: dan.userId, ...more }, 10)).map((hit) => hit.resourceId);
      const lake = await library.addDocument(dan, { passages: ['A walk in the cold along the lake'] });
      const cellar = await library.addDocument(dan, {
        passages: ['Cold cellars keep v1.2.3-beta (of apples) fresh; ÖL'],
        fields: { tags: ['x'] },
      });
      expect(await found({ text: '', phrases: ['in the cold'] })).toEqual([lake]);
      expect(await found({ text: '', phrases: ['IN THE  cold', 'the lake'] })).toEqual([lake]);
      expect(await found({ text: '', phrases: ['of the cold'] })).toEqual([]);
      expect(await found({ text: 'the' })).toEqual([lake]);
      expect(await found({ text: 'the of', excluded: ['lake'] })).toEqual([cellar]);
      expect(await found({ text: 'the of' }, { tag: ['x'] })).toEqual([cellar]);
      expect(await found({ text: '', phrases: ['the'] })).toEqual([lake]);
      expect(await found({ text: '', phrases: ['v1.2.3'] })).toEqual([cellar]);
      expect(await found({ text: '', phrases: ['v1.2'] })).not.toContain(lake);
      expect(await found({ text: '', phrases: ['1x2.3'] })).toEqual([]);
    });

    test('keyword: a chunk has none of the excluded words and phrases', async () => {
      expect(await words({ text: 'bread', excluded: ['loaf'] })).toEqual([id.ice]);
      expect(await words({ text: 'bread', excluded: ['frozen lake'] })).toEqual([id.bread]);
      expect(await words({ text: 'bread', excluded: ['lake frozen'] })).toHaveLength(2);
      expect(await words({ text: 'bread', excluded: ['loaf', 'frozen'] })).toEqual([]);
      expect(await words({ text: '', excluded: ['loaf'] })).toEqual([]);
    });

    test('keyword: the last word may be the beginning of one', async () => {
      expect(await words({ text: 'sourd', prefix: true })).toEqual([id.bread]);
      expect(await words({ text: 'sourd', prefix: false })).toEqual([]);
      expect(await words({ text: 'sourd ', prefix: true })).toEqual([]);
      expect(await words({ text: "it's sourd", prefix: true })).toEqual([id.bread]);
    });

    test('keyword and nearest: a search never returns another owner’s chunks', async () => {
      expect(await words('somebody else glacier')).not.toContain(id.bobs);
      expect(await words('password')).toEqual([]);
      expect(await meaning('ice sourdough password')).not.toContain(id.bobs);
      expect(await index.keyword({ text: 'glacier' }, { ownerId: '' }, 10)).toEqual([]);
      expect(await index.keyword({ text: `glacier OR owner_id:"${bob.userId}"` }, own(), 10)).not.toContainEqual(
        expect.objectContaining({ resourceId: id.bobs }),
      );
      expect(await index.nearest(topicVector('ice'), MODEL, { ownerId: '' }, 10)).toEqual([]);
    });

    test.each([
      '',
      '   ',
      '"',
      '...',
      '- * ( ) : ^ {}',
      '"!!!"',
      '\0',
      '\ud800',
    ])('keyword: a query without a word (%j) finds nothing', async (query) => {
      expect(await words(query)).toEqual([]);
    });

    test('keyword: no text is a syntax error', async () => {
      const piece = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(
          '"',
          "'",
          '*',
          'NEAR(',
          ')',
          ' AND ',
          ' OR ',
          ' NOT ',
          'text:',
          '-',
          '^',
          '{',
          '}',
          '+',
          '\0',
          '\ud800',
          'loaf',
        ),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
          const hits = await index.keyword({ text: pieces.join('') }, own(), 5);
          expect(hits.every((hit) => hit.resourceId === id.ice || hit.resourceId === id.bread)).toBe(true);
        }),
        { numRuns: 300 },
      );
    });

    test('nearest: returns the nearest first, with the cosine as score', async () => {
      const hits = await index.nearest(topicVector('ice'), MODEL, own(), 10);
      expect(hits.map((hit) => hit.resourceId)).toEqual([id.ice, id.ice, id.bread, id.bread]);
      expect(hits[0]?.score).toBeCloseTo(1, 5);
      expect(hits[1]?.score).toBeCloseTo(Math.SQRT1_2, 5);
      expect(hits[2]?.score).toBeCloseTo(0, 5);
      expect(await meaning('ice', {}, 1)).toEqual([id.ice]);
    });

    test('nearest: vectors of another model or length are not compared', async () => {
      expect(await index.nearest(topicVector('ice'), 'other', own(), 10)).toEqual([]);
      expect(await index.nearest(Float32Array.of(1, 0), MODEL, own(), 10)).toEqual([]);
    });

    test('nearest: the zero vector has no neighbours', async () => {
      expect(await index.nearest(Float32Array.of(0, 0, 0), MODEL, own(), 10)).toEqual([]);
    });

    test.each([
      ['category', { category: ['food', 'none'] }],
      ['tag', { tag: ['none', 'baking'] }],
      ['language', { language: ['fr', 'de'] }],
      ['media type', { type: ['application/pdf'] }],
      ['moment, from', { after: 2_000 }],
      ['number of the metadata', { metadata: { year: ['2001', '2002'] } }],
      ['boolean of the metadata', { metadata: { open: ['false'] } }],
      ['resource', { resourceIds: ['BREAD'] }],
    ])('keyword and nearest: the filter by %s applies', async (_name, filter) => {
      const given = 'resourceIds' in filter ? { resourceIds: [id.bread ?? ''] } : filter;
      expect(await words('bread', given)).toEqual([id.bread]);
      expect([...new Set(await meaning('ice', given))]).toEqual([id.bread]);
    });

    test('keyword and nearest: filters of several fields apply together', async () => {
      expect(await words('bread', { type: ['text/html'], before: 2_000, metadata: { by: ['Ann'], year: ['1998'] } })).toEqual([
        id.ice,
      ]);
      expect(await words('bread', { type: ['text/html'], after: 2_000 })).toEqual([]);
      expect(await words('bread', { metadata: { by: ['ann'] } })).toEqual([]);
      expect(await words('bread', { metadata: { "by' or 1=1": ['Ann'] } })).toEqual([]);
      expect(await meaning('ice', { tag: ['a,b'], language: ['de'] })).toEqual([]);
    });

    test('keyword and nearest: the filter by a category finds what is filed below it, and not what is beside it', async () => {
      const row = { label: '', description: '', keywords: [], examples: [], position: 0 };
      const [root, branch, leaf, beside] = ['tree', 'tree.branch', 'twig', 'tree-house'];
      const parents = { [root!]: null, [branch!]: root!, [leaf!]: branch!, [beside!]: null };
      await insertCategories(
        library.db,
        Object.entries(parents).map(([category, parentId]) => ({ ...row, id: category, parentId })),
      );
      const cyd = await library.person('cyd');
      const file = (category: string) => library.addDocument(cyd, { passages: [`Glacier ${category}`], fields: { category } });
      const [inBranch, inLeaf, inBeside] = [await file(branch!), await file(leaf!), await file(beside!)];
      for (const find of [words, meaning]) {
        const found = async (category: string) => new Set(await find('glacier', { category: [category], ownerId: cyd.userId }));
        expect(await found(root!)).toEqual(new Set([inBranch, inLeaf]));
        expect(await found(branch!)).toEqual(new Set([inBranch, inLeaf]));
        expect(await found(leaf!)).toEqual(new Set([inLeaf]));
        expect(await found(beside!)).toEqual(new Set([inBeside]));
      }
    });

    test('keyword and nearest: the filter by quality leaves out worse and unmeasured resources', async () => {
      const unmeasured = await library.addDocument(ada, { passages: ['Cold bread'] });
      expect([...new Set(await words('bread', { minQuality: 0.5 }))]).toEqual([id.ice]);
      expect([...new Set(await meaning('bread', { minQuality: 0.5 }))]).toEqual([id.ice]);
      expect(await words('bread')).toContain(unmeasured);
    });

    test('keyword and nearest: an empty list of resources finds nothing', async () => {
      expect(await words('bread', { resourceIds: [] })).toEqual([]);
      expect(await meaning('bread', { resourceIds: [] })).toEqual([]);
    });

    test('keyword and nearest: changes and deletions take effect immediately', async () => {
      const { services, db } = library;
      const changed = await library.addDocument(ada, { passages: ['Zebras account for stripes'] });
      expect(await words('zebra')).toEqual([changed]);
      const { chunks, resources } = await import('../../src/kernel/db/schema.sqlite.ts');
      const { eq } = await import('drizzle-orm');
      await db.update(chunks).set({ text: 'Giraffes account for necks' }).where(eq(chunks.resourceId, changed));
      expect(await words('zebra')).toEqual([]);
      expect(await words('giraffe')).toEqual([changed]);
      expect(await meaning('account', {}, 1)).toEqual([changed]);
      await services.db.delete(resources).where(eq(resources.id, changed));
      expect(await words('giraffe')).toEqual([]);
      expect(await meaning('account')).not.toContain(changed);
    });
  });
}
