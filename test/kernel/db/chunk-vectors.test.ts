import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChunkVectors, replaceChunkVectors } from '../../../src/kernel/db/chunk-vectors.ts';
import { listChunks } from '../../../src/kernel/db/chunks.ts';
import { createTestLibrary, type TestLibrary } from '../../support/kits/library.ts';

let library: TestLibrary;
beforeAll(async () => {
  library = await createTestLibrary();
});
afterAll(() => library.close());

test('vectors of chunks: those asked for, number by number, by the model and of the owner alone', async () => {
  const { db } = library;
  const [ada, bob] = [await library.person('ada'), await library.person('bob')];
  const resourceId = await library.addDocument(ada, { passages: Array.from({ length: 40 }, (_, n) => `glacier ${n}`) });
  const seqs = (await listChunks(db, resourceId)).map(({ seq }) => seq);
  const [first = 0] = seqs;
  const vectors = seqs.map((chunkSeq, n) => ({ chunkSeq, embedding: Float32Array.of(1 / (n + 1), -0.1, 3e-8) }));
  await replaceChunkVectors(db, { resourceId, ownerId: ada.userId, model: 'one', vectors });
  for (const count of [1, 7, 8, 9, 16, 33, 40]) {
    const found = await findChunkVectors(db, { ownerId: ada.userId, model: 'one', seqs: seqs.slice(0, count) });
    expect(found.size).toBe(count);
    for (const { chunkSeq, embedding } of vectors.slice(0, count)) expect(found.get(chunkSeq)).toEqual(embedding);
  }
  expect(await findChunkVectors(db, { ownerId: ada.userId, model: 'one', seqs: [] })).toEqual(new Map());
  expect(await findChunkVectors(db, { ownerId: ada.userId, model: 'other', seqs })).toEqual(new Map());
  expect(await findChunkVectors(db, { ownerId: bob.userId, model: 'one', seqs })).toEqual(new Map());
  expect([...(await findChunkVectors(db, { ownerId: ada.userId, model: 'one', seqs: [2 ** 40, first] })).keys()]).toEqual([
    first,
  ]);
});
