/** States of models: what commands and starts do to them, when a switch happens, and what is removed afterwards. */
import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { replaceChunkVectors } from '../../src/kernel/db/chunk-vectors.ts';
import { listChunks, replaceChunks } from '../../src/kernel/db/chunks.ts';
import { listEdgesOf, replaceSimilarEdges } from '../../src/kernel/db/edges.ts';
import { listEmbeddingModels } from '../../src/kernel/db/embedding-models.ts';
import {
  documentsLacking,
  documentsUnrelated,
  markRelated,
  modelsOfResource,
  putResourceEmbedding,
} from '../../src/kernel/db/resource-embeddings.ts';
import { insertStages, writeStages } from '../../src/kernel/db/resource-stages.ts';
import { replaceResourceVector } from '../../src/kernel/db/resource-vectors.ts';
import { chunkVectors, edges, resourceEmbeddings, resourceVectors } from '../../src/kernel/db/schema.sqlite.ts';
import { findEmbeddingTarget } from '../../src/kernel/db/settings.ts';
import type { Edge, EmbeddingModel } from '../../src/kernel/db/types.ts';
import { type KnownModel, RETIRED_KEPT_MS } from '../../src/kernel/model/embedding-models.ts';
import { newStages, type StageStatus } from '../../src/kernel/model/stages.ts';
import { activateModel } from '../../src/services/models/activate-model.ts';
import { addModel } from '../../src/services/models/add-model.ts';
import { modelStatuses } from '../../src/services/models/list-models.ts';
import { purgeRetired } from '../../src/services/models/purge-retired.ts';
import { type Reconciled, reconcileTarget } from '../../src/services/models/reconcile-target.ts';
import { retireModel } from '../../src/services/models/retire-model.ts';
import { missingFor, nextStep, switchWhenComplete } from '../../src/services/models/switch-when-complete.ts';
import { manualClock, randomIds } from '../support/fakes/doubles.ts';
import { insertDocument, insertUser } from '../support/fixtures/documents.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';

let database: TestDatabase;
let db: TestDatabase['db'];
let clock: ReturnType<typeof manualClock>;
let context: { db: TestDatabase['db']; clock: typeof clock };
let ownerId: string;
beforeEach(async () => {
  database = await openTestDatabase();
  ({ db } = database);
  clock = manualClock();
  context = { db, clock };
  ownerId = await insertUser(db);
});
afterEach(() => database.close());

/** A folder: its id has a digest, its legacy id is the name alone. */
const folder = (name: string, more: Partial<KnownModel> = {}): KnownModel => ({
  ...{ id: `${name}@0123456789ab`, legacyId: name, name, languages: ['en'] },
  ...more,
});
const [A, B, C] = [folder('a'), folder('b'), folder('c')] as const;
const states = async () => Object.fromEntries((await listEmbeddingModels(db)).map(({ id, state }) => [id, state]));
const requested = async () =>
  (await listEmbeddingModels(db)).filter(({ activationRequestedAt }) => activationRequestedAt !== null).map(({ id }) => id);

/** A document with one chunk; `embedding` and `graph` are the states of its stages. */
async function document({ embedding = 'completed', graph = 'completed' }: Partial<Record<string, StageStatus>> = {}) {
  const { id } = await insertDocument(db, ownerId);
  const now = clock.now();
  const fresh = newStages(now);
  await insertStages(db, id, fresh);
  await writeStages(db, id, { embedding: { ...fresh.embedding, status: embedding }, graph: { ...fresh.graph, status: graph } });
  await chunk(id);
  return id;
}
const chunk = (resourceId: string) =>
  replaceChunks(db, resourceId, [
    {
      ...{ id: randomIds.next(), resourceId, ownerId, position: 0, text: 'ice', context: '', headingPath: [] },
      ...{ charStart: 0, charEnd: 3, pageStart: null, pageEnd: null, wordCount: 1 },
    },
  ]);

/** Writes what the embedding of a document by a model leaves. */
async function embed(resourceId: string, { id: model }: Pick<KnownModel, 'id'>, error: string | null = null) {
  const embedding = Float32Array.of(1, 0);
  const row = { resourceId, ownerId, model };
  const vectors = (await listChunks(db, resourceId)).map(({ seq }) => ({ chunkSeq: seq, embedding }));
  if (error === null) await replaceChunkVectors(db, { ...row, vectors });
  if (error === null) await replaceResourceVector(db, { ...row, embedding });
  await putResourceEmbedding(db, { ...row, error, now: clock.now() });
}
const relate = (resourceId: string, { id: model }: KnownModel) => markRelated(db, { resourceId, model, now: clock.now() });
const similar = (sourceId: string, targetId: string, { id: model }: KnownModel): Edge => ({
  ...{ sourceId, targetId, kind: 'similar', model, ownerId, weight: 0.5, evidence: {}, createdAt: 0 },
});

