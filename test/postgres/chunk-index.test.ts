import { expect, test } from 'vitest';
import { chunkIndexContract } from '../contract/chunk-index.ts';
import { createTestLibrary } from '../support/kits/library.ts';

chunkIndexContract('PostgreSQL without pgvector', ({ database }) => database.chunkIndex());
chunkIndexContract('PostgreSQL without pgvector, a vector a block', ({ database }) =>
  database.chunkIndex({ annThreshold: 0, blockSize: 1 }),
);

test('chunk index on PostgreSQL: words are stemmed in the language of their document', async () => {
  const library = await createTestLibrary();
  const ada = await library.person('ada');
  const german = await library.addDocument(ada, {
    passages: ['Die Gletscher kalbten an den Küsten, und die Häuser standen leer'],
    fields: { language: 'de' },
  });
  const french = await library.addDocument(ada, { passages: ['Les glaciers avançaient lentement'], fields: { language: 'fr' } });
  const index = library.database.chunkIndex();
  const words = async (query: string) =>
    (await index.keyword({ text: query }, { ownerId: ada.userId }, 5)).map((hit) => hit.resourceId);
  expect(await words('Haus')).toEqual([german]);
  expect(await words('avancer')).toEqual([french]);
  expect(await words('kuste')).toEqual([german]);
  await library.close();
});
