import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readStages } from '../../src/kernel/db/resource-stages.ts';
import { categories, chunkVectors, edges, jobs, resources } from '../../src/kernel/db/schema.sqlite.ts';
import type { Edge } from '../../src/kernel/db/types.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { resourceGraph } from '../../src/services/graph/resource-graph.ts';
import { similarResources } from '../../src/services/graph/similar-resources.ts';
import { createResource } from '../../src/services/resources/create-resource.ts';
import { deleteResource } from '../../src/services/resources/delete-resource.ts';
import { getResource } from '../../src/services/resources/get-resource.ts';
import { listResources } from '../../src/services/resources/list-resources.ts';
import { reprocessResource } from '../../src/services/resources/reprocess-resource.ts';
import { updateResource } from '../../src/services/resources/update-resource.ts';
import { getTaxonomy } from '../../src/services/taxonomy/get-taxonomy.ts';
import { createTestLibrary, MODEL, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
let ada: Actor;
let bob: Actor;
beforeEach(async () => {
  library = await createTestLibrary();
  ada = await library.person('ada');
  bob = await library.person('bob');
});
afterEach(() => library.close());

const add = (title: string, fields: object = {}, owner = ada) =>
  library.addDocument(owner, { passages: [`${title} ice`], fields: { title, ...fields } });

const edge = (sourceId: string, targetId: string, more: Partial<Edge> = {}) => ({
  sourceId,
  targetId,
  kind: 'similar' as const,
  model: MODEL,
  ownerId: ada.userId,
  weight: 0.5,
  evidence: {},
  createdAt: 0,
  ...more,
});

const link = (sourceId: string, targetId: string, more: Partial<Edge> = {}) =>
  library.db.insert(edges).values(edge(sourceId, targetId, more));

const addCategory = (id: string, parentId: string | null = null) =>
  library.db
    .insert(categories)
    .values({ id, parentId, label: id, description: '', keywords: [], examples: ['shipped'], position: 0 });

test('resource services: an id of another owner and an invalid id are not_found for every verb', async () => {
  const mine = await add('mine');
  const { services } = library;
  for (const id of [mine, 'no-uuid', '', '%', mine.toUpperCase().replace('9', '8')]) {
    const verbs = [
      () => getResource(services, bob, { id }),
      () => getResource(services, bob, { id, include: 'text' }),
      () => updateResource(services, bob, { id, title: 'x' }),
      () => deleteResource(services, bob, { id }),
      () => reprocessResource(services, bob, { id }),
      () => similarResources(services, bob, { id, limit: 5 }),
      () => resourceGraph(services, bob, { id, depth: 1 }),
    ];
    for (const verb of verbs) await expect(verb()).rejects.toMatchObject({ code: 'not_found' });
  }
  expect(await getResource(services, ada, { id: mine })).toMatchObject({ title: 'mine', status: 'completed' });
  expect((await listResources(services, bob, { limit: 10 })).resources).toEqual([]);
});

test('resource services: every verb is forbidden without its scope', async () => {
  const id = await add('mine');
  const { services } = library;
  const none = { ...ada, scopes: [] };
  const reader: Actor = { ...ada, scopes: ['resources:read'] };
  for (const verb of [
    getResource(services, none, { id }),
    listResources(services, none, { limit: 1 }),
    similarResources(services, none, { id, limit: 1 }),
    resourceGraph(services, none, { id, depth: 1 }),
    getTaxonomy(services, none, {}),
    updateResource(services, reader, { id, title: 'x' }),
    deleteResource(services, reader, { id }),
    reprocessResource(services, reader, { id }),
  ]) {
    await expect(verb).rejects.toMatchObject({ code: 'forbidden' });
  }
});

test('getResource: the text is included only with `include`', async () => {
  const id = await add('mine', { text: 'the whole text' });
  expect(await getResource(library.services, ada, { id })).not.toHaveProperty('text');
  expect(await getResource(library.services, ada, { id, include: 'text' })).toMatchObject({ text: 'the whole text' });
});

test('listResources: pages are newest first and contain each resource once, even with equal creation times', async () => {
  const made: string[] = [];
  for (let i = 0; i < 7; i++) {
    made.unshift(await add(`${i}`));
    if (i % 3 === 0) library.clock.advance(1);
  }
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 8 }), async (limit) => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await listResources(library.services, ada, { limit, cursor });
        seen.push(...page.resources.map((one) => one.id));
        cursor = page.next_cursor;
      } while (cursor !== undefined);
      expect(seen).toEqual(made);
    }),
  );
});

test('listResources: a foreign cursor is invalid_input', async () => {
  for (const cursor of ['', 'x', btoa('[1]'), btoa('["a","b"]')]) {
    await expect(listResources(library.services, ada, { limit: 1, cursor })).rejects.toMatchObject({ code: 'invalid_input' });
  }
});

test('updateResource: changed fields are stored and marked as edited, and absent fields stay', async () => {
  const id = await add('old', { description: 'kept', edited: ['description'] });
  await addCategory('science');
  const changes = { title: 'new', tags: ['b', 'a', 'b'], metadata: { k: 1 }, category: 'science' };
  const after = await updateResource(library.services, ada, { id, ...changes });
  expect(after).toMatchObject({ title: 'new', description: 'kept', tags: ['b', 'a'], metadata: { k: 1 }, category: 'science' });
  expect(new Set(after.edited)).toEqual(new Set(['description', 'title', 'tags', 'metadata', 'category']));
});

