import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChunksOfHits, listChunks } from '../../../src/kernel/db/chunks.ts';
import { placeholdersFor } from '../../../src/kernel/db/prepared.ts';
import { createTestLibrary, type TestLibrary } from '../../support/kits/library.ts';

let library: TestLibrary;
beforeAll(async () => {
  library = await createTestLibrary();
});
afterAll(() => library.close());

test('chunks of hits: those asked for, however many they are, with what their resource shows', async () => {
  const { db } = library;
  const ada = await library.person('ada');
  const fields = { url: 'https://example.org/', language: 'en', category: 'science', tags: ['x', 'y'], contentType: 'text/html' };
  const id = await library.addDocument(ada, { passages: Array.from({ length: 40 }, (_, n) => `glacier ${n}`), fields });
  const chunks = await listChunks(db, id);
  for (const count of [1, 7, 8, 9, 16, 33, 40]) {
    const asked = chunks.slice(0, count).map(({ seq }) => seq);
    const found = await findChunksOfHits(db, ada.userId, asked);
    expect(found.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(asked);
    for (const hit of found) {
      expect(hit).toMatchObject({ ...fields, resourceId: id, title: 'glacier 0' });
      expect(chunks.find(({ seq }) => seq === hit.seq)).toMatchObject({ text: hit.text, headingPath: hit.headingPath });
    }
  }
});

test('chunks of hits: none for keys that are unknown or of another owner, and without a key', async () => {
  const { db } = library;
  const [ada, bob] = [await library.person('ada2'), await library.person('bob2')];
  const [own, other] = [
    await library.addDocument(ada, { passages: ['glacier'] }),
    await library.addDocument(bob, { passages: ['ice'] }),
  ];
  const [seq = 0, others = 0] = [...(await listChunks(db, own)), ...(await listChunks(db, other))].map((chunk) => chunk.seq);
  expect(await findChunksOfHits(db, ada.userId, [])).toEqual([]);
  expect(await findChunksOfHits(db, ada.userId, [others, 2 ** 40])).toEqual([]);
  expect((await findChunksOfHits(db, ada.userId, [others, seq, 2 ** 40])).map((hit) => hit.seq)).toEqual([seq]);
  expect((await findChunksOfHits(db, bob.userId, [others, seq])).map((hit) => hit.seq)).toEqual([others]);
});

test('placeholders: room for every value, in few sizes', () => {
  const sizes = new Set<number>();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 400 }), (values) => {
      const size = placeholdersFor(values);
      sizes.add(size);
      expect(size).toBeGreaterThanOrEqual(values);
      expect(size).toBeLessThan(Math.max(9, 2 * values));
    }),
  );
  expect(sizes.size).toBeLessThanOrEqual(7);
});
