import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../src/kernel/core/errors.ts';
import { findSource } from '../../src/kernel/db/resource-sources.ts';
import { readStages, writeStages } from '../../src/kernel/db/resource-stages.ts';
import { findResource, mirrorStages } from '../../src/kernel/db/resources.ts';
import { jobs, resources } from '../../src/kernel/db/schema.sqlite.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { STAGES } from '../../src/kernel/model/stages.ts';
import { requireBacklogRoom } from '../../src/services/resources/backlog.ts';
import { type CreateResourceInput, createResource } from '../../src/services/resources/create-resource.ts';
import { createResources } from '../../src/services/resources/create-resources.ts';
import { deleteResource } from '../../src/services/resources/delete-resource.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
let ada: Actor;
let bob: Actor;
beforeEach(async () => {
  library = await createTestLibrary();
  ada = await library.person('ada');
  bob = await library.person('bob');
});
afterEach(() => library.close());

const text = (content: string): CreateResourceInput => ({
  source: { kind: 'content', body: new TextEncoder().encode(content), contentType: 'text/plain; charset=utf-8' },
});
const url = (address: string): CreateResourceInput => ({ source: { kind: 'url', url: address } });
const create = (input: CreateResourceInput, actor = ada) => createResource(library.services, actor, input);
const rows = async () => ({
  resources: (await library.db.select({ id: resources.id }).from(resources)).length,
  jobs: (await library.db.select({ id: jobs.id }).from(jobs)).length,
});

/** Sets the rows that the worker writes when a job ends. */
async function end(id: string, status: 'completed' | 'failed') {
  const states = await readStages(library.db, id);
  if (!states) throw new Error('no stages');
  const over = { ...states, ingestion: { ...states.ingestion, status, message: status === 'failed' ? 'no text' : null } };
  await writeStages(library.db, id, over);
  await mirrorStages(library.db, id, over, library.clock.now());
  await library.db.update(jobs).set({ state: status === 'failed' ? 'dead' : 'done' });
}

test('createResource: inserts the resource, its source, five pending stages and a published job, and a progress record', async () => {
  const created = await create({ ...text('Ice flows.'), title: 'Ice', tags: ['a', 'b', 'a'], metadata: { shelf: 3 } });
  expect(created).toMatchObject({ status: 'pending', outcome: 'accepted' });
  const resource = await findResource(library.db, { id: created.id, ownerId: ada.userId });
  expect(resource).toMatchObject({ title: 'Ice', tags: ['a', 'b'], metadata: { shelf: 3 }, edited: ['title'], run: 1 });
  expect(new TextDecoder().decode((await findSource(library.db, created.id))?.body)).toBe('Ice flows.');
  const progress = await library.services.progress.read(created.id);
  expect(STAGES.map((stage) => progress?.states[stage].status)).toEqual(STAGES.map(() => 'pending'));
  const [job] = await library.db.select().from(jobs);
  expect(job).toMatchObject({ resourceId: created.id, payload: { stages: [...STAGES], run: 1 } });
  await library.background.settled();
  expect(library.published).toEqual([{ job_id: job?.id, owner_id: job?.ownerId }]);
});

test('createResource: the same content or an equivalent URL is a duplicate for the same owner', async () => {
  const first = await create(text('Ice flows.'));
  expect(await create(text('Ice flows.'))).toEqual({ id: first.id, status: 'pending', outcome: 'duplicate' });
  const page = await create(url('https://Example.org/a?utm_source=x#top'));
  expect(await create(url('https://example.org:443/a'))).toMatchObject({ id: page.id, outcome: 'duplicate' });
  expect(await rows()).toEqual({ resources: 2, jobs: 2 });
});

test('createResource: the same document of another owner is not a duplicate', async () => {
  const first = await create(text('Ice flows.'));
  const other = await create(text('Ice flows.'), bob);
  expect(other).toMatchObject({ outcome: 'accepted' });
  expect(other.id).not.toBe(first.id);
});

test('createResource: 20 concurrent posts of one document create one resource and one job', async () => {
  const created = await Promise.all(Array.from({ length: 20 }, () => create(text('Ice flows.'))));
  expect(new Set(created.map((one) => one.id)).size).toBe(1);
  expect(created.filter((one) => one.outcome === 'accepted')).toHaveLength(1);
  expect(await rows()).toEqual({ resources: 1, jobs: 1 });
});

test('createResource: posting a failed document again reprocesses it; any other is returned unchanged', async () => {
  const { id } = await create(text('Ice flows.'));
  await end(id, 'failed');
  expect(await create(text('Ice flows.'))).toEqual({ id, status: 'pending', outcome: 'accepted' });
  expect(await rows()).toEqual({ resources: 1, jobs: 2 });
  expect(await findResource(library.db, { id, ownerId: ada.userId })).toMatchObject({
    status: 'pending',
    errorMessage: null,
    run: 2,
  });
  expect((await readStages(library.db, id))?.ingestion).toMatchObject({ status: 'pending', run: 2, message: null });
  expect(await create(text('Ice flows.'))).toMatchObject({ outcome: 'duplicate' });
});

