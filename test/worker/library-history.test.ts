/** Every transaction that alters what searches see says so in the history of the library, and no other one does. */
import { eq, inArray } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteSliceOf, markDeleted } from '../../src/kernel/db/account-deletion.ts';
import { rewriteCategories } from '../../src/kernel/db/categories.ts';
import { listChunkKeys } from '../../src/kernel/db/chunks.ts';
import { findDueJobs } from '../../src/kernel/db/jobs.ts';
import { readLibraryChanges, readLibraryVersion } from '../../src/kernel/db/library-changes.ts';
import { findResource, updateResource as updateRow } from '../../src/kernel/db/resources.ts';
import { chunkVectors, resourceEmbeddings } from '../../src/kernel/db/schema.sqlite.ts';
import { enqueueJob } from '../../src/kernel/jobs/outbox.ts';
import { type Actor, SCOPES } from '../../src/kernel/model/actor.ts';
import { BULK, type BulkPayload } from '../../src/kernel/model/job-kinds.ts';
import type { Stage } from '../../src/kernel/model/stages.ts';
import { cancelResource } from '../../src/services/jobs/cancel-job.ts';
import { activateModel } from '../../src/services/models/activate-model.ts';
import { purgeRetired } from '../../src/services/models/purge-retired.ts';
import { retireModel } from '../../src/services/models/retire-model.ts';
import { missingFor, switchWhenComplete } from '../../src/services/models/switch-when-complete.ts';
import { createBatch } from '../../src/services/resources/create-batch.ts';
import { deleteResource } from '../../src/services/resources/delete-resource.ts';
import { reprocessResource } from '../../src/services/resources/reprocess-resource.ts';
import { updateResource } from '../../src/services/resources/update-resource.ts';
import { getTaxonomy } from '../../src/services/taxonomy/get-taxonomy.ts';
import { replaceTaxonomy } from '../../src/services/taxonomy/replace-taxonomy.ts';
import { createDocumentReader } from '../../worker-node/ingest/document-reader.ts';
import { createModelsSweep } from '../../worker-node/jobs/models-sweep.ts';
import { testModel } from '../support/fixtures/documents.ts';
import { freshId } from '../support/kits/jobs.ts';
import { createLibraryHistoryKit, type LibraryHistoryKit, OTHER_MODEL } from '../support/kits/library-history.ts';

const reader = createDocumentReader({ processes: 1 });
afterAll(() => reader.close());

let kit: LibraryHistoryKit;
let ada: Actor;
let bob: Actor;
let admin: Actor;
/** Two documents of Ada's, which every stage has processed. */
let [first, second] = ['', ''];
beforeEach(async () => {
  kit = await createLibraryHistoryKit(reader);
  [ada, bob] = [await kit.person('ada'), await kit.person('bob')];
  admin = { ...ada, scopes: SCOPES };
  [first, second] = [await process('The glacier melts in the sun.'), await process('Bread rises in a warm kitchen.')];
  await process('A violin has four strings.', bob);
});
afterEach(() => kit.close());

async function process(text: string, owner = ada): Promise<string> {
  const job = await kit.post(owner.userId, text);
  expect(await kit.run(job)).toEqual({ kind: 'done' });
  expect(await findResource(kit.db, { id: job.resourceId, ownerId: owner.userId })).toMatchObject({ status: 'completed' });
  return job.resourceId;
}
/** Runs the jobs that are due, those of the installation included. */
async function runDue(): Promise<void> {
  kit.clock.advance(1_000);
  for (const id of await findDueJobs(kit.db, { now: kit.clock.now(), limit: 100, lostAfterMs: 0 }))
    await kit.run({ id, ownerId: ada.userId });
}

async function bulk(payload: Pick<BulkPayload, 'action'> & Partial<BulkPayload>): Promise<void> {
  const work = { total: 2, ids: [first, second], ...payload, done: 0, errors: [] };
  const parts = { clock: kit.clock, ids: { next: freshId } };
  await kit.run(await enqueueJob(kit.db, parts, { kind: BULK, ownerId: ada.userId, payload: work }));
}
async function reprocess(...stages: Stage[]): Promise<void> {
  await reprocessResource(kit.services, ada, { id: first, ...(stages.length > 0 ? { stages } : {}) });
  await runDue();
  expect(await findResource(kit.db, { id: first, ownerId: ada.userId })).toMatchObject({ status: 'completed', run: 2 });
}
const sweep = () =>
  createModelsSweep({ ...kit, ids: { next: freshId }, publishSoon: () => {}, stopping: new AbortController().signal });
