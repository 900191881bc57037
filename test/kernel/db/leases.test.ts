import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findJob, hasOtherUnfinishedJob } from '../../../src/kernel/db/jobs.ts';
import {
  advanceLease,
  claimJob,
  deadLetterJob,
  finishJob,
  releaseJob,
  renewLease,
  retryJob,
} from '../../../src/kernel/db/leases.ts';
import { resources } from '../../../src/kernel/db/schema.sqlite.ts';
import type { Job } from '../../../src/kernel/db/types.ts';
import { enqueueJob } from '../../../src/kernel/jobs/outbox.ts';
import { INSTALLATION, processPayloadSchema } from '../../../src/kernel/model/job-kinds.ts';
import { manualClock, randomIds } from '../../support/fakes/doubles.ts';
import { openTestDatabase, type TestDatabase } from '../../support/kits/database.ts';
import { seedJob } from '../../support/kits/jobs.ts';

let database: TestDatabase;
const clock = manualClock();
const LEASE_MS = 30_000;

beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.close());

const seed = () => seedJob({ db: database.db, clock });
const claim = (jobId: string, holder = 'a', now = clock.now()) =>
  claimJob(database.db, { jobId, holder, now, leaseMs: LEASE_MS });
const stored = async (id: string) => (await findJob(database.db, id)) as Job;

test('enqueueJob: a new job is queued, due immediately, with six attempts', async () => {
  const job = await seed();
  expect(await stored(job.id)).toEqual(job);
  expect(job).toMatchObject({ state: 'queued', attempt: 0, maxAttempts: 6, availableAt: clock.now(), publishedAt: null });
  expect(processPayloadSchema.parse(job.payload)).toEqual(job.payload);
});

describe('claimJob', () => {
  test('claimJob: one of twenty concurrent claims gets the job', async () => {
    const { id } = await seed();
    const claims = await Promise.all(Array.from({ length: 20 }, (_, n) => claim(id, `worker-${n}`)));
    const won = claims.filter((job) => job !== undefined);
    expect(won).toHaveLength(1);
    expect(won[0]).toMatchObject({ state: 'running', attempt: 1, leaseExpiresAt: clock.now() + LEASE_MS });
    expect(await stored(id)).toEqual(won[0]);
  });

  test('claimJob: a job that is not due cannot be claimed', async () => {
    const { id } = await seed();
    expect(await claim(id, 'a', clock.now() - 1)).toBeUndefined();
    expect(await claim(id)).toBeDefined();
  });

  test('claimJob: a lapsed lease is taken over and the attempt counted, but not before it lapses', async () => {
    const { id } = await seed();
    await claim(id, 'dead');
    expect(await claim(id, 'heir', clock.now() + LEASE_MS)).toBeUndefined();
    expect(await claim(id, 'heir', clock.now() + LEASE_MS + 1)).toMatchObject({ leaseOwner: 'heir', attempt: 2 });
    const lease = { jobId: id, holder: 'dead' };
    expect(await renewLease(database.db, { ...lease, now: clock.now(), leaseMs: LEASE_MS })).toBe(false);
    expect(await finishJob(database.db, lease, { state: 'done', now: clock.now() })).toBe(false);
    expect((await stored(id)).leaseOwner).toBe('heir');
  });

  test('claimJob: finished and missing jobs cannot be claimed', async () => {
    const { id } = await seed();
    await claim(id);
    await finishJob(database.db, { jobId: id, holder: 'a' }, { state: 'done', now: clock.now() });
    expect(await claim(id, 'b', clock.now() + 1_000_000)).toBeUndefined();
    expect(await claim('nothing')).toBeUndefined();
  });
});