/** A library of one document, embedded by A, which is active. */
async function library(): Promise<string> {
  await activateModel(context, A);
  const id = await document();
  await embed(id, A);
  await relate(id, A);
  return id;
}

describe('reconcileTarget', () => {
  test('models: the target of the first start is active at once', async () => {
    expect(await reconcileTarget(context, A)).toBe('first');
    expect(await states()).toEqual({ [A.id]: 'active' });
    expect(await findEmbeddingTarget(db)).toEqual({ id: A.id, name: 'a' });
  });

  test('models: a start with the same target changes nothing, even after a command activated another model', async () => {
    await reconcileTarget(context, A);
    await activateModel(context, B);
    await switchWhenComplete(db, clock.now());
    const before = await listEmbeddingModels(db);
    clock.advance(1000);
    expect(await reconcileTarget(context, A)).toBe('unchanged');
    expect(await listEmbeddingModels(db)).toEqual(before);
    expect(await states()).toEqual({ [A.id]: 'retired', [B.id]: 'active' });
  });

  test('models: a start with another target asks for the switch to it, once', async () => {
    await reconcileTarget(context, A);
    clock.advance(1000);
    expect(await reconcileTarget(context, B)).toBe('requested');
    expect(await states()).toEqual({ [A.id]: 'active', [B.id]: 'building' });
    expect(await requested()).toEqual([B.id]);
    const before = await listEmbeddingModels(db);
    clock.advance(1000);
    expect(await reconcileTarget(context, B)).toBe('unchanged');
    expect(await listEmbeddingModels(db)).toEqual(before);
  });

  test('models: a start with the active model as its new target withdraws the request of the start before', async () => {
    await reconcileTarget(context, A);
    await reconcileTarget(context, B);
    expect(await reconcileTarget(context, A)).toBe('active');
    expect([await states(), await requested()]).toEqual([{ [A.id]: 'active', [B.id]: 'building' }, []]);
  });

  test('models: a folder whose name stands in a database of before is that model, and no other is built', async () => {
    await activateModel(context, folder('a', { id: 'a', languages: null }));
    await activateModel(context, C);
    expect(await reconcileTarget(context, A)).toBe('active');
    expect(await states()).toEqual({ a: 'active', [C.id]: 'building' });
    // The request of the command stays: no start had named a target before.
    expect(await requested()).toEqual([C.id]);
    expect((await listEmbeddingModels(db)).find(({ id }) => id === 'a')?.languages).toEqual(['en']);
    expect(await reconcileTarget(context, A)).toBe('unchanged');
  });

  test('models: a folder of the same name with other files is another model', async () => {
    await reconcileTarget(context, A);
    const other = folder('a', { id: 'a@ffffffffffff' });
    expect(await reconcileTarget(context, other)).toBe('requested');
    expect(await states()).toEqual({ [A.id]: 'active', [other.id]: 'building' });
  });

  test('models: other files under the name of the target do not replace a model that a command chose', async () => {
    const upgraded = folder('a', { id: 'a@ffffffffffff' });
    await reconcileTarget(context, A);
    const id = await document();
    await activateModel(context, B);
    expect([await reconcileTarget(context, upgraded), await requested()]).toEqual(['unchanged', [B.id]]);
    await embed(id, B);
    await relate(id, B);
    await switchWhenComplete(db, clock.now());
    expect(await reconcileTarget(context, folder('a', { id: 'a@eeeeeeeeeeee' }))).toBe('unchanged');
    expect(await states()).toEqual({ [A.id]: 'retired', [B.id]: 'active' });
    expect(await reconcileTarget(context, C)).toBe('requested');
  });

  test('models: a target that is retired is built again', async () => {
    await reconcileTarget(context, A);
    await activateModel(context, B);
    await switchWhenComplete(db, clock.now());
    await reconcileTarget(context, C);
    expect(await reconcileTarget(context, A)).toBe('requested');
    expect([await states(), await requested()]).toEqual([{ [A.id]: 'building', [B.id]: 'active', [C.id]: 'building' }, [A.id]]);
  });

  test('models: of eight workers that start at once, one does the work', async () => {
    const start = (target: KnownModel) => Promise.all(Array.from({ length: 8 }, () => reconcileTarget(context, target)));
    const count = (outcomes: readonly Reconciled[], wanted: Reconciled) => outcomes.filter((one) => one === wanted).length;
    const first = await start(A);
    expect([count(first, 'first'), count(first, 'unchanged')]).toEqual([1, 7]);
    const second = await start(B);
    expect([count(second, 'requested'), count(second, 'unchanged')]).toEqual([1, 7]);
    expect([await states(), await requested()]).toEqual([{ [A.id]: 'active', [B.id]: 'building' }, [B.id]]);
  });

  test('models: of workers that start at once with different targets, one target is active and one is asked for', async () => {
    await Promise.all([A, B, C, A, B, C].map((target) => reconcileTarget(context, target)));
    const all = await listEmbeddingModels(db);
    expect(all.filter(({ state }) => state === 'active')).toHaveLength(1);
    expect(all.length).toBeLessThanOrEqual(3);
    expect((await requested()).length).toBeLessThanOrEqual(1);
    const last = (await findEmbeddingTarget(db))?.id;
    const named = all.find(({ id }) => id === last);
    expect(named?.state === 'active' ? await requested() : [named?.id]).toEqual(await requested());
  });
});

