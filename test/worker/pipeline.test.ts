import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { StageError } from '../../src/kernel/core/errors.ts';
import { findJob } from '../../src/kernel/db/jobs.ts';
import { writeStages } from '../../src/kernel/db/resource-stages.ts';
import { jobs, resources } from '../../src/kernel/db/schema.sqlite.ts';
import { everyStage, pendingStage, STAGE_DEPENDENCIES, STAGES, type Stage } from '../../src/kernel/model/stages.ts';
import { NotForThisWorker } from '../../worker-node/pipeline/not-for-this-worker.ts';
import { seedOwner, seedResource, statesWith } from '../support/kits/jobs.ts';
import { createPipelineKit, LEASE_MS, type PipelineKit } from '../support/kits/pipeline.ts';

let kit: PipelineKit;
beforeEach(async () => {
  kit = await createPipelineKit();
});
afterEach(() => kit.close());

const permanent = (message: string) => () => Promise.reject(new StageError('permanent', message));
const transient = (message: string, retryAfter?: number) => () =>
  Promise.reject(new StageError('transient', message, retryAfter === undefined ? {} : { retryAfter }));
const allCompleted = everyStage(() => 'completed');
const stored = async (id: string) => await findJob(kit.db, id);

describe('pipeline', () => {
  test('pipeline: a job runs all five stages once, each after its dependencies', async () => {
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    expect(await kit.statuses(job)).toEqual(allCompleted);
    expect(await kit.effects(job)).toEqual([...STAGES].toSorted());
    for (const stage of STAGES) {
      for (const dependency of STAGE_DEPENDENCIES[stage]) {
        expect(kit.begun.indexOf(dependency)).toBeLessThan(kit.begun.indexOf(stage));
      }
    }
    expect(await kit.resource(job)).toMatchObject({ status: 'completed', errorMessage: null, completedAt: kit.clock.now() });
    expect(await stored(job.id)).toMatchObject({ state: 'done', leaseOwner: null });
  });

  test('pipeline: stages that do not depend on each other run in parallel', async () => {
    const both = Promise.withResolvers<void>();
    const inside = new Set<Stage>();
    for (const stage of ['quality', 'embedding'] as const) {
      kit.before[stage] = () => {
        inside.add(stage);
        if (inside.size === 2) both.resolve();
        return both.promise;
      };
    }
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
  });

  test('pipeline: a job delivered repeatedly, concurrently or later, has its effects once', async () => {
    const job = await kit.seed();
    await Promise.all([kit.deliver(job.id), kit.deliver(job.id), kit.deliver(job.id)]);
    expect(await kit.deliver(job.id)).toBeUndefined();
    expect(await kit.effects(job)).toEqual([...STAGES].toSorted());
  });

  test('pipeline: a stage receives the resource and the text as earlier stages have left them, whether written or not', async () => {
    const seen: unknown[] = [];
    kit.runners.ingestion = async () => ({ fields: { text: 'Read.', title: 'Found', summary: 'Short' } });
    kit.runners.embedding = async () => ({ made: { embedding: { active: 'm', vectors: new Map() } } });
    kit.before.graph = async ({ resource, text, made }) =>
      seen.push([resource.title, resource.summary, await text(), made.embedding?.active]);
    const job = await kit.seed();
    await kit.db
      .update(resources)
      .set({ title: 'Mine', edited: ['title'] })
      .where(eq(resources.id, job.resourceId));
    await kit.deliver(job.id);
    expect(seen).toEqual([['Mine', 'Short', 'Read.', 'm']]);
    expect(await kit.resource(job)).toMatchObject({ title: 'Mine', summary: 'Short', text: 'Read.' });
  });

  test('pipeline: a field that a person edits while a stage runs stays as the person left it', async () => {
    const job = await kit.seed();
    kit.runners.ingestion = async ({ resource: { id } }) => {
      await kit.db
        .update(resources)
        .set({ title: 'Mine', edited: ['title'] })
        .where(eq(resources.id, id));
      return { fields: { title: 'Found', summary: 'Short' } };
    };
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    expect(await kit.resource(job)).toMatchObject({ title: 'Mine', summary: 'Short', status: 'completed' });
  });

  test('pipeline: results are written together with those of the stages that follow within a moment', async () => {
    const job = await kit.seed();
    await kit.deliver(job.id);
    const changes = kit.reports.map(({ resource_id, stages }) => {
      expect(resource_id).toBe(job.resourceId);
      return Object.fromEntries(Object.entries(stages).map(([stage, state]) => [stage, state.status]));
    });
    expect(changes).toEqual([{ ingestion: 'processing' }, allCompleted]);
  });

  test('pipeline: while a stage takes its time, the results of others are written, and one report shows what they began', async () => {
    const job = await kit.seed();
    kit.before.graph = () => expect.poll(async () => (await kit.statuses(job)).taxonomy).toBe('completed');
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    // Until the end, every report leaves at least one stage in progress.
    const statuses: Record<string, string> = {};
    for (const { stages } of kit.reports.slice(0, -1)) {
      for (const [stage, { status }] of Object.entries(stages)) statuses[stage] = status;
      expect(Object.values(statuses)).toContain('processing');
    }
    expect(statuses).toMatchObject({ ingestion: 'completed', taxonomy: 'completed', graph: 'processing' });
  });

  test('pipeline: reported progress never decreases and stops when the stage ends', async () => {
    let late = (_percent: number) => {};
    kit.before.ingestion = ({ report }) => {
      late = report;
      report(30, 'Fetching');
      report(20);
      report(400);
    };
    const job = await kit.seed({ stages: ['ingestion'] });
    await kit.deliver(job.id);
    late(50);
    const seen = kit.reports.map(({ stages }) => [
      stages.ingestion?.status,
      stages.ingestion?.percent,
      stages.ingestion?.message,
    ]);
    expect(seen).toEqual([
      ['processing', 0, null],
      ['processing', 30, 'Fetching'],
      ['processing', 30, null],
      ['processing', 100, null],
      ['completed', 100, null],
    ]);
  });

  test('pipeline: a job for one stage runs that stage only', async () => {
    const states = statesWith({ status: 'completed', attempt: 1 }, { quality: pendingStage(2, 0) });
    const owner = await seedOwner(kit);
    const resourceId = await seedResource(kit, owner, states);
    const job = await kit.seed({ ownerId: owner, resourceId, stages: ['quality'], run: 2 });
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    expect(kit.begun).toEqual(['quality']);
    expect((await kit.stages(job)).quality).toMatchObject({ status: 'completed', run: 2, attempt: 1 });
  });

  test('pipeline: a job superseded by a later run is cancelled without running a stage', async () => {
    const job = await kit.seed();
    await writeStages(
      kit.db,
      job.resourceId,
      everyStage(() => pendingStage(2, 0)),
    );
    expect(await kit.deliver(job.id)).toEqual({ kind: 'skipped' });
    expect(kit.begun).toEqual([]);
    expect(await stored(job.id)).toMatchObject({ state: 'cancelled' });
  });

  test('pipeline: a processing job without a resource is cancelled', async () => {
    const job = await kit.seed();
    await kit.db.update(jobs).set({ resourceId: null }).where(eq(jobs.id, job.id));
    expect(await kit.deliver(job.id)).toEqual({ kind: 'skipped' });
    expect(await stored(job.id)).toMatchObject({ state: 'cancelled' });
  });
});