/** Embeds every document for the other model, whose activation was requested, and relates them by it. */
async function embedByOther(): Promise<void> {
  await activateModel(kit, testModel(OTHER_MODEL));
  for (let round = 0; (await missingFor(kit.db, OTHER_MODEL)) !== undefined; round += 1) {
    if (round === 20) throw new Error('the other model does not come to an end');
    await sweep().advance();
    kit.clock.advance(60_000);
    await runDue();
  }
}

/** What an operation changed in the libraries of both owners, and what it wrote down. */
async function observe(work: () => Promise<unknown>) {
  const owners = [ada.userId, bob.userId];
  const before = await Promise.all(
    owners.map(async (id) => [await kit.seenBy(id), await readLibraryVersion(kit.db, id)] as const),
  );
  await work();
  return Promise.all(
    before.map(async ([seen, { version }], index) => {
      const ownerId = owners[index] as string;
      const after = await kit.seenBy(ownerId);
      const ids = new Set([...seen.keys(), ...after.keys()]);
      const changed = [...ids].filter((id) => seen.get(id) !== after.get(id));
      const appended = await readLibraryChanges(kit.db, ownerId, { after: version, limit: 100 });
      return {
        changed: changed.map((resourceId) => ({ resourceId, kind: after.has(resourceId) ? 'changed' : 'deleted' })),
        appended: appended.map(({ resourceId, kind }) => ({ resourceId, kind })),
      };
    }),
  );
}

const patch = (changes: object) => () => updateResource(kit.services, ada, { id: first, ...changes });

/** Operations, each with how many documents searches see otherwise afterwards, and how many transactions write each. */
const ALTERING: Readonly<Record<string, readonly [changed: number, transactions: number, work: () => Promise<unknown>]>> = {
  'a document that a worker ingests, measures, embeds and files': [1, 2, () => process('The volcano sleeps.')],
  'a title': [1, 1, patch({ title: 'Ice' })],
  tags: [1, 1, patch({ tags: ['a'] })],
  metadata: [1, 1, patch({ metadata: { project: 'x' } })],
  'a category': [1, 1, patch({ category: 'science' })],
  'a deletion': [1, 1, () => deleteResource(kit.services, ada, { id: first })],
  'tags of many': [2, 1, () => bulk({ action: 'tag', add_tags: ['b'] })],
  'the deletion of many': [2, 1, () => bulk({ action: 'delete' })],
  'a document that every stage processes again': [1, 2, () => reprocess()],
};

const IDLE: Readonly<Record<string, () => Promise<unknown>>> = {
  'a description': patch({ description: 'about ice' }),
  'a document that waits': () => createBatch(kit.services, ada, { resources: [{ content: 'later' }] }),
  'a request to process again': () => reprocessResource(kit.services, ada, { id: first }),
  'a request that is cancelled': async () => {
    await reprocessResource(kit.services, ada, { id: first });
    await cancelResource(kit.services, ada, { id: first });
  },
  'the graph stage': () => reprocess('graph'),
  'many requests to process again': () => bulk({ action: 'reprocess' }),
  'a tree of categories': () => rewriteCategories(kit.db, []),
  'a tree of categories in which every document keeps its own': async () => {
    const { categories } = await getTaxonomy(kit.services, admin, {});
    await replaceTaxonomy(kit.services, admin, {
      categories: categories.map((one) => ({ ...one, label: `${one.label}!` })),
    } as never);
  },
  'vectors of a model that is not active': embedByOther,
  'a model that is retired before it was active': async () => {
    await activateModel(kit, testModel(OTHER_MODEL));
    await retireModel(kit, OTHER_MODEL);
    kit.clock.advance(2 * 24 * 60 * 60 * 1000);
    await purgeRetired(kit.db, kit.clock.now());
  },
};