describe('commands', () => {
  test('models: adding registers a model without asking for the switch', async () => {
    await library();
    await addModel(context, { ...B, dimensions: 384 });
    expect(await modelStatuses(db)).toMatchObject([
      { id: A.id, state: 'active', documents: { total: 1, embedded: 1, failed: 0 } },
      {
        ...{ id: B.id, state: 'building', dimensions: 384, languages: ['en'], activationRequestedAt: null },
        documents: { total: 1, embedded: 0, failed: 0 },
      },
    ]);
    expect(await nextStep(db)).toEqual({ step: 'none' });
  });

  test('models: the time left of a model that is being built is that of the pace so far', async () => {
    const documents = [await library(), ...(await Promise.all([document(), document(), document(), document()]))];
    await addModel(context, { ...B, dimensions: 384 });
    const left = async () => (await modelStatuses(db)).map(({ etaSeconds }) => etaSeconds);
    const [first = '', second = '', third = ''] = documents;
    await embed(first, B);
    expect(await left()).toEqual([null, null]);
    clock.advance(30_000);
    await embed(second, B);
    expect(await left()).toEqual([null, 90]);
    clock.advance(10_000);
    await embed(third, B, 'no text');
    expect(await left()).toEqual([null, 40]);
    for (const id of documents.slice(3)) await embed(id, B);
    expect(await left()).toEqual([null, 0]);
  });

  test('models: of two requests the later one wins, and one repeated keeps its time', async () => {
    await library();
    await activateModel(context, B);
    await activateModel(context, C);
    expect(await requested()).toEqual([C.id]);
    const asked = clock.now();
    clock.advance(5000);
    await activateModel(context, C);
    const row = (await listEmbeddingModels(db)).find(({ id }) => id === C.id);
    expect(row?.activationRequestedAt).toBe(asked);
    await activateModel(context, A);
    expect(await requested()).toEqual([]);
  });

  test('models: retiring withdraws the request; the active model is refused, and an unknown one is not found', async () => {
    await library();
    await activateModel(context, B);
    await retireModel(context, B.id);
    const [, retired] = await modelStatuses(db);
    const now = clock.now();
    expect(retired).toMatchObject({ id: B.id, state: 'retired', activationRequestedAt: null, retiredAt: now });
    expect(retired?.removedAt).toBe(now + RETIRED_KEPT_MS);
    clock.advance(1000);
    await retireModel(context, B.id);
    expect((await modelStatuses(db))[1]?.retiredAt).toBe(now);
    await expect(retireModel(context, A.id)).rejects.toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('another'),
    });
    await expect(retireModel(context, 'none')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('models: the documents that a model could not embed are counted and listed', async () => {
    const id = await library();
    const failed = await document();
    await embed(failed, A, 'The model is broken');
    expect((await modelStatuses(db))[0]).toMatchObject({
      documents: { total: 2, embedded: 1, failed: 1 },
      failedIds: [failed],
    });
    // A document whose embedding stage has failed is one of them, whether or not a row says so.
    const broken = await document({ embedding: 'failed' });
    await addModel(context, B);
    expect(await modelStatuses(db)).toMatchObject([
      { documents: { total: 3, embedded: 1, failed: 2 }, percent: 100, failedIds: [failed, broken].toSorted() },
      { documents: { total: 3, embedded: 0, failed: 0 }, percent: 0, failedIds: [] },
    ]);
    expect(await modelsOfResource(db, failed)).toEqual([]);
    expect(await modelsOfResource(db, id)).toEqual([A.id]);
  });
});

describe('switchWhenComplete', () => {
  test('models: the switch waits for every vector and every edge, and then retires the model before', async () => {
    const one = await library();
    const two = await document();
    await embed(two, A);
    await relate(two, A);
    expect(await switchWhenComplete(db, clock.now())).toEqual({ step: 'none' });
    await activateModel(context, B);
    const waits = { model: B.id };
    expect(await switchWhenComplete(db, clock.now())).toEqual({ step: 'embed', ...waits });
    await embed(one, B);
    expect(await switchWhenComplete(db, clock.now())).toEqual({ step: 'embed', ...waits });
    await embed(two, B);
    expect(await switchWhenComplete(db, clock.now())).toEqual({ step: 'relate', ...waits });
    await relate(one, B);
    expect(await switchWhenComplete(db, clock.now())).toEqual({ step: 'relate', ...waits });
    expect(await states()).toEqual({ [A.id]: 'active', [B.id]: 'building' });
    await relate(two, B);
    expect(await switchWhenComplete(db, clock.now())).toEqual({ step: 'switched', ...waits, from: A.id });
    expect([await states(), await requested()]).toEqual([{ [A.id]: 'retired', [B.id]: 'active' }, []]);
    expect(await switchWhenComplete(db, clock.now())).toEqual({ step: 'none' });
  });

  test('models: a document that a model gave up does not hold up the switch', async () => {
    const [one, two] = [await library(), await document()];
    await embed(two, A);
    await activateModel(context, B);
    await embed(one, B, 'The model is broken');
    await embed(two, B);
    await relate(two, B);
    expect(await switchWhenComplete(db, clock.now())).toMatchObject({ step: 'switched' });
  });

  test('models: a model that gave up most documents that the active one could embed does not become active', async () => {
    const documents = [await library(), await document(), await document()] as const;
    for (const id of documents) await embed(id, A);
    // What the active model cannot embed either says nothing about the new one.
    for (const error of ['dead', 'dead', 'dead']) {
      const dead = await document();
      await embed(dead, A, error);
      await embed(dead, B, error);
    }
    await activateModel(context, B);
    for (const id of documents.slice(1)) await embed(id, B, 'index out of bounds');
    await embed(documents[0], B);
    await relate(documents[0], B);
    expect(await switchWhenComplete(db, clock.now())).toEqual({ step: 'unfit', model: B.id });
    expect(await states()).toEqual({ [A.id]: 'active', [B.id]: 'building' });
    // Given up and asked for again, it tries those documents again.
    await retireModel(context, B.id);
    await activateModel(context, B);
    expect((await documentsLacking(db, { model: B.id, limit: 9 })).map(({ id }) => id)).toEqual(
      expect.arrayContaining(documents.slice(1)),
    );
    for (const { id } of await documentsLacking(db, { model: B.id, limit: 9 })) {
      await embed(id, B);
      await relate(id, B);
    }
    expect(await switchWhenComplete(db, clock.now())).toMatchObject({ step: 'switched' });
  });

  test('models: of the active model a document is missing if its stage has completed without it', async () => {
    await library();
    const late = await document();
    for (const embedding of ['pending', 'processing', 'failed'] as const) await document({ embedding });
    expect(await documentsLacking(db, { model: A.id, limit: 9 })).toMatchObject([{ id: late }]);
    expect(await missingFor(db, A.id)).toBe('embed');
    await embed(late, A);
    expect(await missingFor(db, A.id)).toBe('relate');
    await relate(late, A);
    expect(await missingFor(db, A.id)).toBeUndefined();
  });

  test('models: of eight workers that try at once, one switches', async () => {
    const one = await library();
    await activateModel(context, B);
    await embed(one, B);
    await relate(one, B);
    const steps = await Promise.all(Array.from({ length: 8 }, () => switchWhenComplete(db, clock.now())));
    expect(steps.filter(({ step }) => step === 'switched')).toHaveLength(1);
    expect(steps.filter(({ step }) => step === 'none')).toHaveLength(7);
  });

  test('models: a document that arrives between the check and the switch is waited for', async () => {
    await library();
    await retireModel(context, (await addModel(context, B)).id);
    await activateModel(context, B);
    for (const { id } of await documentsLacking(db, { model: B.id, limit: 9 })) {
      await embed(id, B);
      await relate(id, B);
    }
    const racing = new Proxy(db, {
      get: (target, property, receiver) => {
        if (property !== 'transaction') return Reflect.get(target, property, receiver);
        return async (...args: Parameters<typeof db.transaction>) => {
          await embed(await document(), A);
          return await target.transaction(...args);
        };
      },
    });
    expect(await switchWhenComplete(racing, clock.now())).toEqual({ step: 'embed', model: B.id });
    expect(await states()).toEqual({ [A.id]: 'active', [B.id]: 'building' });
  });

  test('models: a document that its stages are still to work on does not hold up the switch', async () => {
    await library();
    await activateModel(context, B);
    const lacking = async () => (await documentsLacking(db, { model: B.id, limit: 10 })).map(({ id }) => id);
    const before = await lacking();
    const arriving = await document({ embedding: 'processing', graph: 'pending' });
    expect(await lacking()).toEqual(before);
    // The active model is done with it alone, so its embedding stage began before the other model was known.
    await embed(arriving, A);
    expect(await lacking()).toEqual([...before, arriving].toSorted());
    await embed(arriving, B);
    expect(await documentsUnrelated(db, { model: B.id, limit: 10 })).toEqual([]);
    // A failed stage leaves the document to the job.
    const failed = await document({ embedding: 'failed' });
    expect(await lacking()).toEqual([...before, failed].toSorted());
  });

  test('models: slices of missing documents follow each other without gaps or repetitions', async () => {
    await activateModel(context, A);
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) ids.push(await document());
    await embed(ids[3] as string, A);
    const seen: string[] = [];
    for (let after: string | undefined; ; after = seen.at(-1)) {
      const slice = await documentsLacking(db, { model: A.id, after, limit: 2 });
      if (slice.length === 0) break;
      expect(slice.every((one) => one.ownerId === ownerId)).toBe(true);
      seen.push(...slice.map(({ id }) => id));
    }
    expect(seen).toEqual(ids.filter((_, n) => n !== 3).toSorted());
  });

  test('models: new chunks of a document are missing again for every model', async () => {
    const one = await library();
    await activateModel(context, B);
    await embed(one, B);
    await chunk(one);
    expect(await db.select().from(resourceEmbeddings)).toEqual([]);
    expect((await modelStatuses(db)).map(({ documents }) => documents.embedded)).toEqual([0, 0]);
    expect(await nextStep(db)).toEqual({ step: 'embed', model: B.id });
  });

  test('models: edges of similarity are those of the active model, before and after the switch', async () => {
    const one = await library();
    const two = await document();
    for (const model of [A, B]) await embed(two, model);
    await embed(one, B);
    await replaceSimilarEdges(db, one, A.id, [similar(one, two, A)]);
    await replaceSimilarEdges(db, two, B.id, [similar(two, one, B)]);
    const shown = async () => (await listEdgesOf(db, { ownerId, ids: [one], limit: 9 })).map(({ model }) => model);
    await activateModel(context, B);
    expect(await shown()).toEqual([A.id]);
    for (const id of [one, two]) await relate(id, B);
    await switchWhenComplete(db, clock.now());
    expect(await shown()).toEqual([B.id]);
  });
});

