import { eq } from 'drizzle-orm';
import fc from 'fast-check';
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
/** The queue's behaviour for a job, by its id. */
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

describe('relay.publishSoon', () => {
  test('relay: a new job is published at once and not published again', async () => {
    const { id } = await seed();
    relay.publishSoon(id);
    await background.settled();
    expect(published).toEqual([id]);
    expect(await relay.sweep()).toBe(0);
  });

  test('relay: the sweep publishes a job that was never published', async () => {
    const { id } = await seed();
    expect(await relay.sweep()).toBe(1);
    expect(published).toEqual([id]);
  });

  test('relay: several relays that sweep at the same time publish a job once', async () => {
    const ids = await seedMany(25);
    const counts = await Promise.all([relay, newRelay(), newRelay()].map((one) => one.sweep()));
    expect(published.toSorted()).toEqual(ids.toSorted());
    expect(counts.reduce((sum, count) => sum + count)).toBe(25);
  });
});

describe('relay.sweep', () => {
  test('relay: the sweep republishes a job that was not claimed within 30 s', async () => {
    const { id } = await seed();
    await relay.sweep();
    clock.advance(30_000);
    expect(await relay.sweep()).toBe(0);
    clock.advance(1);
    expect(await relay.sweep()).toBe(1);
    expect(published).toEqual([id, id]);
  });

  test('relay: the sweep leaves a job until it is due', async () => {
    const { id } = await seed();
    await database.db
      .update(jobs)
      .set({ availableAt: clock.now() + 1 })
      .where(eq(jobs.id, id));
    expect(await relay.sweep()).toBe(0);
    clock.advance(1);
    expect(await relay.sweep()).toBe(1);
  });

  test("relay: the sweep republishes a dead worker's job when its lease expires, then every 30 s", async () => {
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

  test("relay: the sweep publishes each owner's first job before any owner's second", async () => {
    const [many, few] = [await seedOwner({ db: database.db, clock }), await seedOwner({ db: database.db, clock })];
    const flood = await seedMany(120, many);
    clock.advance(1000);
    const [one] = await seedMany(1, few);
    expect(await relay.sweep()).toBe(100);
    expect(published.slice(0, 2).toSorted()).toEqual([flood[0], one].toSorted());
    expect(await relay.sweep()).toBe(21);
    expect(new Set(published).size).toBe(121);
  });

  test('relay: the sweep returns 0 when no job is due', async () => {
    expect(await relay.sweep()).toBe(0);
    expect(log.lines).toEqual([]);
  });
});

describe('relay with a failing queue', () => {
  test('relay: a queue outage is logged once and raises nothing, and the jobs are published after it', async () => {
    respond = () => Promise.reject(new TypeError('fetch failed'));
    const ids = await seedMany(25);
    relay.publishSoon(ids[0] as string);
    await background.settled();
    for (let second = 0; second < 5; second += 1) {
      clock.advance(1000);
      expect(await relay.sweep()).toBe(0);
    }
    expect(log.lines.map((line) => line.message)).toEqual(['the job queue fails']);
    respond = () => {};
    clock.advance(1000);
    expect(await relay.sweep()).toBe(25);
    expect(published.toSorted()).toEqual(ids.toSorted());
    expect(log.lines.map((line) => line.message)).toEqual(['the job queue fails', 'the job queue works again']);
  });

  test('relay: the sweep stops publishing after a failure instead of trying all due jobs', async () => {
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

  test('relay: a full queue pauses publishing for its Retry-After, at most 60 s', async () => {
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
    // A full queue is not logged as an outage.
    expect(log.lines.map((line) => line.level)).toEqual(['debug', 'debug']);
  });

  test('relay: a full queue without Retry-After pauses publishing for 1 s', async () => {
    await seed();
    respond = () => Promise.reject(new PublishError('busy', 'full'));
    await relay.sweep();
    respond = () => {};
    clock.advance(999);
    expect(await relay.sweep()).toBe(0);
    clock.advance(1);
    expect(await relay.sweep()).toBe(1);
  });

  test('relay: a refused job does not delay the others and is retried after 30 s', async () => {
    const [bad, ...good] = await seedMany(30);
    respond = (id) => {
      if (id === bad) throw new PublishError('refused', 'the worker responded with 500');
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

  test('relay: a publication that fails after the job was claimed does not change the claimed job', async () => {
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

test('relay: a database outage is logged once and raises nothing', async () => {
  const broken = await openTestDatabase();
  relay = createRelay({ db: broken.db, clock, log, publisher, background });
  expect(await relay.sweep()).toBe(0);
  await broken.close();
  relay.publishSoon('any');
  await background.settled();
  expect(await relay.sweep()).toBe(0);
  expect(log.lines.map((line) => line.message)).toEqual(['the outbox fails']);
});

test('job dispatch: a job that a worker returns unstarted is due at once, a started one is not', async () => {
  const [waiting, begun] = await seedMany(2);
  await relay.sweep();
  await claimJob(database.db, { jobId: begun as string, holder: 'a', now: clock.now(), leaseMs: 10_000 });
  await requeueUnstarted(database.db, [waiting as string, begun as string]);
  await requeueUnstarted(database.db, []);
  expect(await publishedAt(waiting as string)).toBeNull();
  expect(await publishedAt(begun as string)).toBe(clock.now());
  expect(await relay.sweep()).toBe(1);
});

describe('relay when the wall clock is set', () => {
  const hours = fc.integer({ min: -48, max: 48 }).filter((count) => count !== 0);

  test('relay: the pause after a busy queue lasts as long whichever way the wall clock is set in between', async () => {
    await fc.assert(
      fc.asyncProperty(hours, async (count) => {
        const own = newRelay();
        await seed();
        respond = () => {
          throw new PublishError('busy', 'full', 5);
        };
        await own.sweep();
        respond = () => {};
        clock.step(count * 3_600_000);
        clock.advance(4_999);
        expect(await own.sweep()).toBe(0);
        clock.advance(1);
        expect(await own.sweep()).toBeGreaterThan(0);
      }),
      { numRuns: 10 },
    );
  });

  test('relay: jobs written, published or claimed before the clock was set back are published and claimed again', async () => {
    const [waiting, lost, claimed] = [(await seed()).id, (await seed()).id, (await seed()).id];
    clock.step(-2 * 3_600_000);
    await relay.sweep();
    expect(published.toSorted()).toEqual([waiting, lost, claimed].toSorted());
    clock.step(2 * 3_600_000);
    await relay.sweep();
    await claimJob(database.db, { jobId: claimed, holder: 'a worker that ends', now: clock.now(), leaseMs: 30_000 });
    clock.step(-2 * 3_600_000);
    published = [];
    await relay.sweep();
    expect(published.toSorted()).toEqual([waiting, lost, claimed].toSorted());
    const again = { jobId: claimed, holder: 'another', now: clock.now(), leaseMs: 30_000 };
    expect((await claimJob(database.db, again))?.leaseOwner).toBe('another');
    expect(await claimJob(database.db, { ...again, holder: 'a third' })).toBeUndefined();
  });
});