describe('pipeline: permanent failures', () => {
  test('permanent failure: the job is dead with the reason, and dependants stay pending', async () => {
    kit.before.ingestion = permanent('The page has no text');
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toEqual({ kind: 'dead', message: 'The page has no text' });
    expect((await kit.stages(job)).ingestion).toMatchObject({ status: 'failed', message: 'The page has no text', attempt: 1 });
    expect(await kit.statuses(job)).toEqual({ ...everyStage(() => 'pending'), ingestion: 'failed' });
    expect(await kit.resource(job)).toMatchObject({ status: 'failed', errorMessage: 'The page has no text', completedAt: null });
    expect(await stored(job.id)).toMatchObject({ state: 'dead', error: 'The page has no text' });
    expect(await kit.deliver(job.id)).toBeUndefined();
  });

  test('permanent failure: stages that do not depend on the failed one still complete', async () => {
    kit.before.quality = permanent('Nothing to judge');
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toMatchObject({ kind: 'dead' });
    expect(await kit.statuses(job)).toEqual({ ...allCompleted, quality: 'failed' });
    expect(await kit.effects(job)).toEqual(['embedding', 'graph', 'ingestion', 'taxonomy']);
    expect(await kit.resource(job)).toMatchObject({ status: 'failed', errorMessage: 'Nothing to judge' });
  });

  test('permanent failure: a commit that throws is rolled back', async () => {
    kit.runners.graph = async ({ resource }) => ({
      write: async (tx) => {
        await kit.effectOf('graph', resource.id)(tx);
        throw new StageError('permanent', 'It does not fit');
      },
    });
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toMatchObject({ kind: 'dead' });
    expect(await kit.effects(job)).toEqual(['embedding', 'ingestion', 'quality', 'taxonomy']);
    expect((await kit.statuses(job)).graph).toBe('failed');
  });
});

