import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findJob } from '../../src/kernel/db/jobs.ts';
import { findResource, updateResource } from '../../src/kernel/db/resources.ts';
import type { Job } from '../../src/kernel/db/types.ts';
import { enqueueJob } from '../../src/kernel/jobs/outbox.ts';
import { BULK, type BulkPayload } from '../../src/kernel/model/job-kinds.ts';
import { BACKLOG_LIMIT } from '../../src/services/resources/backlog.ts';
import { toTaskBody } from '../../src/services/tasks/task-schema.ts';
import { createBulkJob } from '../../worker-node/jobs/bulk.ts';
import { freshId, seedOwner, seedResource } from '../support/kits/jobs.ts';
import { createPipelineKit, LEASE_MS, type PipelineKit } from '../support/kits/pipeline.ts';

let kit: PipelineKit;
let owner: string;
let published: string[];
/** Called after each run that the job started. */
let onStarted: () => void;
beforeEach(async () => {
  published = [];
  onStarted = () => {};
  kit = await createPipelineKit([
    (parts) =>
      createBulkJob({
        ...parts,
        progress: { report: () => onStarted() },
        publishSoon: (id) => void published.push(id),
      }),
  ]);
  owner = await seedOwner(kit);
});
afterEach(() => kit.close());

async function documents(count: number, ownerId = owner): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    kit.clock.advance(1);
    ids.push(await seedResource(kit, ownerId));
  }
  return ids;
}
async function begin(payload: Omit<BulkPayload, 'done' | 'errors' | 'total'> & { total?: number }): Promise<Job> {
  const work = { total: payload.ids?.length ?? 0, ...payload, done: 0, errors: [] };
  return enqueueJob(kit.db, { ...kit, ids: { next: freshId } }, { kind: BULK, ownerId: owner, payload: work });
}
const taskOf = async ({ id }: Job) => toTaskBody((await findJob(kit.db, id)) as Job);
const find = (id: string) => findResource(kit.db, { id, ownerId: owner });
const existing = async (ids: string[]) => (await Promise.all(ids.map(find))).filter((found) => found !== undefined).length;

test('resources.bulk: deletes the documents that are named, in several slices, and no other', async () => {
  const ids = await documents(45);
  const [kept] = await documents(1);
  const job = await begin({ action: 'delete', ids });
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(await taskOf(job)).toEqual({ id: job.id, kind: BULK.name, status: 'completed', done: 45, total: 45, errors: [] });
  expect([await existing(ids), await existing([kept as string])]).toEqual([0, 1]);
});

test('resources.bulk: a document of another owner, or one that is gone, is an error of its own', async () => {
  const [mine] = await documents(1);
  const [theirs] = await documents(1, await seedOwner(kit));
  const job = await begin({ action: 'delete', ids: [theirs as string, 'gone', mine as string] });
  await kit.deliver(job.id);
  const message = 'There is no resource with this id';
  expect(await taskOf(job)).toMatchObject({
    status: 'completed',
    done: 3,
    errors: [
      { id: theirs, message },
      { id: 'gone', message },
    ],
  });
  expect(await existing([mine as string])).toBe(0);
});

test('resources.bulk: a filter with several values of a field finds the documents that have one of them', async () => {
  const [iced, snowed, both, other] = (await documents(4)) as [string, string, string, string];
  const tagsOf = { [iced]: ['ice'], [snowed]: ['snow'], [both]: ['ice', 'snow'], [other]: ['rain'] };
  for (const [id, tags] of Object.entries(tagsOf)) await updateResource(kit.db, { id, ownerId: owner }, { tags });
  const before = { createdAt: kit.clock.now() + 1, id: '' };
  const job = await begin({ action: 'delete', filter: { tag: ['ice', 'snow'] }, before, total: 3 });
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(await taskOf(job)).toMatchObject({ status: 'completed', done: 3, errors: [] });
  expect([await existing([iced, snowed, both]), await existing([other])]).toEqual([0, 1]);
});

