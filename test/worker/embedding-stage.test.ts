import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError, StageError } from '../../src/kernel/core/errors.ts';
import { replaceChunks } from '../../src/kernel/db/chunks.ts';
import { findResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import { chunks, chunkVectors, resources, resourceVectors, users } from '../../src/kernel/db/schema.sqlite.ts';
import type { Resource } from '../../src/kernel/db/types.ts';
import { toBytes, toVector } from '../../src/kernel/db/vector-bytes.ts';
import type { EmbedInput } from '../../worker-node/embedder/embedder.ts';
import { createEmbeddingStage } from '../../worker-node/stages/embedding.ts';
import { countedIds } from '../support/fakes/doubles.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';

let database: TestDatabase;
const ids = countedIds();

beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.close());

async function libraryWith(texts: readonly string[], context = 'Title > Part'): Promise<Resource> {
  const [ownerId, id] = [ids.next(), ids.next()];
  const user = { id: ownerId, username: ownerId, usernameKey: ownerId, email: ownerId, emailKey: ownerId, tier: 'free' } as const;
  const times = { createdAt: 0, updatedAt: 0 };
  await database.db.insert(users).values({ ...user, ...times, passwordHash: null, active: true, emailVerifiedAt: null });
  const lists = { tags: [], metadata: {}, edited: [], authors: [], keywords: [], categories: [] };
  const rows = await database.db
    .insert(resources)
    .values({ id, ownerId, sourceKey: id, status: 'processing', run: 1, ...lists, ...times })
    .returning();
  const place = {
    resourceId: id,
    ownerId,
    headingPath: [],
    charStart: 0,
    charEnd: 1,
    pageStart: null,
    pageEnd: null,
    wordCount: 1,
  };
  await replaceChunks(
    database.db,
    id,
    texts.map((text, position) => ({ ...place, id: ids.next(), position, text, context })),
  );
  return rows[0] as Resource;
}

/** Words "x" and "y" are directions; every other text means nothing. */
const direction = (text: EmbedInput) => Float32Array.of(Number(String(text).includes('x')), Number(String(text).includes('y')));
const embedderOf = (model: string, embed = async (texts: readonly EmbedInput[]) => texts.map(direction)) => ({ model, embed });
const stored = async (resourceId: string, model: string) =>
  (await database.db.select().from(chunkVectors).innerJoin(chunks, eq(chunks.seq, chunkVectors.chunkSeq)))
    .filter((row) => row.chunks.resourceId === resourceId && row.chunk_vectors.model === model)
    .map((row) => [row.chunks.text, [...toVector(row.chunk_vectors.embedding)]]);

function run(resource: Resource, embedder: ReturnType<typeof embedderOf>, report = (_percent: number) => {}) {
  const { signal } = new AbortController();
  return createEmbeddingStage({ db: database.db, embedder })({ resource, signal, report });
}
const runAndCommit = async (...args: Parameters<typeof run>) => {
  const commit = await run(...args);
  await database.db.transaction((tx) => commit(tx));
};

test('every chunk gets its vector and the resource their normalised mean', async () => {
  const resource = await libraryWith(['x one', 'y two', 'x three']);
  await runAndCommit(resource, embedderOf('m'));
  expect(await stored(resource.id, 'm')).toEqual([
    ['x one', [1, 0]],
    ['y two', [0, 1]],
    ['x three', [1, 0]],
  ]);
  const [x, y] = (await findResourceVector(database.db, resource.id, 'm')) as unknown as [number, number];
  expect(x).toBeCloseTo(2 / Math.sqrt(5));
  expect(y).toBeCloseTo(1 / Math.sqrt(5));
});

test('a chunk is embedded under its title and headings, and as a document in bulk', async () => {
  const resource = await libraryWith(['text']);
  const asked: unknown[] = [];
  await run(resource, {
    model: 'm',
    embed: async (texts, options?: unknown) => {
      asked.push([texts, options]);
      return texts.map(direction);
    },
  });
  expect(asked).toEqual([[['Title > Part\ntext'], { priority: 'bulk', kind: 'document', signal: expect.any(AbortSignal) }]]);
});

test('running again replaces the vectors of its model and leaves those of others alone', async () => {
  const resource = await libraryWith(['x']);
  const other = await libraryWith(['y']);
  await runAndCommit(resource, embedderOf('old'));
  await runAndCommit(other, embedderOf('new'));
  await runAndCommit(resource, embedderOf('new'));
  await runAndCommit(resource, embedderOf('new'));
  expect(await stored(resource.id, 'old')).toEqual([['x', [1, 0]]]);
  expect(await stored(resource.id, 'new')).toEqual([['x', [1, 0]]]);
  expect(await stored(other.id, 'new')).toEqual([['y', [0, 1]]]);
  expect(await database.db.select().from(resourceVectors)).toHaveLength(3);
});

test('nothing is written before the commit', async () => {
  const resource = await libraryWith(['x']);
  await run(resource, embedderOf('m'));
  expect(await stored(resource.id, 'm')).toEqual([]);
});

test('chunks without a word the model knows get no vector; a resource of such chunks has none, an earlier one is taken back', async () => {
  const resource = await libraryWith(['x', '???'], '');
  await runAndCommit(resource, embedderOf('m'));
  expect(await stored(resource.id, 'm')).toEqual([['x', [1, 0]]]);
  await runAndCommit(
    resource,
    embedderOf('m', async (texts) => texts.map(() => new Float32Array(2))),
  );
  expect(await stored(resource.id, 'm')).toEqual([]);
  expect(await findResourceVector(database.db, resource.id, 'm')).toBeUndefined();
});

test('progress grows to 100 over slices, and more chunks than one statement takes are stored', async () => {
  const resource = await libraryWith(Array.from({ length: 1100 }, (_, index) => `x ${index}`));
  const percents: number[] = [];
  await runAndCommit(resource, embedderOf('m'), (percent) => percents.push(percent));
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  expect(percents.length).toBeGreaterThan(10);
  expect(percents.at(-1)).toBe(100);
  expect(await stored(resource.id, 'm')).toHaveLength(1100);
});

test('an embedder that is away or full fails the stage for now, with its words and its pause', async () => {
  const resource = await libraryWith(['x']);
  const full = embedderOf('m', () =>
    Promise.reject(new AppError('rate_limited', 'The embedding queue is full', { retryAfter: 7 })),
  );
  await expect(run(resource, full)).rejects.toMatchObject({
    failure: 'transient',
    message: 'The embedding queue is full',
    retryAfter: 7,
  });
  const away = embedderOf('m', () => Promise.reject(new AppError('unavailable', 'The embedding model could not be loaded')));
  await expect(run(resource, away)).rejects.toBeInstanceOf(StageError);
  const fault = new Error('a fault of ours');
  await expect(
    run(
      resource,
      embedderOf('m', () => Promise.reject(fault)),
    ),
  ).rejects.toBe(fault);
});

test('a resource without chunks fails for good', async () => {
  await expect(run(await libraryWith([]), embedderOf('m'))).rejects.toMatchObject({ failure: 'permanent' });
});

test('a vector is the same after it was stored, whatever its place in a larger buffer', () => {
  fc.assert(
    fc.property(fc.float32Array(), fc.nat(7), (vector, offset) => {
      const bytes = toBytes(vector);
      const shifted = new Uint8Array(bytes.length + offset).subarray(offset);
      shifted.set(bytes);
      expect(toVector(shifted)).toEqual(vector);
    }),
  );
});
