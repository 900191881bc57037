import { afterEach, beforeEach, expect, test } from 'vitest';
import { listEdgesOf, listOwnerEdges } from '../../src/kernel/db/edges.ts';
import { replaceLinks } from '../../src/kernel/db/links.ts';
import { replaceIdentifiers } from '../../src/kernel/db/resource-identifiers.ts';
import { deleteResource } from '../../src/kernel/db/resources.ts';
import { edges, resourceEmbeddings } from '../../src/kernel/db/schema.sqlite.ts';
import type { Resource } from '../../src/kernel/db/types.ts';
import type { NeighboursAnswer, NeighboursRequest } from '../../src/kernel/search/search-request.ts';
import { activateModel } from '../../src/services/models/activate-model.ts';
import { retireModel } from '../../src/services/models/retire-model.ts';
import type { StageRunner } from '../../worker-node/pipeline/stage.ts';
import { createGraphStage } from '../../worker-node/stages/graph.ts';
import { createNearestDocuments, type NearestDocuments, type NearestOf } from '../../worker-node/stages/nearest-documents.ts';
import { manualClock, memoryLog, randomIds } from '../support/fakes/doubles.ts';
import {
  beginStage,
  commitStage,
  insertDocument,
  insertUser,
  insertVector,
  reread,
  runStage,
  testModel,
} from '../support/fixtures/documents.ts';
import { openTestDatabase, type TestDatabase } from '../support/kits/database.ts';

const MODEL = 'plane';
const clock = manualClock();
let database: TestDatabase;
let owner: string;
let stage: StageRunner;

beforeEach(async () => {
  database = await openTestDatabase();
  owner = await insertUser(database.db);
  await activateModel({ db: database.db, clock }, testModel(MODEL));
  stage = createGraphStage({ db: database.db, clock });
});
afterEach(() => database.close());

/** A document after ingestion and embedding; `angle` in degrees is the direction of its vector. */
async function document({
  angle,
  key,
  linksTo = [],
  ownerId = owner,
  ...fields
}: { angle?: number; key?: string; linksTo?: string[]; ownerId?: string } & Partial<Resource>) {
  const resource = await insertDocument(database.db, ownerId, { text: 'Read.', contentHash: randomIds.next(), ...fields });
  const { id } = resource;
  if (key) await replaceIdentifiers(database.db, { resourceId: id, ownerId, keys: [key] });
  const rows = linksTo.map((targetKey) => ({
    id: randomIds.next(),
    resourceId: id,
    ownerId,
    targetKey,
    url: targetKey,
    anchor: 'it',
    context: `see it at ${targetKey}`,
  }));
  await replaceLinks(database.db, id, rows);
  const radians = ((angle ?? 0) * Math.PI) / 180;
  if (angle !== undefined) await insertVector(database.db, resource, MODEL, [Math.cos(radians), Math.sin(radians)]);
  return id;
}
const relate = (id: string) => runStage(database.db, stage, id);
const relations = async () =>
  (await listOwnerEdges(database.db, owner)).map(({ sourceId, targetId, kind }) => `${sourceId} ${kind} ${targetId}`).sort();

test('graph stage: a link resolves whichever of the two documents is ingested first', async () => {
  const first = await document({ linksTo: ['url:https://a.example/later', 'doi:10.1/later'] });
  await relate(first);
  expect(await relations()).toEqual([]);
  const later = await document({ key: 'url:https://a.example/later', linksTo: [] });
  await relate(later);
  expect(await relations()).toEqual([`${first} links ${later}`]);
  const paper = await document({ key: 'doi:10.1/later' });
  await relate(paper);
  const citing = await document({ linksTo: ['doi:10.1/later'] });
  await relate(citing);
  expect(await relations()).toEqual([`${first} links ${later}`, `${first} cites ${paper}`, `${citing} cites ${paper}`].sort());
  const stored = await database.db.select().from(edges);
  expect(stored.find(({ targetId }) => targetId === later)?.evidence).toEqual({
    context: 'see it at url:https://a.example/later',
  });
});

test('graph stage: links between two documents that are processed concurrently are both kept', async () => {
  const one = await document({ linksTo: ['url:https://b.example/'], key: 'url:https://a.example/' });
  const madeOne = await beginStage(database.db, stage, one);
  const two = await document({ key: 'url:https://b.example/', linksTo: ['url:https://a.example/'] });
  await relate(two);
  await commitStage(database.db, one, madeOne);
  expect(await relations()).toEqual([`${one} links ${two}`, `${two} links ${one}`].sort());
});

test('graph stage: a document gets no link to itself or into another library', async () => {
  const otherOwner = await insertUser(database.db);
  await document({ ownerId: otherOwner, key: 'url:https://a.example/', angle: 0 });
  const mine = await document({
    key: 'url:https://b.example/',
    linksTo: ['url:https://a.example/', 'url:https://b.example/'],
    angle: 0,
  });
  await relate(mine);
  expect(await relations()).toEqual([]);
});

