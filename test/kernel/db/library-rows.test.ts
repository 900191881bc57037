import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LibraryDocument, readLibrary, readLibraryDocuments } from '../../../src/kernel/db/library-rows.ts';
import type { Actor } from '../../../src/kernel/model/actor.ts';
import { createTestLibrary, MODEL, type TestLibrary, topicVector } from '../../support/kits/library.ts';

let library: TestLibrary;
let ada: Actor & { userId: string };
beforeAll(async () => {
  library = await createTestLibrary();
  ada = await library.person('ada');
});
afterAll(() => library.close());

async function blocksOf(model: string | null = MODEL) {
  const blocks: LibraryDocument[][] = [];
  for await (const block of readLibrary(library.db, { ownerId: ada.userId, model })) blocks.push(block);
  return blocks;
}
const shape = (documents: readonly LibraryDocument[]) => documents.map(({ id, chunks }) => [id, chunks.map(({ text }) => text)]);

test('library rows: documents come with their chunks and vectors, those without chunks or of others do not', async () => {
  const fields = {
    url: 'https://example.org/',
    language: 'en',
    category: 'science',
    tags: ['x'],
    metadata: { a: 1 },
    qualityScore: 0.5,
  };
  const first = await library.addDocument(ada, { passages: ['glacier ice', 'bread'], fields });
  await library.addDocument(ada, { passages: [] });
  await library.addDocument(await library.person('bob'), { passages: ['glacier'] });
  const [documents = [], ...more] = await blocksOf();
  expect(more).toEqual([]);
  expect(shape(documents)).toEqual([[first, ['glacier ice', 'bread']]]);
  expect(documents[0]).toMatchObject({ ...fields, title: 'glacier ice', contentType: null, publishedAt: null });
  expect(documents[0]?.chunks.map(({ embedding }) => embedding)).toEqual(['glacier ice', 'bread'].map(topicVector));
  const [unembedded] = (await blocksOf('another')).flat();
  expect(unembedded?.chunks.map(({ embedding }) => embedding)).toEqual([null, null]);
  const [none] = (await blocksOf(null)).flat();
  expect(none?.chunks.map(({ embedding }) => embedding)).toEqual([null, null]);
});

test('library rows: a library is read in blocks of 200 chunks, a longer document in one', async () => {
  const lengths = [1, 150, 60, 620, 1, 1, ...Array.from({ length: 205 }, () => 1)];
  const expected: [string, string[]][] = [];
  for (const [n, length] of lengths.entries()) {
    const passages = Array.from({ length }, (_, position) => `glacier ${n} ${position}`);
    expected.push([await library.addDocument(ada, { passages }), passages]);
  }
  const blocks = await blocksOf();
  const sizes = blocks.map((block) => block.reduce((sum, { chunks }) => sum + chunks.length, 0));
  for (const [index, block] of blocks.entries()) expect(block.length === 1 || (sizes[index] ?? 0) <= 200).toBe(true);
  expect(sizes).toContain(620);
  const read = shape(blocks.flat());
  expect(read.slice(1)).toEqual(expected);
  expect(read.length).toBe(lengths.length + 1);
  const ids = expected.map(([id]) => id);
  const asked = [ids[3], ids[0], 'unknown'] as string[];
  const some = await readLibraryDocuments(library.db, { ownerId: ada.userId, model: MODEL, ids: asked });
  expect(shape(some)).toEqual([expected[0], expected[3]]);
  expect(await readLibraryDocuments(library.db, { ownerId: ada.userId, model: MODEL, ids: [] })).toEqual([]);
});
