import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findJob, requeueUnstarted } from '../../../src/kernel/db/jobs.ts';
import { claimJob } from '../../../src/kernel/db/leases.ts';
import { jobs } from '../../../src/kernel/db/schema.sqlite.ts';
import { PublishError } from '../../../src/kernel/jobs/publisher.ts';
import { createRelay, type Relay } from '../../../src/kernel/jobs/relay.ts';
import {
  type ManualClock,
  type MemoryLog,
  manualClock,
  memoryLog,
  type TrackedBackground,
  trackedBackground,
} from '../../support/fakes/doubles.ts';
import { openTestDatabase, type TestDatabase } from '../../support/kits/database.ts';
import { seedJob, seedOwner } from '../../support/kits/jobs.ts';

let database: TestDatabase;
let clock: ManualClock;
let log: MemoryLog;
let background: TrackedBackground;
let published: string[];
/** What the queue does with a job, by its id. */
let respond: (id: string) => void | Promise<void>;
let relay: Relay;

const publisher = {
  lostAfterMs: 30_000,
  publish: async ({ job_id: id }: { job_id: string }) => {
    await respond(id);
    published.push(id);
  },
};
const newRelay = () => createRelay({ db: database.db, clock, log, publisher, background });

beforeEach(async () => {
  database = await openTestDatabase();
  clock = manualClock();
  log = memoryLog();
  background = trackedBackground();
  published = [];
  respond = () => {};
  relay = newRelay();
});
afterEach(() => database.close());

const seed = (ownerId?: string) => seedJob({ db: database.db, clock }, ownerId === undefined ? {} : { ownerId });
async function seedMany(count: number, ownerId?: string) {
  const all: string[] = [];
  for (let n = 0; n < count; n += 1) all.push((await seed(ownerId)).id);
  return all;
}
const publishedAt = async (id: string) => (await findJob(database.db, id))?.publishedAt;

describe('a new job', () => {
  test('is published at once and then left alone', async () => {
    const { id } = await seed();
    relay.publishSoon(id);
    await background.settled();
    expect(published).toEqual([id]);
    expect(await relay.sweep()).toBe(0);
  });

  test('that nobody published is found by the sweep', async () => {
    const { id } = await seed();
    expect(await relay.sweep()).toBe(1);
    expect(published).toEqual([id]);
  });

  test('is published once by several relays that sweep at the same time', async () => {
    const ids = await seedMany(25);
    const counts = await Promise.all([relay, newRelay(), newRelay()].map((one) => one.sweep()));
    expect(published.toSorted()).toEqual(ids.toSorted());
    expect(counts.reduce((sum, count) => sum + count)).toBe(25);
  });
});

describe('the sweep', () => {
  test('publishes again what was not claimed within half a minute', async () => {
    const { id } = await seed();
    await relay.sweep();
    clock.advance(30_000);
    expect(await relay.sweep()).toBe(0);
    clock.advance(1);
    expect(await relay.sweep()).toBe(1);
    expect(published).toEqual([id, id]);
  });

  test('waits until a job is due', async () => {
    const { id } = await seed();
    await database.db
      .update(jobs)
      .set({ availableAt: clock.now() + 1 })
      .where(eq(jobs.id, id));
    expect(await relay.sweep()).toBe(0);
    clock.advance(1);
    expect(await relay.sweep()).toBe(1);
  });

  test("publishes a dead worker's job as soon as its lease has lapsed, then every half minute", async () => {
    const { id } = await seed();
    await relay.sweep();
    await claimJob(database.db, { jobId: id, holder: 'a', now: clock.now(), leaseMs: 10_000 });
    clock.advance(10_000);
    expect(await relay.sweep()).toBe(0);
    clock.advance(1);
    expect(await relay.sweep()).toBe(1);
    clock.advance(30_000);
    expect(await relay.sweep()).toBe(0);
    clock.advance(1);
    expect(await relay.sweep()).toBe(1);
  });

  test("serves every owner's first job before anybody's second", async () => {
    const [many, few] = [await seedOwner({ db: database.db, clock }), await seedOwner({ db: database.db, clock })];
    const flood = await seedMany(120, many);
    clock.advance(1000);
    const [one] = await seedMany(1, few);
    expect(await relay.sweep()).toBe(100);
    expect(published.slice(0, 2).toSorted()).toEqual([flood[0], one].toSorted());
    expect(await relay.sweep()).toBe(21);
    expect(new Set(published).size).toBe(121);
  });

  test('has nothing to do where nothing is due', async () => {
    expect(await relay.sweep()).toBe(0);
    expect(log.lines).toEqual([]);
  });
});