describe('library history', () => {
  test.each(
    Object.entries(ALTERING),
  )('library history: %s: one row for each document that searches see otherwise', async (_name, [count, transactions, work]) => {
    const [own, others] = await observe(work);
    expect(own?.changed).toHaveLength(count);
    const [changed, appended] = [own?.changed, own?.appended].map((rows = []) => new Set(rows.map((row) => JSON.stringify(row))));
    expect(appended).toEqual(changed);
    // Stages that take longer than others are written in a transaction of their own.
    expect(own?.appended.length).toBeLessThanOrEqual(count * transactions);
    expect(others).toEqual({ changed: [], appended: [] });
  });

  test.each(
    Object.entries(IDLE),
  )('library history: %s: nothing changes for searches, and nothing is appended', async (_name, work) => {
    expect(await observe(work)).toEqual(Array(2).fill({ changed: [], appended: [] }));
  });

  test('library history: vectors that the active model lacked: one row for each document that gets them', async () => {
    await kit.db.delete(chunkVectors).where(inArray(chunkVectors.chunkSeq, await listChunkKeys(kit.db, first)));
    await kit.db.delete(resourceEmbeddings).where(eq(resourceEmbeddings.resourceId, first));
    const [own] = await observe(async () => {
      await sweep().repair();
      await runDue();
    });
    expect(own?.changed).toEqual([{ resourceId: first, kind: 'changed' }]);
    expect(own?.appended).toEqual(own?.changed);
  });

  test('library history: a switch of the model appends one rebuild to every library', async () => {
    await embedByOther();
    const rebuild = [{ resourceId: null, kind: 'rebuild' }];
    const libraries = await observe(() => switchWhenComplete(kit.db, kit.clock.now()));
    expect(libraries.map(({ appended }) => appended)).toEqual([rebuild, rebuild]);
  });

  test('library history: it goes with the account, and the libraries of others stay', async () => {
    const { version } = await readLibraryVersion(kit.db, ada.userId);
    const [own, others] = await observe(async () => {
      await kit.db.transaction((tx) => markDeleted(tx, ada.userId, kit.clock.now()));
      const left = () => kit.db.transaction((tx) => deleteSliceOf(tx, ada.userId, { documents: 1, rows: 100 }));
      await left();
      expect(await readLibraryVersion(kit.db, ada.userId)).toMatchObject({ version: version + 1 });
      while (await left());
    });
    expect(own?.changed).toHaveLength(2);
    expect(await readLibraryVersion(kit.db, ada.userId)).toEqual({ version: 0, changeId: null });
    expect(others).toEqual({ changed: [], appended: [] });
  });

  test('library history: a change that is rolled back is not appended, and one that is repeated is appended once', async () => {
    const versions = () => readLibraryVersion(kit.db, ada.userId);
    const before = await versions();
    const failing = kit.db.transaction(async (tx) => {
      await updateRow(tx, { id: first, ownerId: ada.userId }, { title: 'x' });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await versions()).toEqual(before);
    await kit.db.transaction(async (tx) => {
      for (const title of ['a', 'b']) await updateRow(tx, { id: first, ownerId: ada.userId }, { title });
    });
    expect(await versions()).toMatchObject({ version: before.version + 1 });
  });

  test('library history: a copy that follows it equals the library after any changes that came at the same time', async () => {
    const document = fc.nat({ max: 5 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('post' as const), text: fc.constantFrom('Ice melts.', 'Bread rises.', 'A volcano sleeps.') }),
      fc.record({ kind: fc.constantFrom('delete' as const, 'again' as const, 'catch up' as const), document }),
      fc.record({
        kind: fc.constant('tags' as const),
        document,
        tags: fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }),
      }),
      fc.record({ kind: fc.constant('bulk' as const), action: fc.constantFrom('delete' as const, 'tag' as const), document }),
    );
    const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        const copy = await kit.follow(ada.userId);
        for (const batch of all) {
          const ids = [...(await kit.seenBy(ada.userId)).keys()];
          const at = (index: number) => ids[index % Math.max(ids.length, 1)] ?? freshId();
          await Promise.all(
            batch.map(async (one) => {
              // Another change of the same moment may have deleted the document, or may be processing it.
              const tolerate = (error: { code?: string }) => {
                if (error.code !== 'not_found' && error.code !== 'conflict') throw error;
              };
              switch (one.kind) {
                case 'post':
                  await kit.post(ada.userId, one.text);
                  return runDue();
                case 'delete':
                  return deleteResource(kit.services, ada, { id: at(one.document) }).catch(tolerate);
                case 'again':
                  await reprocessResource(kit.services, ada, { id: at(one.document) }).catch(tolerate);
                  return runDue();
                case 'tags':
                  return updateResource(kit.services, ada, { id: at(one.document), tags: one.tags }).catch(tolerate);
                case 'bulk':
                  return bulk({ action: one.action, ids: [at(one.document), at(one.document + 1)], add_tags: ['many'] });
                case 'catch up':
                  return copy.catchUp();
              }
            }),
          );
        }
        await copy.catchUp();
        expect(copy.seen()).toEqual(await kit.seenBy(ada.userId));
      }),
      { numRuns: 12 },
    );
  });
});
