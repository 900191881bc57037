import { expect, test } from 'vitest';
import { createSqliteChunkIndex } from '../../src/kernel/db/chunk-index.sqlite.ts';
import { createTestLibrary } from '../support/library.ts';
import { chunkIndexContract } from './chunk-index.ts';

chunkIndexContract('SQLite, every vector compared', ({ client }) => createSqliteChunkIndex({ client }));
chunkIndexContract('SQLite, candidates by code', ({ client }) => createSqliteChunkIndex({ client, annThreshold: 0 }));

test.each([-1, 1.5, Number.NaN])('a threshold of %d is refused', async (annThreshold) => {
  const { client, close } = await createTestLibrary();
  expect(() => createSqliteChunkIndex({ client, annThreshold })).toThrow(RangeError);
  await close();
});

test('the keyword index and the codes hold exactly the chunks there are, after any changes', async () => {
  const { client, person, addDocument, db, close } = await createTestLibrary();
  const { replaceChunks } = await import('../../src/kernel/db/chunks.ts');
  const ada = await person('ada');
  const first = await addDocument(ada, { passages: ['ice', 'bread', 'login'] });
  await addDocument(ada, { passages: ['more ice'] });
  await replaceChunks(db, first, []);
  await client.execute("insert into chunks_fts (chunks_fts, rank) values ('integrity-check', 1)");
  const { rows } = await client.execute(
    'select (select count(*) from chunks) as chunks, (select count(*) from chunk_codes) as codes',
  );
  expect(rows[0]).toMatchObject({ chunks: 1, codes: 1 });
  await close();
});
