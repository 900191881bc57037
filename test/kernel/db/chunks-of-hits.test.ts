import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replaceChunkVectors } from '../../../src/kernel/db/chunk-vectors.ts';
import { findChunksOfHits, findChunksOfHitsWithVectors, listChunks } from '../../../src/kernel/db/chunks.ts';
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

test('chunks of hits with vectors: of those that are near, number by number, by the model and of the owner alone', async () => {
  const { db } = library;
  const [ada, bob] = [await library.person('ada3'), await library.person('bob3')];
  const resourceId = await library.addDocument(ada, { passages: Array.from({ length: 40 }, (_, n) => `glacier ${n}`) });
  const all = (await listChunks(db, resourceId)).map(({ seq }) => seq);
  const vectors = all.map((chunkSeq, n) => ({ chunkSeq, embedding: Float32Array.of(1 / (n + 1), -0.1, 3e-8) }));
  await replaceChunkVectors(db, { resourceId, ownerId: ada.userId, model: 'one', vectors: vectors.slice(1) });
  const read = async (owner: string, model: string, seqs: number[], near: number[]) => {
    const rows = await findChunksOfHitsWithVectors(db, owner, { seqs, near, model });
    return new Map(rows.map(({ seq, vector }) => [seq, vector]));
  };
  for (const [seqs, near] of [
    [all.slice(0, 3), all.slice(0, 1)],
    [all.slice(0, 9), all.slice(5, 20)],
    [all, all],
    [[], all.slice(2, 4)],
  ] as const) {
    const found = await read(ada.userId, 'one', [...seqs], [...near]);
    expect([...found.keys()].sort((a, b) => a - b)).toEqual([...new Set([...seqs, ...near])]);
    for (const [n, { chunkSeq, embedding }] of vectors.entries())
      if (found.has(chunkSeq)) expect(found.get(chunkSeq)).toEqual(n > 0 && near.includes(chunkSeq) ? embedding : null);
  }
  expect(await read(ada.userId, 'one', all.slice(0, 1), [])).toEqual(new Map([[all[0], null]]));
  expect(await read(ada.userId, 'one', [], [])).toEqual(new Map());
  expect(await read(ada.userId, 'other', all.slice(5, 6), all.slice(5, 6))).toEqual(new Map([[all[5], null]]));
  expect(await read(bob.userId, 'one', all, all)).toEqual(new Map());
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
