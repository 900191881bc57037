import { afterEach, beforeEach, expect, test } from 'vitest';
import { StageError } from '../../src/kernel/core/errors.ts';
import { findJob } from '../../src/kernel/db/jobs.ts';
import { readStages, writeStages } from '../../src/kernel/db/resource-stages.ts';
import { findResourceOfJob, type NewResource, updateResource } from '../../src/kernel/db/resources.ts';
import type { Job } from '../../src/kernel/db/types.ts';
import { type Actor, SCOPES } from '../../src/kernel/model/actor.ts';
import { CATEGORISE } from '../../src/kernel/model/job-kinds.ts';
import { everyStage, newStages } from '../../src/kernel/model/stages.ts';
import { replaceTaxonomy } from '../../src/services/taxonomy/replace-taxonomy.ts';
import { createCategoriseJob } from '../../worker-node/jobs/categorise.ts';
import type { StageInput } from '../../worker-node/pipeline/stage.ts';
import { seedOwner, seedResource } from '../support/kits/jobs.ts';
import { createPipelineKit, LEASE_MS, type PipelineKit } from '../support/kits/pipeline.ts';

let kit: PipelineKit;
let owner: string;
/** The titles of documents in the order in which they were categorised. */
let seen: string[];
/** Called before a document is categorised. */
let before: (input: StageInput) => unknown;
beforeEach(async () => {
  [seen, before] = [[], () => {}];
  kit = await createPipelineKit([
    (parts) =>
      createCategoriseJob({
        ...parts,
        runners: {
          // The category is the title, with another confidence each time.
          taxonomy: async (input) => {
            const { title, id } = input.resource;
            await before(input);
            seen.push(id);
            const category = title ?? 'uncategorised';
            return { fields: { category, categories: [{ id: category, label: category, confidence: 1 / seen.length }] } };
          },
        },
      }),
  ]);
  owner = await seedOwner(kit);
});
afterEach(() => kit.close());

const admin: Actor = {
  ...{ kind: 'user', userId: 'root', username: 'root', tier: 'admin', scopes: SCOPES },
  ...{ sessionId: null, tokenId: null, keyId: null },
};
const node = (id: string) => ({ id, label: id });

/** Replaces the tree; returns the job that categorises the documents. */
async function replace(...ids: string[]): Promise<Job> {
  const published: string[] = [];
  const relay = { publishSoon: (id: string) => void published.push(id) };
  let count = 0;
  const parts = { ...kit, ids: { next: () => `job-${ids.join('-')}-${++count}` }, relay };
  await replaceTaxonomy(parts as never, admin, { categories: ids.map(node) });
  const job = await findJob(kit.db, published[0] ?? '');
  if (!job) throw new Error('no job was published');
  return job;
}
/** Inserts a document whose stages have completed; its title is the category that the stage finds. */
async function document(title: string, fields: Partial<NewResource> = {}, ownerId = owner): Promise<string> {
  const states = newStages(kit.clock.now());
  const done = everyStage((stage) => ({ ...states[stage], status: 'completed' as const }));
  const id = await seedResource(kit, ownerId, done);
  await updateResource(kit.db, { id, ownerId }, { title, updatedAt: kit.clock.now(), ...fields });
  return id;
}
const find = async (id: string) => findResourceOfJob(kit.db, id);
const categoryOf = async (id: string) => (await find(id))?.category;

test('taxonomy.categorise: every document of every owner gets the category that it has by the new tree', async () => {
  const other = await seedOwner(kit);
  const ids = [await document('b', { category: 'a' }), await document('b', {}, other), await document('c', { category: 'c' })];
  const job = await replace('b', 'c');
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(await Promise.all(ids.map(categoryOf))).toEqual(['b', 'b', 'c']);
  expect((await findJob(kit.db, job.id))?.payload).toMatchObject({ done: 3, total: 3 });
});

