import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AppError, StageError } from '../../src/kernel/core/errors.ts';
import { replaceChunks } from '../../src/kernel/db/chunks.ts';
import { findResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import {
  chunks,
  chunkVectors,
  embeddingModels,
  resourceEmbeddings,
  resources,
  resourceVectors,
  users,
} from '../../src/kernel/db/schema.sqlite.ts';
import { findCalibration } from '../../src/kernel/db/settings.ts';
import type { Resource } from '../../src/kernel/db/types.ts';
import { toBytes, toVector } from '../../src/kernel/db/vector-bytes.ts';
import { activateModel } from '../../src/services/models/activate-model.ts';
import { knownCalibration } from '../../worker-node/analysis/calibration.ts';
import type { EmbedInput } from '../../worker-node/embedder/embedder.ts';
import type { StageResult } from '../../worker-node/pipeline/stage.ts';
import { createEmbeddingStage } from '../../worker-node/stages/embedding.ts';
import { calibrationOf } from '../../worker-node/stages/model-calibration.ts';
import { countedIds, manualClock } from '../support/fakes/doubles.ts';
import { oneEmbedder } from '../support/fakes/models.ts';
import { beginStage, commitStage, testModel } from '../support/fixtures/documents.ts';
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
  await database.db
    .insert(users)
    .values({ ...user, ...times, passwordHash: null, active: true, emailVerifiedAt: null, credentialsEpoch: 0 });
  const lists = { tags: [], metadata: {}, edited: [], authors: [], keywords: [], categories: [] };
  const rows = await database.db
    .insert(resources)
    .values({ id, ownerId, sourceKey: id, status: 'processing', run: 1, ...lists, ...times })
    .returning();
  const range = {
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
    texts.map((text, position) => ({ ...range, id: ids.next(), position, text, context })),
  );
  return rows[0] as Resource;
}

/** Texts with "x" and "y" have a direction; the vector of any other text is zero. */
const direction = (text: EmbedInput) => Float32Array.of(Number(String(text).includes('x')), Number(String(text).includes('y')));
const embedderOf = (model: string, embed = async (texts: readonly EmbedInput[]) => texts.map(direction)) => ({ model, embed });
const stored = async (resourceId: string, model: string) =>
  (await database.db.select().from(chunkVectors).innerJoin(chunks, eq(chunks.seq, chunkVectors.chunkSeq)))
    .filter((row) => row.chunks.resourceId === resourceId && row.chunk_vectors.model === model)
    .map((row) => [row.chunks.text, [...toVector(row.chunk_vectors.embedding)]]);

function run(resource: Resource, embedder: ReturnType<typeof embedderOf>, report = (_percent: number) => {}) {
  return runFor(resource, oneEmbedder(embedder), report);
}
const commit = (resource: Resource, made: StageResult) => commitStage(database.db, resource.id, made);
const runAndCommit = async (...args: Parameters<typeof run>) => commit(args[0], await run(...args));