describe('pipeline: results that cannot be written', () => {
  test('write: stages that began with a result that is not written are undone with it, and the others are written', async () => {
    kit.runners.embedding = async ({ resource }) => ({
      write: async (tx) => {
        await kit.effectOf('embedding', resource.id)(tx);
        throw new StageError('transient', 'The model was switched');
      },
    });
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 1 });
    expect(kit.begun).toEqual(expect.arrayContaining(['taxonomy', 'graph']));
    expect(await kit.effects(job)).toEqual(['ingestion', 'quality']);
    expect(await kit.statuses(job)).toEqual({
      ...{ ingestion: 'completed', quality: 'completed' },
      ...{ embedding: 'pending', taxonomy: 'pending', graph: 'pending' },
    });
    expect((await kit.stages(job)).embedding.message).toBe('Will be tried again: The model was switched');
    // Nothing is reported that was undone.
    const reported = kit.reports.flatMap(({ stages }) => Object.entries(stages).map(([stage, { status }]) => [stage, status]));
    expect(reported.filter(([stage, status]) => stage === 'graph' && status !== 'pending')).toEqual([]);

    kit.clock.advance(1000);
    kit.runners.embedding = async ({ resource }) => ({ write: kit.effectOf('embedding', resource.id) });
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    expect(await kit.effects(job)).toEqual([...STAGES].toSorted());
  });

  test('write: a result that does not hold any more at the end of the transaction fails its stage alone', async () => {
    kit.runners.quality = async ({ resource }) => ({
      write: kit.effectOf('quality', resource.id),
      verify: () => Promise.reject(new StageError('permanent', 'It does not hold')),
    });
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toEqual({ kind: 'dead', message: 'It does not hold' });
    expect(await kit.statuses(job)).toEqual({ ...allCompleted, quality: 'failed' });
    expect(await kit.effects(job)).toEqual(['embedding', 'graph', 'ingestion', 'taxonomy']);
  });

  test('write: work after the commit that fails is logged, and the job is done', async () => {
    kit.runners.graph = async ({ resource }) => ({
      write: kit.effectOf('graph', resource.id),
      afterwards: () => Promise.reject(new Error('no rank today')),
    });
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    expect(kit.log.lines.map(({ message }) => message)).toContain('work after a stage failed');
  });
});