test('createResource: with the queue down the document is accepted and its job stays due', async () => {
  const down = await createTestLibrary({
    overrides: { publisher: { lostAfterMs: 30_000, publish: () => Promise.reject(new Error('refused')) } },
  });
  const eve = await down.person('eve');
  expect(await createResource(down.services, eve, text('Ice flows.'))).toMatchObject({ outcome: 'accepted' });
  await down.background.settled();
  expect(await down.db.select({ state: jobs.state }).from(jobs)).toEqual([{ state: 'queued' }]);
  await down.close();
});

test('createResource: a failed transaction leaves no rows and sends no notification', async () => {
  vi.spyOn(library.services.progress, 'begin');
  const broken = { ...library.services, ids: { next: vi.fn().mockReturnValueOnce('only-one').mockReturnValue(null) } };
  await expect(createResource(broken, ada, text('Ice flows.'))).rejects.toThrow();
  expect(await rows()).toEqual({ resources: 0, jobs: 0 });
  await library.background.settled();
  expect(library.published).toEqual([]);
});

test('createResource: a full backlog refuses new documents before any write, and duplicates are still returned', async () => {
  const { id } = await create(text('one'));
  await create(text('two'));
  await requireBacklogRoom(library.db, ada.userId, 3);
  await expect(requireBacklogRoom(library.db, ada.userId, 2)).rejects.toMatchObject({ code: 'backlog_full', retryAfter: 60 });
  await requireBacklogRoom(library.db, bob.userId, 1);
  await end(id, 'completed');
  await requireBacklogRoom(library.db, ada.userId, 1);
});

test('createResource: the backlog limit is 10,000 unfinished jobs', async () => {
  const { id } = await create(text('one'));
  await library.database.execute(
    `insert into jobs (id, kind, owner_id, resource_id, payload, state, attempt, max_attempts, available_at, created_at, updated_at)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 9999)
      select 'job-' || i, 'resource.process', '${ada.userId}', '${id}', '{}', 'queued', 0, 1, 0, 0, 0 from n`,
  );
  await expect(create(text('two'))).rejects.toMatchObject({ code: 'backlog_full' });
  expect(await rows()).toEqual({ resources: 1, jobs: 10_000 });
  expect(await create(text('one'))).toMatchObject({ id, outcome: 'duplicate' });
});

test('createResource: an idempotency key repeats the response, refuses another request, and is scoped to the owner', async () => {
  const keyed = (content: string, more: Partial<CreateResourceInput> = {}) => ({
    ...text(content),
    idempotencyKey: 'k',
    ...more,
  });
  const first = await create(keyed('one', { metadata: { a: 1, b: 2 } }));
  library.clock.advance(1_000);
  await end(first.id, 'completed');
  expect(await create(keyed('one', { metadata: { b: 2, a: 1 } }))).toEqual(first);
  await expect(create(keyed('two'))).rejects.toMatchObject({ code: 'invalid_input', errors: [{ path: 'Idempotency-Key' }] });
  await expect(create(keyed('one', { title: 'x' }))).rejects.toMatchObject({ code: 'invalid_input' });
  expect(await create(keyed('two'), bob)).toMatchObject({ outcome: 'accepted' });
  library.clock.advance(24 * 60 * 60 * 1000);
  expect(await create(keyed('two'))).toMatchObject({ outcome: 'accepted' });
});

test('createResource: of different requests at once under one idempotency key one is accepted', async () => {
  const answers = await Promise.allSettled(['one', 'two', 'three'].map((each) => create({ ...text(each), idempotencyKey: 'k' })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected', 'rejected']);
  for (const answer of answers) {
    if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ errors: [{ path: 'Idempotency-Key' }] });
  }
  expect(await rows()).toEqual({ resources: 1, jobs: 1 });
});

test('createResource: an idempotency key of a duplicate or deleted resource reflects the current state', async () => {
  const first = await create(text('one'));
  library.clock.advance(1);
  const keyed = { ...text('one'), idempotencyKey: 'k' };
  expect(await create(keyed)).toEqual({ id: first.id, status: 'pending', outcome: 'duplicate' });
  expect(await create(keyed)).toEqual({ id: first.id, status: 'pending', outcome: 'duplicate' });
  await deleteResource(library.services, ada, { id: first.id });
  const again = await create(keyed);
  expect(again.outcome).toBe('accepted');
  expect(again.id).not.toBe(first.id);
});

test('createResources: each item of a batch has its own result', async () => {
  const refused = new AppError('invalid_input', 'title: too long');
  const answers = await createResources(library.services, ada, [text('one'), refused, text('one'), text('two')]);
  expect(answers.map((answer) => ('created' in answer ? answer.created.outcome : answer.refused.code))).toEqual([
    'accepted',
    'invalid_input',
    'duplicate',
    'accepted',
  ]);
  const many = Array.from({ length: 101 }, (_, i) => text(`${i}`));
  await expect(createResources(library.services, ada, many)).rejects.toMatchObject({ code: 'invalid_input' });
});

test('createResource: forbidden without the scope resources:write', async () => {
  const reader: Actor = { ...ada, scopes: ['resources:read', 'search'] };
  await expect(create(text('one'), reader)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(createResources(library.services, reader, [text('one')])).rejects.toMatchObject({ code: 'forbidden' });
  expect(await rows()).toEqual({ resources: 0, jobs: 0 });
});
