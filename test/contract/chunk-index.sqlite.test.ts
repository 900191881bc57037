import { expect, test } from 'vitest';
import { createTestLibrary, MODEL, topicVector } from '../support/kits/library.ts';
import { chunkIndexContract } from './chunk-index.ts';

chunkIndexContract('SQLite', ({ database }) => database.chunkIndex());
chunkIndexContract('SQLite, a vector a block', ({ database }) => database.chunkIndex({ blockSize: 1 }));

test.each([-1, 0, 1.5, Number.NaN])('chunk index on SQLite: a blockSize of %d is refused', async (blockSize) => {
  const { database, close } = await createTestLibrary();
  const search = database.chunkIndex({ blockSize }).nearest(topicVector('ice'), MODEL, { ownerId: 'ada' }, 1);
  await expect(search).rejects.toThrow(RangeError);
  await close();
});

test('chunk index on SQLite: the keyword index follows every change of the chunks', async () => {
  const { database, person, addDocument, db, close } = await createTestLibrary();
  const { replaceChunks } = await import('../../src/kernel/db/chunks.ts');
  const ada = await person('ada');
  const first = await addDocument(ada, { passages: ['ice', 'bread', 'login'] });
  await addDocument(ada, { passages: ['more ice'] });
  await replaceChunks(db, first, []);
  await database.execute("insert into chunks_fts (chunks_fts, rank) values ('integrity-check', 1)");
  const hits = await database.chunkIndex().keyword({ text: 'ice' }, { ownerId: ada.userId }, 5);
  expect(hits).toHaveLength(1);
  await close();
});