test('graph stage: a second run replaces the edges of its document and keeps the neighbours of others', async () => {
  const target = await document({ key: 'url:https://a.example/', angle: 0 });
  const source = await document({ linksTo: ['url:https://a.example/'], angle: 10 });
  await relate(source);
  await relate(target);
  expect(await relations()).toEqual(
    [`${source} links ${target}`, `${source} similar ${target}`, `${target} similar ${source}`].sort(),
  );
  await replaceLinks(database.db, source, []);
  await insertVector(database.db, await reread(database.db, source), MODEL, [0, -1]);
  await relate(source);
  expect(await relations()).toEqual([`${target} similar ${source}`]);
});

test('graph stage: the neighbours are the seven most similar by vector, keywords and category', async () => {
  for (let i = 1; i <= 12; i++) await document({ angle: i * 5, keywords: [`k${i}`] });
  const alike = await document({ angle: 45, keywords: ['ice', 'snow', 'river', 'melt'], category: 'science.earth' });
  const id = await document({ angle: 0, keywords: ['ice', 'snow', 'river', 'melt'], category: 'science.earth' });
  await relate(id);
  const stored = (await database.db.select().from(edges)).sort((a, b) => b.weight - a.weight);
  expect(stored).toHaveLength(7);
  expect(stored[0]?.targetId).toBe(alike);
  expect(stored[0]?.weight).toBeCloseTo(0.6 * Math.cos(Math.PI / 4) + 0.3 + 0.1, 4);
  expect(stored[0]?.evidence).toMatchObject({ sharedKeywords: ['ice', 'snow', 'river', 'melt'], sameCategory: true });
  expect(stored[1]?.evidence.cosine).toBeCloseTo(Math.cos(Math.PI / 36), 4);
});

test('graph stage: a document is related by every model that it is embedded for, and readers see the active one’s', async () => {
  const next = 'next';
  await activateModel({ db: database.db, clock }, testModel(next));
  const [near, far] = [await document({ angle: 10 }), await document({ angle: 80 })];
  const id = await document({ angle: 0 });
  // By the other model the distances are the other way round.
  for (const [one, angle] of [
    [near, 80],
    [far, 10],
    [id, 0],
  ] as const) {
    const radians = (angle * Math.PI) / 180;
    await insertVector(database.db, await reread(database.db, one), next, [Math.cos(radians), Math.sin(radians)]);
  }
  await relate(id);
  const heaviest = async (model: string) => {
    const rows = (await database.db.select().from(edges)).filter((edge) => edge.model === model && edge.sourceId === id);
    return rows.toSorted((a, b) => b.weight - a.weight)[0]?.targetId;
  };
  expect([await heaviest(MODEL), await heaviest(next)]).toEqual([near, far]);
  expect(await relations()).toContain(`${id} similar ${near}`);
  expect((await listEdgesOf(database.db, { ownerId: owner, ids: [id], limit: 9 })).map(({ model }) => model)).not.toContain(next);
  const rows = await database.db.select().from(resourceEmbeddings);
  const related = rows.filter(({ relatedAt }) => relatedAt !== null).map(({ resourceId, model }) => `${resourceId} ${model}`);
  expect(related.toSorted()).toEqual([`${id} ${MODEL}`, `${id} ${next}`].toSorted());
  await retireModel({ db: database.db, clock }, next);
  await relate(near);
  expect((await database.db.select().from(edges)).filter((edge) => edge.sourceId === near && edge.model === next)).toEqual([]);
});

test('graph stage: a document without a vector, or with only distant ones around, has no neighbours', async () => {
  await document({ angle: 0 });
  await relate(await document({}));
  await relate(await document({ angle: 180 }));
  expect(await relations()).toEqual([]);
});

test('graph stage: ranks of a small library sum to 1, and the most linked document ranks first', async () => {
  const hub = await document({ key: 'url:https://hub.example/' });
  const ids = [hub];
  for (let i = 0; i < 5; i++) ids.push(await document({ linksTo: ['url:https://hub.example/'] }));
  for (const id of ids) await relate(id);
  const ranks = await Promise.all(ids.map(async (id) => (await reread(database.db, id)).centrality ?? 0));
  expect(ranks.reduce((sum, rank) => sum + rank, 0)).toBeCloseTo(1, 6);
  expect(ranks[0]).toBe(Math.max(...ranks));
});