describe('a queue that fails', () => {
  test('is logged once per outage, never raises, and the jobs are published when it is back', async () => {
    respond = () => Promise.reject(new TypeError('fetch failed'));
    const ids = await seedMany(25);
    relay.publishSoon(ids[0] as string);
    await background.settled();
    for (let second = 0; second < 5; second += 1) {
      clock.advance(1000);
      expect(await relay.sweep()).toBe(0);
    }
    expect(log.lines.map((line) => line.message)).toEqual(['the job queue is away']);
    respond = () => {};
    clock.advance(1000);
    expect(await relay.sweep()).toBe(25);
    expect(published.toSorted()).toEqual(ids.toSorted());
    expect(log.lines.map((line) => line.message)).toEqual(['the job queue is away', 'the job queue is back']);
  });

  test('is not hammered with all that is due', async () => {
    let tries = 0;
    respond = () => {
      tries += 1;
      throw new TypeError('fetch failed');
    };
    await seedMany(100);
    await relay.sweep();
    await relay.sweep();
    expect(tries).toBe(10);
  });

  test('by being full is left alone for as long as it asks, within a minute', async () => {
    const { id } = await seed();
    respond = () => Promise.reject(new PublishError('busy', 'full', 7));
    await relay.sweep();
    respond = () => {};
    clock.advance(6_999);
    relay.publishSoon(id);
    await background.settled();
    expect(await relay.sweep()).toBe(0);
    clock.advance(1);
    expect(await relay.sweep()).toBe(1);

    await seed();
    respond = () => Promise.reject(new PublishError('busy', 'full', 86_400));
    await relay.sweep();
    respond = () => {};
    clock.advance(60_000);
    expect(await relay.sweep()).toBe(2);
    // That it is full is no outage.
    expect(log.lines.map((line) => line.level)).toEqual(['debug', 'debug']);
  });

  test('without saying how long is asked again after a second', async () => {
    await seed();
    respond = () => Promise.reject(new PublishError('busy', 'full'));
    await relay.sweep();
    respond = () => {};
    clock.advance(999);
    expect(await relay.sweep()).toBe(0);
    clock.advance(1);
    expect(await relay.sweep()).toBe(1);
  });

  test('for one job does not keep the others, and that one is tried again after half a minute', async () => {
    const [bad, ...good] = await seedMany(30);
    respond = (id) => {
      if (id === bad) throw new PublishError('refused', 'the worker answered 500');
    };
    expect(await relay.sweep()).toBe(29);
    expect(published.toSorted()).toEqual(good.toSorted());
    clock.advance(29_999);
    expect(await relay.sweep()).toBe(0);
    respond = () => {};
    clock.advance(2);
    await relay.sweep();
    expect(published).toContain(bad);
  });

  test('after a job was claimed all the same does not disturb that', async () => {
    const { id } = await seed();
    respond = async () => {
      await claimJob(database.db, { jobId: id, holder: 'quick', now: clock.now(), leaseMs: 10_000 });
      throw new TypeError('the answer got lost');
    };
    await relay.sweep();
    expect(await findJob(database.db, id)).toMatchObject({ state: 'running', leaseOwner: 'quick' });
    clock.advance(5_000);
    expect(await relay.sweep()).toBe(0);
  });
});

test('a database that is away is logged once and raises nothing', async () => {
  const broken = await openTestDatabase();
  relay = createRelay({ db: broken.db, clock, log, publisher, background });
  expect(await relay.sweep()).toBe(0);
  await broken.close();
  relay.publishSoon('any');
  await background.settled();
  expect(await relay.sweep()).toBe(0);
  expect(log.lines.map((line) => line.message)).toEqual(['the outbox is away']);
});

test('what a worker took and gives back is due again at once, unless it was begun', async () => {
  const [waiting, begun] = await seedMany(2);
  await relay.sweep();
  await claimJob(database.db, { jobId: begun as string, holder: 'a', now: clock.now(), leaseMs: 10_000 });
  await requeueUnstarted(database.db, [waiting as string, begun as string]);
  await requeueUnstarted(database.db, []);
  expect(await publishedAt(waiting as string)).toBeNull();
  expect(await publishedAt(begun as string)).toBe(clock.now());
  expect(await relay.sweep()).toBe(1);
});
