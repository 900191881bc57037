/** The limit of an owner's backlog under concurrent requests. */
import { and, eq, inArray } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jobs, resources } from '../../src/kernel/db/schema.sqlite.ts';
import type { Actor } from '../../src/kernel/model/actor.ts';
import { BACKLOG_LIMIT } from '../../src/services/resources/backlog.ts';
import { type CreateResourceInput, createResource } from '../../src/services/resources/create-resource.ts';
import { createResources } from '../../src/services/resources/create-resources.ts';
import { reprocessResource } from '../../src/services/resources/reprocess-resource.ts';
import { createTestLibrary, type TestLibrary } from '../support/kits/library.ts';

let library: TestLibrary;
let ada: Actor;
beforeEach(async () => {
  library = await createTestLibrary();
  ada = await library.person('ada');
});
afterEach(() => library.close());

const text = (content: string): CreateResourceInput => ({
  source: { kind: 'content', body: new TextEncoder().encode(content), contentType: 'text/plain; charset=utf-8' },
});

/** Inserts queued jobs. */
const waiting = (count: number) =>
  library.database.execute(
    `insert into jobs (id, kind, owner_id, payload, state, attempt, max_attempts, available_at, created_at, updated_at)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
      select 'job-' || i, 'resource.process', '${ada.userId}', '{}', 'queued', 0, 1, 0, 0, 0 from n`,
  );
const unfinished = async (actor = ada) => {
  const mine = and(eq(jobs.ownerId, actor.userId), inArray(jobs.state, ['queued', 'running']));
  return (await library.db.select({ id: jobs.id }).from(jobs).where(mine)).length;
};
const made = async () => (await library.db.select({ id: resources.id }).from(resources)).length;

/** The outcome or error code of each request. */
const outcomes = (posts: Promise<{ outcome: string }>[]) =>
  Promise.all(posts.map((post) => post.then(({ outcome }) => outcome).catch((error: { code: string }) => error.code)));
const count = (all: readonly string[]) =>
  Object.fromEntries([...Map.groupBy(all, (one) => one)].map(([one, same]) => [one, same.length]));

test('backlog: of 30 concurrent posts exactly those within the limit are accepted, and the others leave no rows', async () => {
  await waiting(BACKLOG_LIMIT - 7);
  const posts = Array.from({ length: 30 }, (_, n) => createResource(library.services, ada, text(`Document ${n}`)));
  expect(count(await outcomes(posts))).toEqual({ accepted: 7, backlog_full: 23 });
  expect([await unfinished(), await made()]).toEqual([BACKLOG_LIMIT, 7]);
});

test('backlog: of concurrent batches exactly the items within the limit are accepted', async () => {
  await waiting(BACKLOG_LIMIT - 7);
  const batches = await Promise.all(
    Array.from({ length: 5 }, (_, batch) =>
      createResources(
        library.services,
        ada,
        Array.from({ length: 6 }, (_, n) => text(`Document ${n} of batch ${batch}`)),
      ),
    ),
  );
  const answers = batches.flat().map((answer) => ('created' in answer ? answer.created.outcome : answer.refused.code));
  expect(count(answers)).toEqual({ accepted: 7, backlog_full: 23 });
  expect([await unfinished(), await made()]).toEqual([BACKLOG_LIMIT, 7]);
});

test('backlog: reprocessed documents count against the limit like new ones', async () => {
  const { id } = await createResource(library.services, ada, text('Seen before'));
  await library.db.update(jobs).set({ state: 'done' });
  await waiting(BACKLOG_LIMIT - 2);
  const again = reprocessResource(library.services, ada, { id }).then(() => ({ outcome: 'accepted' }));
  const posts = Array.from({ length: 5 }, (_, n) => createResource(library.services, ada, text(`Document ${n}`)));
  expect(count(await outcomes([again, ...posts]))).toEqual({ accepted: 2, backlog_full: 4 });
  expect(await unfinished()).toBe(BACKLOG_LIMIT);
});

test('backlog: concurrent posts that reach the margin of the limit are all accepted once', async () => {
  await waiting(BACKLOG_LIMIT - 1_000 - 10);
  const posts = Array.from({ length: 30 }, (_, n) => createResource(library.services, ada, text(`Document ${n}`)));
  expect(count(await outcomes(posts))).toEqual({ accepted: 30 });
  expect(await unfinished()).toBe(BACKLOG_LIMIT - 1_000 + 20);
});

test('backlog: a full backlog does not affect other owners', async () => {
  await waiting(BACKLOG_LIMIT);
  const bob = await library.person('bob');
  const posts = [ada, bob].flatMap((who) => [1, 2, 3].map((n) => createResource(library.services, who, text(`Document ${n}`))));
  expect(await outcomes(posts)).toEqual([...Array(3).fill('backlog_full'), ...Array(3).fill('accepted')]);
  expect(await unfinished(bob)).toBe(3);
});