describe('leases', () => {
  test('renewLease: a lapsed lease that was not taken over can still be renewed', async () => {
    const { id } = await seed();
    await claim(id);
    const later = clock.now() + LEASE_MS * 2;
    expect(await renewLease(database.db, { jobId: id, holder: 'a', now: later, leaseMs: LEASE_MS })).toBe(true);
    expect(await claim(id, 'b', later + LEASE_MS)).toBeUndefined();
  });

  test('advanceLease: it renews the lease and starts the count of attempts anew, for the holder alone', async () => {
    const { id } = await seed();
    for (let attempt = 1; attempt <= 3; attempt += 1) await claim(id, 'a', clock.now() + attempt * 2 * LEASE_MS);
    const now = clock.now() + 6 * LEASE_MS;
    expect((await stored(id)).attempt).toBe(3);
    expect(await advanceLease(database.db, { jobId: id, holder: 'b', now, leaseMs: LEASE_MS })).toBe(false);
    expect((await stored(id)).attempt).toBe(3);
    expect(await advanceLease(database.db, { jobId: id, holder: 'a', now, leaseMs: LEASE_MS })).toBe(true);
    expect(await stored(id)).toMatchObject({ attempt: 1, leaseExpiresAt: now + LEASE_MS, state: 'running' });
  });

  test('finishJob and deadLetterJob: a job that is done, cancelled or dead has no lease and cannot be ended again', async () => {
    const close = {
      done: (id: string) => finishJob(database.db, { jobId: id, holder: 'a' }, { state: 'done', now: 5 }),
      cancelled: (id: string) => finishJob(database.db, { jobId: id, holder: 'a' }, { state: 'cancelled', now: 5 }),
      dead: (id: string) => deadLetterJob(database.db, { jobId: id, holder: 'a' }, { error: 'It is over', now: 5 }),
    };
    for (const [state, end] of Object.entries(close)) {
      const { id } = await seed();
      await claim(id);
      expect(await end(id)).toBe(true);
      const error = state === 'dead' ? 'It is over' : null;
      expect(await stored(id)).toMatchObject({ state, error, finishedAt: 5, leaseOwner: null, leaseExpiresAt: null });
      expect(await end(id)).toBe(false);
    }
  });

  test('retryJob: the job is queued unpublished, due after its backoff, and its lease ends', async () => {
    const { id } = await seed();
    await claim(id);
    const retry = { error: 'No answer', now: clock.now(), attempt: 3, random: () => 0.5 };
    const lease = { jobId: id, holder: 'a' };
    expect(await retryJob(database.db, lease, retry)).toBe(clock.now() + 4000);
    const expected = { state: 'queued', error: 'No answer', availableAt: clock.now() + 4000, publishedAt: null, attempt: 1 };
    expect(await stored(id)).toMatchObject(expected);
    expect(await retryJob(database.db, lease, retry)).toBeUndefined();
    expect(await claim(id)).toBeUndefined();
    expect(await claim(id, 'a', clock.now() + 4000)).toMatchObject({ attempt: 2 });
  });

  test('retryJob: a job that its queue delivers again is left to the queue, not published', async () => {
    const { id } = await seed();
    await claim(id);
    const retry = { error: 'No answer', now: clock.now(), attempt: 1, random: () => 0.5, redelivered: true };
    await retryJob(database.db, { jobId: id, holder: 'a' }, retry);
    expect(await stored(id)).toMatchObject({ state: 'queued', publishedAt: clock.now() });
  });

  test('releaseJob: a released job does not count the attempt', async () => {
    const { id } = await seed();
    await claim(id);
    const lease = { jobId: id, holder: 'a' };
    const now = clock.now();
    expect(await releaseJob(database.db, lease, { availableAt: now, now })).toBe(true);
    expect(await stored(id)).toMatchObject({ state: 'queued', attempt: 0, publishedAt: null });
    expect(await releaseJob(database.db, lease, { availableAt: now, now })).toBe(false);
  });
});

test('hasOtherUnfinishedJob: true while another job of the resource is queued or running', async () => {
  const first = await seed();
  const other = () => hasOtherUnfinishedJob(database.db, first.resourceId, first.id);
  expect(await other()).toBe(false);
  const second = await seedJob({ db: database.db, clock }, { ownerId: first.ownerId, resourceId: first.resourceId });
  expect(await other()).toBe(true);
  await claim(second.id);
  expect(await other()).toBe(true);
  await finishJob(database.db, { jobId: second.id, holder: 'a' }, { state: 'done', now: 1 });
  expect(await other()).toBe(false);
});

test('jobs: deleting a resource deletes its jobs', async () => {
  const { id, resourceId } = await seed();
  await database.db.delete(resources).where(eq(resources.id, resourceId));
  expect(await findJob(database.db, id)).toBeUndefined();
});

describe('jobs without a resource, beside a worker that does not know them', () => {
  const without = () =>
    enqueueJob(
      database.db,
      { clock, ids: randomIds },
      { kind: { name: 'embed' }, ownerId: INSTALLATION, payload: { model: 'm' } },
    );
  /** The claim of a worker of November 2026, word for word. It returns at once, and its lease lapses. */
  const oldClaim = (id: string, now: number) =>
    database.execute(`update jobs set state = 'running', lease_owner = 'old', lease_expires_at = ${now + LEASE_MS},
      attempt = attempt + 1, updated_at = ${now} where id = '${id}' and ((state = 'queued' and available_at <= ${now})
      or (state = 'running' and lease_expires_at < ${now}))`);

  test('claimJob: claims of a worker that does not know the kind do not count, however many there are', async () => {
    const { id, maxAttempts } = await without();
    let now = clock.now();
    const elapse = () => (now += LEASE_MS + 1);
    for (let claims = 0; claims < 2 * maxAttempts; claims += 1) {
      await oldClaim(id, now);
      elapse();
    }
    expect((await stored(id)).attempt).toBe(2 * maxAttempts);
    expect(await claim(id, 'new', now)).toMatchObject({ attempt: 1, begunAttempt: 1 });
    // A worker that died over the job has spent an attempt.
    elapse();
    await oldClaim(id, now);
    elapse();
    expect(await claim(id, 'heir', now)).toMatchObject({ attempt: 2 });
    expect(await releaseJob(database.db, { jobId: id, holder: 'heir' }, { availableAt: now, now })).toBe(true);
    await oldClaim(id, now);
    elapse();
    expect(await claim(id, 'next', now)).toMatchObject({ attempt: 2 });
    expect(await advanceLease(database.db, { jobId: id, holder: 'next', now, leaseMs: LEASE_MS })).toBe(true);
    elapse();
    await oldClaim(id, now);
    elapse();
    expect(await claim(id, 'last', now)).toMatchObject({ attempt: 2 });
  });

  test('claimJob: deaths of workers that know the kind still count up to the last attempt', async () => {
    const { id, maxAttempts } = await without();
    let now = clock.now();
    for (let attempt = 1; attempt <= maxAttempts + 1; attempt += 1) {
      expect(await claim(id, `worker-${attempt}`, now)).toMatchObject({ attempt });
      now += LEASE_MS + 1;
    }
  });
});