test('graph stage: a new document of a larger library gets an estimated rank at once', async () => {
  const hub = await document({ key: 'url:https://hub.example/' });
  for (let i = 0; i < 30; i++) await document({});
  await relate(hub);
  const plain = await document({});
  await relate(plain);
  await relate(hub);
  const linked = await document({ key: 'url:https://new.example/' });
  await replaceLinks(database.db, hub, [
    {
      id: randomIds.next(),
      resourceId: hub,
      ownerId: owner,
      targetKey: 'url:https://new.example/',
      url: 'https://new.example/',
      anchor: '',
      context: '',
    },
  ]);
  await relate(linked);
  const [low, high] = [(await reread(database.db, plain)).centrality ?? 0, (await reread(database.db, linked)).centrality ?? 0];
  expect(low).toBeGreaterThan(0);
  expect(high).toBeGreaterThan(low);
});

test('graph stage: a neighbour deleted before the commit is left out', async () => {
  const [gone, stays] = [await document({ angle: 1 }), await document({ angle: 2 })];
  const id = await document({ angle: 0 });
  const made = await beginStage(database.db, stage, id);
  await deleteResource(database.db, { id: gone, ownerId: owner });
  await commitStage(database.db, id, made);
  expect(await relations()).toEqual([`${id} similar ${stays}`]);
});

test('graph stage: a document that another model embeds before the commit is related by that model too', async () => {
  const next = 'next';
  await activateModel({ db: database.db, clock }, testModel(next));
  const near = await document({ angle: 10 });
  const id = await document({ angle: 0 });
  const made = await beginStage(database.db, stage, id);
  for (const one of [near, id]) await insertVector(database.db, await reread(database.db, one), next, [1, 0]);
  await commitStage(database.db, id, made);
  const own = (await database.db.select().from(edges)).filter(({ sourceId }) => sourceId === id);
  expect(own.map(({ model, targetId }) => `${model} ${targetId}`).toSorted()).toEqual([`${next} ${near}`, `${MODEL} ${near}`]);
  const rows = (await database.db.select().from(resourceEmbeddings)).filter(({ resourceId }) => resourceId === id);
  expect(rows.map(({ relatedAt }) => relatedAt)).toEqual([expect.any(Number), expect.any(Number)]);
});

test('graph stage: nothing is written for a document that was deleted before the commit', async () => {
  await document({ angle: 1 });
  const id = await document({ angle: 0 });
  const made = await beginStage(database.db, stage, id);
  await deleteResource(database.db, { id, ownerId: owner });
  await commitStage(database.db, id, made);
  expect(await relations()).toEqual([]);
});

/** A stage that asks an index, which answers with `found`. */
function indexedStage(found: readonly string[] | undefined) {
  const asked: NearestOf[] = [];
  const nearest: NearestDocuments = async (of) => {
    asked.push(of);
    return found;
  };
  return { asked, stage: createGraphStage({ db: database.db, clock, nearest }) };
}

test('graph stage: an index names the candidates, and their vectors in the database decide', async () => {
  const [near, far, unknown] = [await document({ angle: 2 }), await document({ angle: 20 }), await document({ angle: 1 })];
  const own = await document({ angle: 0 });
  const { asked, stage: indexed } = indexedStage([far, near, 'deleted meanwhile']);
  await runStage(database.db, indexed, own);
  expect(asked).toEqual([{ ownerId: owner, model: MODEL, exceptId: own, limit: 100, vector: Float32Array.of(1, 0) }]);
  expect(await relations()).toEqual([`${own} similar ${near}`, `${own} similar ${far}`].sort());
  expect(await relations()).not.toContain(`${own} similar ${unknown}`);
});

test('graph stage: where no index answers, the database finds the nearest', async () => {
  const near = await document({ angle: 2 });
  const own = await document({ angle: 0 });
  await runStage(database.db, indexedStage(undefined).stage, own);
  expect(await relations()).toEqual([`${own} similar ${near}`]);
});

test('near documents: an index that fails, is late or has another model’s vectors delays no document', async () => {
  const log = memoryLog();
  const of: NearestOf = { ownerId: owner, vector: Float32Array.of(1, 0), model: MODEL, exceptId: 'own', limit: 3 };
  const answers: (() => Promise<NeighboursAnswer>)[] = [
    async () => ({ neighbours: [{ resource_id: 'a', score: 1, cosine: 1, words: [] }] }),
    async () => ({ neighbours: [], other_model: true }),
    () => Promise.reject(new Error('away')),
    () => Promise.reject(new Error('away')),
    async () => ({ neighbours: [] }),
  ];
  const requests: NeighboursRequest[] = [];
  const nearest = createNearestDocuments({
    log,
    neighbours: (request) => {
      requests.push(request);
      return answers[requests.length - 1]!();
    },
  });
  const found = [];
  for (const _ of answers) found.push(await nearest(of));
  expect(found).toEqual([['a'], undefined, undefined, undefined, []]);
  expect(requests[0]).toEqual({
    ...{ owner_id: owner, resource_id: 'own', limit: 3, embedded: { model: MODEL, vector: [1, 0] } },
  });
  expect(log.lines.map(({ level }) => level)).toEqual(['warning', 'info']);
});