test('resources.bulk: tags are added and removed once each, count as edited, and more than 50 are an error', async () => {
  const [plain, tagged, full] = (await documents(3)) as [string, string, string];
  await updateResource(kit.db, { id: tagged, ownerId: owner }, { tags: ['old', 'new', 'other'] });
  await updateResource(kit.db, { id: full, ownerId: owner }, { tags: Array.from({ length: 50 }, (_, n) => `tag-${n}`) });
  const job = await begin({ action: 'tag', ids: [plain, tagged, full], add_tags: ['new'], remove_tags: ['old'] });
  await kit.deliver(job.id);
  expect(await find(plain)).toMatchObject({ tags: ['new'], edited: ['tags'] });
  expect(await find(tagged)).toMatchObject({ tags: ['new', 'other'] });
  expect((await find(full))?.tags).toHaveLength(50);
  expect(await taskOf(job)).toMatchObject({
    done: 3,
    errors: [{ id: full, message: 'It would have 51 tags, and 50 are allowed' }],
  });
});

test('resources.bulk: a filter takes the documents of its moment, also where the change takes them out of it', async () => {
  const ids = await documents(30);
  const before = { createdAt: kit.clock.now() + 1, id: '' };
  kit.clock.advance(1_000);
  const [later] = await documents(1);
  const job = await begin({ action: 'delete', filter: { status: 'pending' }, before, total: 30 });
  await kit.deliver(job.id);
  expect(await taskOf(job)).toMatchObject({ status: 'completed', done: 30, total: 30 });
  expect([await existing(ids), await existing([later as string])]).toEqual([0, 1]);
});

test('resources.bulk: reprocessing starts a run of each document once, however often the worker is interrupted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 4 }), async (stops) => {
      const ids = await documents(50);
      const job = await begin({ action: 'reprocess', ids });
      published = [];
      for (const stopAfter of stops) {
        const stop = new AbortController();
        let started = 0;
        onStarted = () => void (++started >= stopAfter && stop.abort());
        await kit.deliver(job.id, stop.signal);
      }
      onStarted = () => {};
      await kit.deliver(job.id);
      expect(await taskOf(job)).toMatchObject({ status: 'completed', done: 50, errors: [] });
      expect(new Set(published).size).toBe(50);
      for (const id of ids) expect((await find(id))?.run).toBe(2);
    }),
    { numRuns: 6 },
  );
});

test('resources.bulk: a document that is being processed is an error, and its run goes on', async () => {
  const { resourceId } = await kit.seed({ ownerId: owner });
  const job = await begin({ action: 'reprocess', ids: [resourceId] });
  await kit.deliver(job.id);
  expect(await taskOf(job)).toMatchObject({ done: 1, errors: [{ id: resourceId, message: 'It is still being processed' }] });
  expect((await find(resourceId))?.run).toBe(1);
});

test('resources.bulk: of a worker that died, another takes the task over after its lease and finishes it', async () => {
  const ids = await documents(25);
  const job = await begin({ action: 'delete', ids });
  await kit.claim(job.id);
  kit.clock.advance(LEASE_MS + 1);
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(await existing(ids)).toBe(0);
});

test('resources.bulk: an owner with too many unfinished jobs waits, without losing an attempt, and the task goes on', async () => {
  const ids = await documents(3);
  const job = await begin({ action: 'reprocess', ids });
  await kit.database.execute(
    `insert into jobs (id, kind, owner_id, payload, state, attempt, max_attempts, available_at, created_at, updated_at)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${BACKLOG_LIMIT - 2})
      select 'job-' || i, 'other', '${owner}', '{}', 'queued', 0, 1, 0, 0, 0 from n`,
  );
  expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 30 });
  expect(await taskOf(job)).toMatchObject({ status: 'pending', done: 1, total: 3 });
  await kit.database.execute(`update jobs set state = 'done' where kind = 'other'`);
  kit.clock.advance(30_000);
  expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  expect(await taskOf(job)).toMatchObject({ status: 'completed', done: 3, errors: [] });
});
