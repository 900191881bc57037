import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { casesOf } from '../../../src/kernel/core/letter-case.ts';
import { listResources, type ResourceFilter } from '../../../src/kernel/db/resource-list.ts';
import {
  deleteResource,
  findDuplicate,
  findResource,
  findResources,
  findResourceWithText,
  listCorrected,
  updateResource,
} from '../../../src/kernel/db/resources.ts';
import type { Actor } from '../../../src/kernel/model/actor.ts';
import { createTestLibrary, type TestLibrary } from '../../support/kits/library.ts';

let library: TestLibrary;
let ada: Actor;
let bob: Actor;
beforeAll(async () => {
  library = await createTestLibrary();
  ada = await library.person('ada');
  bob = await library.person('bob');
});
afterAll(() => library.close());

test('resource queries: no query reads or changes a resource under another owner or an empty one', async () => {
  const { db } = library;
  const id = await library.addDocument(ada, { passages: ['ice'], fields: { contentHash: 'aa', edited: ['category'] } });
  for (const ownerId of [bob.userId, '']) {
    expect(await findResource(db, { id, ownerId })).toBeUndefined();
    expect(await findResourceWithText(db, { id, ownerId })).toBeUndefined();
    expect(await findResources(db, ownerId, [id])).toEqual([]);
    expect(await findDuplicate(db, { ownerId, sourceKey: `test:${id}`, contentHash: 'aa' })).toBeUndefined();
    expect(await listResources(db, { ownerId, filter: {}, limit: 10 })).toEqual([]);
    expect(await listCorrected(db, ownerId)).toEqual([]);
    expect(await updateResource(db, { id, ownerId }, { title: 'mine now' })).toBe(false);
    expect(await deleteResource(db, { id, ownerId })).toBe(false);
  }
  expect((await findResource(db, { id, ownerId: ada.userId }))?.title).toBe('ice');
});

test('findDuplicate: matches the source key or the content hash; resources without a hash do not match each other', async () => {
  const { db } = library;
  const ownerId = bob.userId;
  const first = await library.addDocument(bob, {
    passages: ['x'],
    fields: { sourceKey: 'url:https://e.org/a', contentHash: 'h1' },
  });
  await library.addDocument(bob, { passages: ['y'], fields: { sourceKey: 'url:https://e.org/b' } });
  const find = async (sourceKey: string, contentHash: string | null) =>
    (await findDuplicate(db, { ownerId, sourceKey, contentHash }))?.id;
  expect(await find('url:https://e.org/a', null)).toBe(first);
  expect(await find('sha256:h1', 'h1')).toBe(first);
  expect(await find('url:https://e.org/c', null)).toBeUndefined();
});

test('listResources: a tag filter matches whole tags exactly, for any characters', async () => {
  const carol = await library.person('carol');
  const tag = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
    fc.constantFrom('a', 'A', 'a%', '_', 'a"', '"a', '\\', 'a\\"', '[', ']', 'x', ' '),
  );
  const letters = fc.array(tag, { maxLength: 4 }).map((tags) => tags.filter((one) => !one.includes(',')));
  await fc.assert(
    fc.asyncProperty(
      letters,
      tag.filter((one) => !one.includes(',')),
      async (tags, asked) => {
        const id = await library.addDocument(carol, { passages: [], fields: { tags, title: 't' } });
        const found = await listResources(library.db, { ownerId: carol.userId, filter: { tag: asked }, limit: 10 });
        expect(found.map((one) => one.id)).toEqual(tags.includes(asked) ? [id] : []);
        await deleteResource(library.db, { id, ownerId: carol.userId });
      },
    ),
    { numRuns: 60 },
  );
});

test('listResources: filters by status, category, language, quality and a case-insensitive substring', async () => {
  const dora = await library.person('dora');
  const id = await library.addDocument(dora, {
    passages: [],
    fields: {
      title: '100% Ice_Age',
      url: 'https://example.org/Deep',
      category: 'science',
      language: 'en',
      qualityScore: 0.5,
      status: 'failed',
      tags: ['t'],
    },
  });
  await library.addDocument(dora, { passages: [], fields: { title: 'Other' } });
  const find = async (filter: ResourceFilter) =>
    (await listResources(library.db, { ownerId: dora.userId, filter, limit: 10 })).map((one) => one.id);
  for (const filter of [
    { status: 'failed' },
    { category: 'science' },
    { language: 'en' },
    { minQuality: 0.5 },
    { text: '100% ice_' },
    { text: 'ORG/deep' },
    { tag: 't', status: 'failed', text: 'ice' },
  ] as const) {
    expect(await find(filter)).toEqual([id]);
  }
  for (const filter of [
    { minQuality: 0.6 },
    { text: '1%e' },
    { text: 'iceXage' },
    { status: 'pending' },
    { tag: 'T' },
  ] as const) {
    expect(await find(filter)).toEqual([]);
  }
});

let persons = 0;
test.each([
  ['Ärger im Büro', ['ä', 'ÄRGER', 'büRO', 'im b'], ['arger', 'ß']],
  ['ΣΊΣΥΦΟΣ', ['σίσυφος', 'ΣΊΣ', 'σίς', 'υφοσ'], ['σισ']],
  [
    'Ёжик в тумане, съешь же ещё этих мягких французских булок',
    ['ёжик', 'ЁЖИК', 'СЪЕШЬ ЖЕ ЕЩЁ ЭТИХ МЯГКИХ ФРАНЦУЗСКИХ БУЛОК'],
    ['ежик'],
  ],
  ['straße ﬁn', ['STRAẞE', 'ﬁ'], ['strasse']],
  ['Iğdır ılık', ['iğdır', 'ıLıK'], ['ığdır']],
  [
    'a]b [c] {d} (e+) \\f^$ x*y? 100% -_',
    ['A]B', '[C]', '{D}', '(E+)', '\\F^$', 'X*Y?', '0% -_', '*', '?'],
    ['b*c', 'b?', '.', 'xy'],
  ],
  ['𐐀 Deseret', ['𐐨 d'], []],
])('listResources: the text of %j is found in every case, and nothing else is', async (title, found, missed) => {
  const erin = await library.person(`erin${++persons}`);
  const id = await library.addDocument(erin, { passages: [], fields: { title } });
  const find = async (text: string) =>
    (await listResources(library.db, { ownerId: erin.userId, filter: { text }, limit: 10 })).length;
  for (const text of found) expect(await find(text), text).toBe(1);
  for (const text of missed) expect(await find(text), text).toBe(0);
  await deleteResource(library.db, { id, ownerId: erin.userId });
});

test('listResources: every part of a title finds it, whatever characters it has', async () => {
  const finn = await library.person('finn');
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((title) => !title.includes('\0'));
  await fc.assert(
    fc.asyncProperty(text, fc.nat(11), fc.constantFrom('same', 'upper', 'lower'), async (title, from, form) => {
      const letters = [...title];
      const part = letters.slice(from % letters.length).map((letter) => {
        const changed = form === 'upper' ? letter.toUpperCase() : form === 'lower' ? letter.toLowerCase() : letter;
        return casesOf(letter).includes(changed) ? changed : letter;
      });
      const id = await library.addDocument(finn, { passages: [], fields: { title } });
      const found = await listResources(library.db, { ownerId: finn.userId, filter: { text: part.join('') }, limit: 10 });
      expect(found.map((one) => one.id)).toContain(id);
      await deleteResource(library.db, { id, ownerId: finn.userId });
    }),
    { numRuns: 60 },
  );
});