describe('pipeline: transient failures', () => {
  test('transient failure: the next attempt runs only the stages that are not completed', async () => {
    kit.before.embedding = transient('The model is loading');
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 1 });
    expect((await kit.stages(job)).embedding).toMatchObject({
      status: 'pending',
      attempt: 2,
      percent: 0,
      message: 'Will be tried again: The model is loading',
    });
    expect(await kit.resource(job)).toMatchObject({ status: 'pending', errorMessage: null });
    expect(await stored(job.id)).toMatchObject({ state: 'queued', error: 'The model is loading', publishedAt: null });
    expect(await kit.deliver(job.id)).toBeUndefined();

    kit.clock.advance(1000);
    kit.before.embedding = () => {};
    kit.begun.length = 0;
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    expect(kit.begun.toSorted()).toEqual(['embedding', 'graph', 'taxonomy']);
    expect((await kit.stages(job)).embedding).toMatchObject({ status: 'completed', attempt: 2, message: null });
    expect(await kit.effects(job)).toEqual([...STAGES].toSorted());
  });

  test('transient failure: the retry waits for the Retry-After of the origin', async () => {
    kit.before.ingestion = transient('Too many requests', 90);
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 90 });
  });

  test('transient failure: a stage that completes in parallel does not start the failed one again', async () => {
    const failed = Promise.withResolvers<void>();
    kit.before.quality = () => {
      failed.resolve();
      throw new StageError('transient', 'Later');
    };
    kit.before.embedding = () => failed.promise;
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toMatchObject({ kind: 'retry' });
    expect(kit.begun.filter((stage) => stage === 'quality')).toHaveLength(1);
  });

  test('transient failure: the sixth attempt fails the stage with its reason, no earlier attempt does', async () => {
    kit.before.ingestion = transient('The site does not answer');
    const job = await kit.seed();
    const waits: unknown[] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      waits.push(await kit.deliver(job.id));
      kit.clock.advance(60_000);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16].map((afterSeconds) => ({ kind: 'retry', afterSeconds })));
    expect(await kit.deliver(job.id)).toEqual({ kind: 'dead', message: 'The site does not answer' });
    expect((await kit.stages(job)).ingestion).toMatchObject({
      status: 'failed',
      message: 'The site does not answer',
      attempt: 6,
    });
  });

  test('transient failure: an internal error is logged and hidden from the owner', async () => {
    const fault = new TypeError('cannot read properties of undefined (reading "secret")');
    kit.before.ingestion = () => Promise.reject(fault);
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toMatchObject({ kind: 'retry' });
    const { message } = (await kit.stages(job)).ingestion;
    expect(message).toBe('Will be tried again: The server failed to process this document');
    expect(kit.log.lines.find((line) => line.message === 'stage failed')?.fields).toMatchObject({
      error: fault,
      willRetry: true,
    });
  });

  test('transient failure: it is retried before a parallel permanent failure ends the job', async () => {
    kit.before.quality = permanent('Nothing to judge');
    kit.before.embedding = transient('The model is loading');
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toMatchObject({ kind: 'retry' });
    kit.clock.advance(2000);
    kit.before.embedding = () => {};
    expect(await kit.deliver(job.id)).toEqual({ kind: 'dead', message: 'Nothing to judge' });
    expect(await kit.statuses(job)).toEqual({ ...allCompleted, quality: 'failed' });
  });
});