describe('purgeRetired', () => {
  /** Rows of each kind that a model has. */
  const rowsOf = async ({ id }: KnownModel) =>
    await Promise.all(
      [chunkVectors, resourceVectors, resourceEmbeddings, edges].map(
        async (table) => (await db.select({ model: table.model }).from(table)).filter(({ model }) => model === id).length,
      ),
    );

  async function retired() {
    const one = await library();
    const two = await document();
    await embed(two, A);
    await replaceSimilarEdges(db, one, A.id, [similar(one, two, A)]);
    await activateModel(context, B);
    for (const id of [one, two]) {
      await embed(id, B);
      await relate(id, B);
    }
    await replaceSimilarEdges(db, one, B.id, [similar(one, two, B)]);
    await switchWhenComplete(db, clock.now());
    return one;
  }
  const purge = async () => {
    let batches = 0;
    while ((await purgeRetired(db, clock.now(), 1)) !== undefined) batches++;
    return batches;
  };

  test('models: vectors, edges and row of a retired model go after a day, in batches, and those of others stay', async () => {
    await retired();
    clock.advance(RETIRED_KEPT_MS - 1);
    expect(await purge()).toBe(0);
    expect(await rowsOf(A)).toEqual([2, 2, 2, 1]);
    clock.advance(1);
    expect(await purge()).toBeGreaterThan(2);
    expect(await rowsOf(A)).toEqual([0, 0, 0, 0]);
    expect(await rowsOf(B)).toEqual([2, 2, 2, 1]);
    expect(await states()).toEqual({ [B.id]: 'active' });
  });

  test('models: a model that is activated again keeps its vectors, and only what was removed is missing', async () => {
    await retired();
    clock.advance(RETIRED_KEPT_MS);
    await purgeRetired(db, clock.now(), 1);
    await activateModel(context, A);
    expect(await purge()).toBe(0);
    // The edges go with their source, which may be either document.
    expect((await rowsOf(A)).slice(0, 3)).toEqual([1, 1, 1]);
    expect(await documentsLacking(db, { model: A.id, limit: 10 })).toHaveLength(1);
    expect(await nextStep(db)).toEqual({ step: 'embed', model: A.id });
  });

  test('models: what a batch leaves of a retired model is whole, so that it can be activated again', async () => {
    const source = await retired();
    clock.advance(RETIRED_KEPT_MS);
    await purgeRetired(db, clock.now(), 1);
    const vouched = await db.select().from(resourceEmbeddings).where(eq(resourceEmbeddings.model, A.id));
    const withVector = await db.select().from(resourceVectors).where(eq(resourceVectors.model, A.id));
    expect(vouched).toHaveLength(1);
    const whole = vouched.map(({ resourceId }) => resourceId);
    expect(withVector.map(({ resourceId }) => resourceId)).toEqual(whole);
    const related = await db.select().from(edges).where(eq(edges.model, A.id));
    expect(related.map(({ sourceId }) => sourceId)).toEqual(whole.filter((id) => id === source));
  });

  test('models: vectors without a row that vouches for them go, too', async () => {
    await retired();
    await db.delete(resourceEmbeddings);
    clock.advance(RETIRED_KEPT_MS);
    await purge();
    expect(await rowsOf(A)).toEqual([0, 0, 0, 0]);
    expect((await rowsOf(B))[0]).toBe(2);
  });
});

