import { expect, test } from 'vitest';
import { createTestLibrary } from '../support/kits/library.ts';
import { chunkIndexContract } from './chunk-index.ts';

chunkIndexContract('SQLite, exact scan', ({ database }) => database.chunkIndex());
chunkIndexContract('SQLite, candidates by quantised codes', ({ database }) => database.chunkIndex({ annThreshold: 0 }));

test.each([-1, 1.5, Number.NaN])('chunk index on SQLite: an annThreshold of %d is refused', async (annThreshold) => {
  const { database, close } = await createTestLibrary();
  expect(() => database.chunkIndex({ annThreshold })).toThrow(RangeError);
  await close();
});

test('chunk index on SQLite: the keyword index and the codes follow every change of the chunks', async () => {
  const { database, person, addDocument, db, close } = await createTestLibrary();
  const { replaceChunks } = await import('../../src/kernel/db/chunks.ts');
  const ada = await person('ada');
  const first = await addDocument(ada, { passages: ['ice', 'bread', 'login'] });
  await addDocument(ada, { passages: ['more ice'] });
  await replaceChunks(db, first, []);
  await database.execute("insert into chunks_fts (chunks_fts, rank) values ('integrity-check', 1)");
  const counts = await database.execute(
    'select (select count(*) from chunks) as chunks, (select count(*) from chunk_codes) as codes',
  );
  expect(counts).toMatchObject({ rows: [{ chunks: 1, codes: 1 }] });
  await close();
});
