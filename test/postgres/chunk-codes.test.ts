/** The quantised codes that search a large library without pgvector: their consistency with the vectors, and their accuracy. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { migratePostgres } from '../../src/adapters/migrate-postgres.ts';
import { replaceChunks } from '../../src/kernel/db/chunks.ts';
import { openTestPostgres } from '../support/kits/database.ts';
import { createTestLibrary, MODEL } from '../support/kits/library.ts';

async function openLibrary() {
  const database = await openTestPostgres();
  return { ...(await createTestLibrary({ database })), database, client: database.client };
}

test('quantised codes: every vector has its code after any change', async () => {
  const { client, db, person, addDocument, close } = await openLibrary();
  const ada = await person('ada');
  const first = await addDocument(ada, { passages: ['ice', 'bread', 'login'] });
  await addDocument(ada, { passages: ['more ice'] });
  await replaceChunks(db, first, []);
  const counted = () => client`select count(*)::int as codes, count(v.chunk_seq)::int as vectors from chunk_codes k
    full join chunk_vectors v on v.chunk_seq = k.chunk_seq
      and k.code_group = pharos_code_group(v.owner_id, v.model, cardinality(v.embedding)) and k.code = pharos_code(v.embedding)`;
  expect(await counted()).toMatchObject([{ codes: 1, vectors: 1 }]);
  await client`update chunk_vectors set embedding = '{0,1,0,0}', model = 'another'`;
  expect(await counted()).toMatchObject([{ codes: 1, vectors: 1 }]);
  await client`update chunk_vectors set embedding = '{NaN,1}'`;
  expect(await client`select from chunk_codes`).toHaveLength(0);
  await client`delete from chunks`;
  await close();
});

test('quantised codes: two codes differ by one bit per level between their dimensions, and no value is out of range', async () => {
  const { client, close } = await openLibrary();
  const levels = async (vector: string) => {
    const [row] = await client<{ code: string }[]>`select pharos_code(${vector}::text::real[])::text as code`;
    return row?.code.match(/.{7}/g)?.map((bits) => bits.lastIndexOf('1') + 1);
  };
  // In two dimensions a level is 0.354 wide, and zero lies between the levels 3 and 4.
  expect(await levels('{0.1,-0.1}')).toEqual([4, 3]);
  expect(await levels('{0.36,-0.72}')).toEqual([5, 1]);
  expect(await levels('{1.5,-1.5}')).toEqual([7, 0]);
  expect(await levels('{Infinity,-Infinity}')).toEqual([7, 0]);
  const [row] = await client`select bit_count(pharos_code('{0.36,-0.72}') # pharos_code('{0.1,0.1}'))::int as steps`;
  expect(row?.steps).toBe(1 + 3);
  await close();
});

test('quantised codes: among many vectors they find over 95 % of the hits of an exact scan', async () => {
  const { client, database, person, addDocument, close } = await openLibrary();
  const [ada, bob] = [await person('ada'), await person('bob')];
  const passages = Array.from({ length: 600 }, (_, n) => `passage ${n}`);
  for (const owner of [ada, bob]) await addDocument(owner, { passages });
  // Gaussian vectors of 48 dimensions, normalised.
  await client.begin(async (tx) => {
    await tx`select setseed(0.5)`;
    await tx`update chunk_vectors v set embedding = n.embedding from (
      select seq, array_agg((x / norm)::real order by dimension) as embedding from (
        select seq, dimension, x, sqrt(sum(x * x) over (partition by seq)) as norm from (
          select c.seq, d as dimension, sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) as x
          from chunks c cross join generate_series(1, 48) as d) as drawn) as measured
      group by seq) n where n.seq = v.chunk_seq`;
  });
  const [all, codes] = [database.chunkIndex({ annThreshold: 2_000 }), database.chunkIndex({ annThreshold: 0 })];
  const given = await client<{ embedding: Uint8Array }[]>`select embedding from chunk_vectors order by chunk_seq limit 10`;
  let same = 0;
  for (const { embedding } of given) {
    const vector = new Float32Array(embedding.slice().buffer);
    const ask = async (index: typeof all) =>
      (await index.nearest(vector, MODEL, { ownerId: ada.userId }, 10)).map(({ seq }) => seq);
    const [truth, found] = [await ask(all), await ask(codes)];
    expect(found).toHaveLength(10);
    expect(found[0]).toBe(truth[0]);
    same += found.filter((seq) => truth.includes(seq)).length;
  }
  expect(same / 100).toBeGreaterThan(0.95);
  await close();
});

test('quantised codes: a migration adds them for existing vectors', async () => {
  const { client, url, close } = await openTestPostgres();
  await client.unsafe(`create database ${new URL(url).pathname.slice(1)}_before template template0`);
  const place = `${url}_before`;
  const folder = await mkdtemp(join(tmpdir(), 'pharos-before-'));
  await cp('migrations/postgres', folder, { recursive: true });
  const journal = join(folder, 'meta', '_journal.json');
  const { entries, ...rest } = JSON.parse(await readFile(journal, 'utf8'));
  await writeFile(journal, JSON.stringify({ ...rest, entries: entries.slice(0, 2) }));
  const before = postgres(place, { max: 1, onnotice: () => undefined });
  await migrate(drizzle(before), { migrationsFolder: folder });
  await before.unsafe(`
    insert into users (id, username, username_key, email, email_key, tier, active, created_at, updated_at)
      values ('ada', 'ada', 'ada', 'ada', 'ada', 'free', true, 0, 0);
    insert into resources (id, owner_id, source_key, tags, metadata, edited, status, run, authors, keywords, categories, created_at, updated_at)
      values ('r', 'ada', 'r', '[]', '{}', '[]', 'completed', 1, '[]', '[]', '[]', 0, 0);
    insert into chunks (seq, id, resource_id, owner_id, position, text, context, heading_path, char_start, char_end, word_count)
      select n, n, 'r', 'ada', n, 'ice', '', '[]', 0, 0, 1 from generate_series(1, 3) as n;
    insert into chunk_vectors (chunk_seq, model, owner_id, embedding)
      values (1, 'm', 'ada', '{1,0}'), (2, 'm', 'ada', '{0,1}'), (3, 'm', 'ada', '{NaN,0}');`);
  await migratePostgres({ url: place, sslMode: 'disable' });
  const codes = await before`select chunk_seq::int as seq, code = pharos_code(v.embedding) as right from chunk_codes
    join chunk_vectors v using (chunk_seq) where code_group = pharos_code_group('ada', 'm', 2) order by 1`;
  expect(codes).toEqual([
    { seq: 1, right: true },
    { seq: 2, right: true },
  ]);
  await before.end();
  await client.unsafe(`drop database ${new URL(place).pathname.slice(1)} with (force)`);
  await rm(folder, { recursive: true, force: true });
  await close();
});
