/** Search by meaning with pgvector: the contract with and without the index. */
import { expect, test } from 'vitest';
import { vectorIndexName } from '../../src/kernel/db/chunk-index.postgres.ts';
import { dropVectorIndexes, ensureVectorIndexes } from '../../src/kernel/db/vector-indexes.postgres.ts';
import { chunkIndexContract } from '../contract/chunk-index.ts';
import { createTestLibrary, MODEL, topicVector } from '../support/kits/library.ts';
import { openPgvector } from '../support/servers/pglite.ts';

const withPgvector = async () => createTestLibrary({ database: await openPgvector() });

chunkIndexContract('PostgreSQL with pgvector, exact scan', ({ database }) => database.chunkIndex(), withPgvector);
chunkIndexContract(
  'PostgreSQL with pgvector, HNSW index',
  ({ database }) => database.chunkIndex({ annThreshold: 0 }),
  async () => {
    const database = await openPgvector();
    // The index is empty; the contract's rows are added to it.
    await database.client.unsafe(`create index "${vectorIndexName(MODEL, topicVector('ice').length)}" on chunk_vectors
      using hnsw ((embedding::vector(${topicVector('ice').length})) vector_cosine_ops)
      where model = '${MODEL}' and array_length(embedding, 1) = ${topicVector('ice').length}`);
    return createTestLibrary({ database });
  },
);

test('ensureVectorIndexes: creates an index per model with many vectors once, and replaces an invalid one', async () => {
  const database = await openPgvector();
  const library = await createTestLibrary({ database });
  const ada = await library.person('ada');
  for (let n = 0; n < 3; n += 1) await library.addDocument(ada, { passages: [`ice ${n}`, `bread ${n}`] });
  const ensure = () => ensureVectorIndexes(database.client, { minVectors: 5, concurrently: false });
  const name = vectorIndexName(MODEL, topicVector('ice').length);
  expect(await ensureVectorIndexes(database.client, { minVectors: 6, concurrently: false })).toEqual([]);
  expect(await ensure()).toEqual([name]);
  expect(await ensure()).toEqual([]);
  await database.client`update pg_index set indisvalid = false where indexrelid = ${name}::regclass`;
  expect(await ensure()).toEqual([name]);
  const index = database.chunkIndex({ annThreshold: 0 });
  const hits = await index.nearest(topicVector('ice'), MODEL, { ownerId: ada.userId }, 6);
  expect(hits).toHaveLength(6);
  expect(hits[0]?.score).toBeCloseTo(1, 5);
  await library.close();
});

test('dropVectorIndexes: the index of a model whose vectors were removed goes, those of others stay', async () => {
  const database = await openPgvector();
  const drop = () => dropVectorIndexes(database.client, { concurrently: false });
  expect(await drop()).toEqual([]);
  const library = await createTestLibrary({ database });
  const ada = await library.person('ada');
  for (let n = 0; n < 3; n += 1) await library.addDocument(ada, { passages: [`ice ${n}`, `bread ${n}`] });
  await database.client`insert into chunk_vectors (chunk_seq, model, owner_id, embedding) select chunk_seq, 'before', owner_id, embedding from chunk_vectors`;
  await ensureVectorIndexes(database.client, { minVectors: 5, concurrently: false });
  expect(await drop()).toEqual([]);
  await database.client`delete from chunk_vectors where model = 'before'`;
  const size = topicVector('ice').length;
  expect(await drop()).toEqual([vectorIndexName('before', size)]);
  expect(await drop()).toEqual([]);
  const [kept] = await database.client`select to_regclass(${vectorIndexName(MODEL, size)}) is not null as found`;
  expect(kept?.found).toBe(true);
  await library.close();
});

test('chunk index with HNSW: an owner with few chunks among many finds all of them', async () => {
  const database = await openPgvector();
  const library = await createTestLibrary({ database });
  const [many, few] = [await library.person('many'), await library.person('few')];
  const passages = Array.from({ length: 400 }, (_, n) => `ice number ${n}`);
  await library.addDocument(many, { passages });
  const lone = await library.addDocument(few, { passages: ['bread and butter'] });
  await ensureVectorIndexes(database.client, { minVectors: 5, concurrently: false });
  const index = database.chunkIndex({ annThreshold: 0 });
  const hits = await index.nearest(topicVector('ice'), MODEL, { ownerId: few.userId }, 3);
  expect(hits.map(({ resourceId }) => resourceId)).toEqual([lone]);
  await library.close();
});