test('taxonomy.categorise: more documents than are listed at a time are each taken once', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 60; n++) ids.push(await document('a'));
  const job = await replace('a');
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(seen).toEqual(ids.toSorted());
});

test('taxonomy.categorise: a category that a person set stays, and what the text says is kept beside it', async () => {
  const id = await document('a', { category: 'b', edited: ['category'] });
  await kit.deliver((await replace('a', 'b')).id);
  expect(await find(id)).toMatchObject({ category: 'b', categories: [{ id: 'a' }], edited: ['category'] });
});

test('taxonomy.categorise: a category that a person sets while the job works on the document stays', async () => {
  const id = await document('a');
  const job = await replace('a', 'b');
  before = () =>
    updateResource(kit.db, { id, ownerId: owner }, { category: 'b', edited: ['category'], updatedAt: kit.clock.now() });
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(await categoryOf(id)).toBe('b');
});

test('taxonomy.categorise: a document whose stage ran again meanwhile keeps what that found', async () => {
  const id = await document('a', { category: 'b' });
  const job = await replace('a', 'b');
  before = async () => {
    const stages = await readStages(kit.db, id);
    if (stages) await writeStages(kit.db, id, { taxonomy: { ...stages.taxonomy, run: 2 } });
  };
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(await categoryOf(id)).toBe('b');
});

test('taxonomy.categorise: documents whose stage has not completed are left to it', async () => {
  const waiting = await seedResource(kit, owner);
  expect(await kit.deliver((await replace('a')).id)).toEqual({ kind: 'done' });
  expect([seen, await categoryOf(waiting)]).toEqual([[], null]);
});

test('taxonomy.categorise: a document without text is passed over, and a failure for now goes on from there', async () => {
  const ids = [await document('a'), await document('a'), await document('a')].toSorted();
  const job = await replace('a');
  const failures = new Map([
    [ids[0], new StageError('permanent', 'The document has no text to categorise')],
    [ids[1], new StageError('transient', 'The model is unavailable')],
  ]);
  before = ({ resource: { id } }) => {
    const failure = failures.get(id);
    failures.delete(id);
    if (failure) throw failure;
  };
  expect(await kit.deliver(job.id)).toMatchObject({ kind: 'retry' });
  expect((await findJob(kit.db, job.id))?.payload).toMatchObject({ after: ids[0], done: 1 });
  kit.clock.advance(60_000);
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(seen).toEqual(ids.slice(1));
});

test('taxonomy.categorise: the work for a tree that was replaced is left to the job of the latest', async () => {
  const [first] = [await document('a'), await document('a')].toSorted();
  const early = await replace('a', 'b');
  let late: Job | undefined;
  before = async () => {
    late ??= await replace('a', 'c');
  };
  expect(await kit.deliver(early.id)).toMatchObject({ kind: 'retry' });
  expect([seen, await categoryOf(first as string)]).toEqual([[first], null]);
  kit.clock.advance(60_000);
  expect(await kit.deliver(early.id)).toEqual({ kind: 'done' });
  expect(seen).toHaveLength(1);
  expect(await kit.deliver(late?.id ?? '')).toEqual({ kind: 'done' });
  expect(await categoryOf(first as string)).toBe('a');
});

test('taxonomy.categorise: a document that was committed with a category of the former tree does not keep it', async () => {
  const job = await replace('a');
  const late = await document('a', { category: 'gone', edited: ['category'] });
  await kit.deliver(job.id);
  expect(await find(late)).toMatchObject({ category: 'a', edited: [] });
});

test('taxonomy.categorise: a job that was interrupted every time is dead, so that an admin sees it', async () => {
  const job = await replace('a');
  for (let death = 0; death < job.maxAttempts; death++) {
    await kit.claim(job.id);
    kit.clock.advance(LEASE_MS + 1);
  }
  expect(await kit.deliver(job.id)).toMatchObject({ kind: 'dead' });
  expect(await findJob(kit.db, job.id)).toMatchObject({ kind: CATEGORISE.name, state: 'dead' });
});