type Step = readonly ['start' | 'add' | 'activate' | 'retire' | 'embed' | 'relate' | 'switch' | 'purge', number];

test('models: after any steps one model is active, at most one switch is asked for, and no vector lacks its model', async () => {
  const folders = [A, B, C] as const;
  const step: fc.Arbitrary<Step> = fc.tuple(
    fc.constantFrom('start', 'add', 'activate', 'retire', 'embed', 'relate', 'switch', 'purge'),
    fc.nat({ max: folders.length - 1 }),
  );
  const one = await document();
  const perform = async ([name, index]: Step) => {
    const model = folders[index] as KnownModel;
    const known = (await listEmbeddingModels(db)).find(({ id }) => id === model.id);
    if (name === 'start') await reconcileTarget(context, model);
    if (name === 'add' && (await listEmbeddingModels(db)).length > 0) await addModel(context, model);
    if (name === 'activate') await activateModel(context, model);
    if (name === 'retire') await retireModel(context, model.id).catch(ignoreRefusal);
    if (name === 'embed' && known && known.state !== 'retired') await embed(one, model);
    if (name === 'relate') await relate(one, model);
    if (name === 'switch') await switchWhenComplete(db, clock.now());
    if (name === 'purge') {
      clock.advance(RETIRED_KEPT_MS);
      await purgeRetired(db, clock.now());
    }
  };
  const check = (models: readonly EmbeddingModel[], embedded: ReadonlySet<string>) => {
    if (models.length > 0) expect(models.filter(({ state }) => state === 'active')).toHaveLength(1);
    const asked = models.filter(({ activationRequestedAt }) => activationRequestedAt !== null);
    expect(asked.length).toBeLessThanOrEqual(1);
    for (const { state } of asked) expect(state).toBe('building');
    for (const { state, retiredAt } of models) expect(retiredAt !== null).toBe(state === 'retired');
    for (const model of embedded) expect(models.map(({ id }) => id)).toContain(model);
  };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      for (const next of steps) {
        clock.advance(1);
        await perform(next);
        const vectors = await db.select({ model: chunkVectors.model }).from(chunkVectors);
        check(await listEmbeddingModels(db), new Set(vectors.map(({ model }) => model)));
      }
    }),
    { numRuns: 12 },
  );
});

const ignoreRefusal = (error: unknown) =>
  expect(error).toMatchObject({ code: expect.stringMatching(/^(?:conflict|not_found)$/) });