test('updateResource: an unknown category is invalid_input and changes nothing', async () => {
  const id = await add('old');
  const changes = { title: 'new', category: 'nowhere' };
  await expect(updateResource(library.services, ada, { id, ...changes })).rejects.toMatchObject({
    errors: [{ path: 'category' }],
  });
  expect(await getResource(library.services, ada, { id })).toMatchObject({ title: 'old', edited: [] });
});

test('updateResource: a corrected category leaves the title of its document out of the tree, which all accounts read', async () => {
  await addCategory('science');
  await addCategory('physics', 'science');
  const id = await add('Falling apples');
  await updateResource(library.services, ada, { id, category: 'physics' });
  const { categories } = await getTaxonomy(library.services, ada, {});
  expect(categories).toMatchObject([
    { id: 'science', examples: ['shipped'], children: [{ id: 'physics', examples: ['shipped'], children: [] }] },
  ]);
  expect((await getTaxonomy(library.services, bob, {})).categories).toEqual(categories);
});

test('deleteResource: deletes all derived rows, the job and the progress record', async () => {
  const source = { kind: 'content', body: new TextEncoder().encode('ice'), contentType: 'text/plain' } as const;
  const { id } = await createResource(library.services, ada, { source });
  const other = await add('other');
  await link(other, id);
  await deleteResource(library.services, ada, { id });
  expect(await library.services.progress.read(id)).toBeUndefined();
  expect(await library.db.select().from(jobs)).toEqual([]);
  expect(await library.db.select().from(edges)).toEqual([]);
  await deleteResource(library.services, ada, { id: other });
  expect(await library.db.select().from(chunkVectors)).toEqual([]);
  await expect(deleteResource(library.services, ada, { id })).rejects.toMatchObject({ code: 'not_found' });
});

test('reprocessResource: runs the named stages and their dependants, or all stages, as the next run', async () => {
  const id = await add('mine');
  const some = await reprocessResource(library.services, ada, { id, stages: ['embedding'] });
  expect(some.stages).toEqual(['taxonomy', 'graph', 'embedding']);
  expect(await readStages(library.db, id)).toMatchObject({
    ingestion: { status: 'completed', run: 1 },
    embedding: { status: 'pending', run: 2, percent: 0 },
  });
  expect((await library.services.progress.read(id))?.states.embedding.status).toBe('pending');
  await expect(reprocessResource(library.services, ada, { id })).rejects.toMatchObject({ code: 'conflict' });
  await library.db.update(jobs).set({ state: 'dead' }).where(eq(jobs.resourceId, id));
  const all = await reprocessResource(library.services, ada, { id, stages: ['quality'] });
  expect(all.stages).toEqual(['quality', 'taxonomy', 'graph', 'embedding']);
  const payloads = (await library.db.select({ payload: jobs.payload }).from(jobs)).map((job) => job.payload.run);
  expect(payloads.toSorted()).toEqual([2, 3]);
});

test('similarResources: follows edges in both directions and returns each resource once, best first', async () => {
  const [a, b, c, d] = [await add('a'), await add('b'), await add('c'), await add('d')] as const;
  await link(a, b, { weight: 0.6, evidence: { cosine: 0.7 } });
  await link(b, a, { weight: 0.6 });
  await link(c, a, { weight: 0.9 });
  await link(a, d, { weight: 1, kind: 'links' });
  const { similar } = await similarResources(library.services, ada, { id: a, limit: 10 });
  expect(similar.map(({ title, score }) => [title, score])).toEqual([
    ['c', 0.9],
    ['b', 0.6],
  ]);
  expect((await similarResources(library.services, ada, { id: a, limit: 1 })).similar).toHaveLength(1);
});

test('resourceGraph: contains the nodes within the depth and the edges between them', async () => {
  const [a, b, c, d] = [await add('a'), await add('b'), await add('c'), await add('d')] as const;
  await link(a, b);
  await link(c, b, { kind: 'cites' });
  await link(c, d);
  const titles = async (depth: number) => {
    const graph = await resourceGraph(library.services, ada, { id: a, depth });
    return [graph.nodes.map((node) => `${node.title}${node.depth}`).join(' '), graph.edges.length];
  };
  expect(await titles(1)).toEqual(['a0 b1', 1]);
  expect(await titles(2)).toEqual(['a0 b1 c2', 2]);
  expect(await titles(3)).toEqual(['a0 b1 c2 d3', 3]);
});

test('resourceGraph: a hub is limited to its heaviest edges and marked as truncated', async () => {
  const hub = await add('hub');
  // In two statements, because each of a thousand single ones is a round trip to a server.
  const [row] = await library.db.select().from(resources).where(eq(resources.id, hub));
  if (!row) throw new Error('no hub');
  const spokes = Array.from({ length: 210 }, (_, i) => {
    const id = library.services.ids.next();
    return { ...row, id, sourceKey: `test:${id}`, title: `spoke ${i}` };
  });
  await library.db.insert(resources).values(spokes);
  await library.db.insert(edges).values(spokes.map(({ id }, i) => edge(hub, id, { weight: i })));
  const graph = await resourceGraph(library.services, ada, { id: hub, depth: 2 });
  expect(graph.nodes).toHaveLength(200);
  expect(graph.edges).toHaveLength(199);
  expect(graph.truncated).toBe(true);
  expect(graph.nodes.some((node) => node.title === 'spoke 209')).toBe(true);
});