describe('pipeline: stages for another worker', () => {
  const notHere = (pause: number) => () => Promise.reject(new NotForThisWorker('This worker does not have the model', pause));

  test('stage for another worker: the job is given back without spending an attempt, however often, and is never dead', async () => {
    kit.before.embedding = notHere(10);
    const job = await kit.seed();
    for (let delivery = 0; delivery < 20; delivery += 1) {
      expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 10 });
      expect(await kit.deliver(job.id)).toBeUndefined();
      kit.clock.advance(10_000);
    }
    expect(await stored(job.id)).toMatchObject({ state: 'queued', attempt: 0, publishedAt: null, leaseOwner: null });
    expect(await kit.statuses(job)).toMatchObject({ ingestion: 'completed', quality: 'completed', embedding: 'pending' });
    expect((await kit.stages(job)).embedding.message).toBe('Waits for a worker that has the embedding model');
    expect(await kit.resource(job)).toMatchObject({ errorMessage: null });
    // As another worker runs it.
    kit.before.embedding = () => {};
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    expect(await kit.effects(job)).toEqual([...STAGES].toSorted());
  });

  test('stage for another worker: a failure beside it spends its attempt, a permanent one waits for the stage', async () => {
    kit.before.embedding = notHere(10);
    kit.before.quality = transient('Later');
    const job = await kit.seed();
    expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 1 });
    expect(await stored(job.id)).toMatchObject({ state: 'queued', attempt: 1, error: 'Later' });
    kit.clock.advance(1000);
    kit.before.quality = permanent('No words');
    expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 10 });
    kit.clock.advance(10_000);
    kit.before.embedding = () => {};
    expect(await kit.deliver(job.id)).toEqual({ kind: 'dead', message: 'No words' });
    expect(await kit.statuses(job)).toMatchObject({ embedding: 'completed', taxonomy: 'completed', graph: 'completed' });
  });
});

describe('pipeline: worker deaths', () => {
  test('worker death: after the lease lapses another worker finishes the job, and every effect happens once', async () => {
    const job = await kit.seed();
    const dying = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    kit.before.embedding = () => {
      reached.resolve();
      return dying.promise;
    };
    const first = kit.deliver(job.id);
    await reached.promise;
    expect(await kit.deliver(job.id)).toBeUndefined();
    // Quality runs beside it, and its commit would renew the lease after the clock was advanced.
    await expect.poll(async () => (await kit.statuses(job)).quality).toBe('completed');
    kit.clock.advance(LEASE_MS + 1);
    kit.before.embedding = () => {};
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    // The first worker resumes after a long pause, unaware that it lost the lease.
    dying.resolve();
    expect(await first).toEqual({ kind: 'released' });
    expect(await kit.effects(job)).toEqual([...STAGES].toSorted());
    expect((await kit.stages(job)).embedding).toMatchObject({ status: 'completed', attempt: 2 });
    expect(await stored(job.id)).toMatchObject({ state: 'done', attempt: 2 });
  });

  test('worker death: a job whose every claim died is dead after the last attempt', async () => {
    const job = await kit.seed();
    for (let death = 0; death < 6; death += 1) {
      expect(await kit.claim(job.id)).toBeDefined();
      kit.clock.advance(LEASE_MS + 1);
    }
    const outcome = await kit.deliver(job.id);
    expect(outcome).toMatchObject({ kind: 'dead', message: expect.stringContaining('was interrupted') });
    expect(kit.begun).toEqual([]);
    expect((await kit.statuses(job)).ingestion).toBe('failed');
  });
});

describe('pipeline: stopping', () => {
  test('stop: the job is given back at once, even if a stage ignores the signal, and the attempt does not count', async () => {
    const job = await kit.seed();
    const stop = new AbortController();
    const signals: AbortSignal[] = [];
    kit.before.embedding = ({ signal }) => {
      signals.push(signal);
      stop.abort();
      return new Promise(() => {});
    };
    expect(await kit.deliver(job.id, stop.signal)).toEqual({ kind: 'released' });
    expect(signals[0]?.aborted).toBe(true);
    expect(await stored(job.id)).toMatchObject({ state: 'queued', attempt: 0, publishedAt: null, availableAt: kit.clock.now() });
    expect((await kit.stages(job)).embedding).toMatchObject({ status: 'pending', attempt: 2, message: null });
    kit.before.embedding = () => {};
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    expect(await kit.effects(job)).toEqual([...STAGES].toSorted());
  });

  test('stop: a job whose stages have not run is given back', async () => {
    const job = await kit.seed();
    expect(await kit.deliver(job.id, AbortSignal.abort())).toEqual({ kind: 'released' });
    expect(await kit.effects(job)).toEqual([]);
    expect((await kit.statuses(job)).ingestion).toBe('pending');
  });
});