test('embedding stage: every chunk gets its vector, and the resource their normalised mean', async () => {
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

test('embedding stage: a chunk is embedded with its title and headings, as a document, in bulk', async () => {
  const resource = await libraryWith(['text']);
  const calls: unknown[] = [];
  await run(resource, {
    // Another model would be calibrated first.
    model: 'pharos-static-192',
    embed: async (texts, options?: unknown) => {
      calls.push([texts, options]);
      return texts.map(direction);
    },
  });
  expect(calls).toEqual([[['Title > Part\ntext'], { priority: 'bulk', kind: 'document', signal: expect.any(AbortSignal) }]]);
});

test('embedding stage: a model without calibration gets one before its first vectors, once', async () => {
  const resource = await libraryWith(['x']);
  let calls = 0;
  const embedder = {
    model: 'unknown@0123456789ab',
    embed: async (texts: readonly EmbedInput[]) => {
      calls++;
      return texts.map(direction);
    },
  };
  await runAndCommit(resource, embedder);
  const first = calls;
  const calibration = await findCalibration(database.db, embedder.model);
  expect(calibration).toMatchObject({ related: expect.any(Number), taxonomy: expect.any(Object) });
  expect(await calibrationOf(database.db, embedder.model)).toEqual(calibration);
  await runAndCommit(resource, embedder);
  expect(calls).toBe(first + 1);
  expect(await calibrationOf(database.db, 'never here')).toEqual(knownCalibration('pharos-static-192'));
});

test('embedding stage: a second run replaces the vectors of its model and keeps those of other models', async () => {
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

test('embedding stage: nothing is written before the commit', async () => {
  const resource = await libraryWith(['x']);
  await run(resource, embedderOf('m'));
  expect(await stored(resource.id, 'm')).toEqual([]);
});

test('embedding stage: a zero vector is not stored, and a resource with no other vectors loses its earlier one', async () => {
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

test('embedding stage: 1,100 chunks are stored, and progress grows to 100', async () => {
  const resource = await libraryWith(Array.from({ length: 1100 }, (_, index) => `x ${index}`));
  const percents: number[] = [];
  await runAndCommit(resource, embedderOf('m'), (percent) => percents.push(percent));
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  expect(percents.length).toBeGreaterThan(10);
  expect(percents.at(-1)).toBe(100);
  expect(await stored(resource.id, 'm')).toHaveLength(1100);
});

test('embedding stage: an unavailable or full embedder is a transient failure with its message and retryAfter', async () => {
  const resource = await libraryWith(['x']);
  const full = embedderOf('m', () =>
    Promise.reject(new AppError('rate_limited', 'The embedding queue is full', { retryAfter: 7 })),
  );
  await expect(run(resource, full)).rejects.toMatchObject({
    failure: 'transient',
    message: 'The embedding queue is full',
    retryAfter: 7,
  });
  const unavailable = embedderOf('m', () =>
    Promise.reject(new AppError('unavailable', 'The embedding model could not be loaded')),
  );
  await expect(run(resource, unavailable)).rejects.toBeInstanceOf(StageError);
  const fault = new Error('a bug');
  await expect(
    run(
      resource,
      embedderOf('m', () => Promise.reject(fault)),
    ),
  ).rejects.toBe(fault);
});

test('embedding stage: a resource without chunks is a permanent failure', async () => {
  await expect(run(await libraryWith([]), embedderOf('m'))).rejects.toMatchObject({ failure: 'permanent' });
});

test('vector bytes: a vector survives storing at any offset of a buffer', () => {
  fc.assert(
    fc.property(fc.float32Array(), fc.nat(7), (vector, offset) => {
      const bytes = toBytes(vector);
      const shifted = new Uint8Array(bytes.length + offset).subarray(offset);
      shifted.set(bytes);
      expect(toVector(shifted)).toEqual(vector);
    }),
  );
});

const runFor = (
  { id }: Resource,
  models: Parameters<typeof createEmbeddingStage>[0]['models'],
  report = (_percent: number) => {},
) => beginStage(database.db, createEmbeddingStage({ db: database.db, clock: manualClock(), models }), id, { report });

test('embedding stage: a document is embedded for every model in use, in one commit', async () => {
  const resource = await libraryWith(['x', 'y']);
  const [active, building] = [embedderOf('active'), embedderOf('building')];
  const made = await runFor(resource, { active: () => active, documents: () => [active, building] });
  await commit(resource, made);
  for (const model of ['active', 'building']) expect(await stored(resource.id, model)).toHaveLength(2);
  const rows = await database.db.select().from(resourceEmbeddings);
  expect(rows.map(({ model, error }) => [model, error]).toSorted()).toEqual([
    ['active', null],
    ['building', null],
  ]);
});

test('embedding stage: a worker without the active model leaves the document to another worker, and embeds nothing', async () => {
  const resource = await libraryWith(['x']);
  const asked: string[] = [];
  const building = embedderOf('building', async (texts) => {
    asked.push('building');
    return texts.map(direction);
  });
  const models = {
    active: () => {
      throw new AppError('unavailable', 'This worker does not have the active model m', { retryAfter: 5 });
    },
    documents: () => [building],
  };
  await expect(runFor(resource, models)).rejects.toMatchObject({
    name: 'NotForThisWorker',
    message: 'This worker does not have the active model m',
    pause: 10,
  });
  expect(asked).toEqual([]);
});

test('embedding stage: a model that is not active and fails is left out; the active one that fails is a failure', async () => {
  const resource = await libraryWith(['x']);
  const active = embedderOf('active');
  const failing = embedderOf('failing', async () => {
    throw new AppError('unavailable', 'The embedding model could not be loaded');
  });
  const made = await runFor(resource, { active: () => active, documents: () => [active, failing] });
  await commit(resource, made);
  expect(await stored(resource.id, 'active')).toHaveLength(1);
  expect((await database.db.select().from(resourceEmbeddings)).map(({ model }) => model)).toEqual(['active']);
  const failed = runFor(resource, { active: () => failing, documents: () => [failing, active] });
  await expect(failed).rejects.toMatchObject({ failure: 'transient' });
});

test('embedding stage: a model that was active at the start, and is replaced while it fails, is left out', async () => {
  const resource = await libraryWith(['x']);
  const next = embedderOf('next');
  const before = embedderOf('before', async () => {
    current = next;
    throw new AppError('unavailable', 'The worker is stopping');
  });
  let current = before;
  const made = await runFor(resource, { active: () => current, documents: () => [before, next] });
  await commit(resource, made);
  expect((await database.db.select().from(resourceEmbeddings)).map(({ model }) => model)).toEqual(['next']);
});

test('embedding stage: a switch to a model that the document was not embedded for fails the attempt, and writes nothing', async () => {
  const [context, resource] = [{ db: database.db, clock: manualClock() }, await libraryWith(['x'])];
  await activateModel(context, testModel('old'));
  const [old, next] = [embedderOf('old'), embedderOf('next')];
  const late = await runFor(resource, oneEmbedder(old));
  await activateModel(context, testModel('next'));
  await database.db.update(embeddingModels).set({ state: 'retired', retiredAt: 1 }).where(eq(embeddingModels.id, 'old'));
  await database.db.update(embeddingModels).set({ state: 'active' }).where(eq(embeddingModels.id, 'next'));
  const committed = commit(resource, late);
  await expect(committed).rejects.toMatchObject({ failure: 'transient', message: 'The embedding model was switched meanwhile' });
  expect(await database.db.select().from(resourceEmbeddings)).toEqual([]);
  await runAndCommit(resource, next);
  expect(await stored(resource.id, 'next')).toHaveLength(1);
});

test('embedding stage: nothing is written for a document that was deleted before the commit', async () => {
  const resource = await libraryWith(['x']);
  const made = await run(resource, embedderOf('m'));
  await database.db.delete(resources).where(eq(resources.id, resource.id));
  await commit(resource, made);
  expect(await database.db.select().from(resourceEmbeddings)).toEqual([]);
});