describe('pipeline: lease', () => {
  afterEach(() => vi.useRealTimers());

  /** Runs a job whose first stage works until `end` is called; the renewal timer is fake. */
  async function working() {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const job = await kit.seed();
    const end = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<AbortSignal>();
    kit.before.ingestion = ({ signal }) => {
      reached.resolve(signal);
      return end.promise;
    };
    const outcome = kit.deliver(job.id);
    const signal = await reached.promise;
    return { job, outcome, signal, end: end.resolve };
  }
  const third = () => {
    kit.clock.advance(LEASE_MS / 3);
    vi.advanceTimersByTime(LEASE_MS / 3);
  };

  test('lease: it is renewed while a stage runs', async () => {
    const { job, outcome, end } = await working();
    for (let n = 0; n < 9; n += 1) {
      third();
      await vi.waitFor(async () => expect((await stored(job.id))?.leaseExpiresAt).toBe(kit.clock.now() + LEASE_MS), {
        timeout: 60_000,
        interval: 20,
      });
    }
    expect(await kit.claim(job.id)).toBeUndefined();
    end();
    expect(await outcome).toEqual({ kind: 'done' });
  });

  test('lease: losing it aborts the stage and writes nothing', async () => {
    const { job, outcome, signal } = await working();
    await kit.db.update(jobs).set({ leaseOwner: 'another holder' }).where(eq(jobs.id, job.id));
    third();
    expect(await outcome).toEqual({ kind: 'released' });
    expect(signal.aborted).toBe(true);
    expect(await kit.effects(job)).toEqual([]);
    expect(await stored(job.id)).toMatchObject({ state: 'running', leaseOwner: 'another holder' });
  });

  test('lease: deleting the resource loses it', async () => {
    const { job, outcome, end } = await working();
    await kit.db.delete(resources).where(eq(resources.id, job.resourceId));
    end();
    expect(await outcome).toEqual({ kind: 'released' });
    expect(await kit.stages(job)).toBeUndefined();
    expect(await stored(job.id)).toBeUndefined();
  });
});

describe('pipeline: dependencies outside the job', () => {
  const taxonomyOnly = async (embedding: Partial<ReturnType<typeof pendingStage>>) => {
    const owner = await seedOwner(kit);
    const states = statesWith({ status: 'completed', attempt: 1 }, { embedding, taxonomy: pendingStage(2, 0) });
    const resourceId = await seedResource(kit, owner, states);
    return kit.seed({ ownerId: owner, resourceId, stages: ['taxonomy'], run: 2 });
  };

  test('outside dependency: the job waits for the job that runs it, without using attempts', async () => {
    const job = await taxonomyOnly({ status: 'processing' });
    const other = await kit.seed({ ownerId: job.ownerId, resourceId: job.resourceId, stages: ['embedding'] });
    for (let look = 0; look < 10; look += 1) {
      expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 5 });
      kit.clock.advance(5000);
    }
    expect(await kit.deliver(other.id)).toEqual({ kind: 'done' });
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    expect(kit.begun).toEqual(['embedding', 'taxonomy']);
  });

  test('outside dependency: the stage fails when no unfinished job will run it', async () => {
    const job = await taxonomyOnly({ status: 'failed', message: 'Broken' });
    expect(await kit.deliver(job.id)).toMatchObject({ kind: 'dead', message: expect.stringContaining('earlier stage') });
    expect((await kit.statuses(job)).taxonomy).toBe('failed');
  });
});

test('pipeline: a database failure while a stage failure is written rejects, so the lease lapses', async () => {
  const job = await kit.seed();
  kit.before.ingestion = async () => {
    await kit.close();
    throw new StageError('permanent', 'And then the disk was gone');
  };
  await expect(kit.deliver(job.id)).rejects.toThrow();
  kit = await createPipelineKit();
});
