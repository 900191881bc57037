/** A stage is added by its line in the registry and its runner, a kind of job by its runner: nothing else knows their names. */
import { and, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { StageError } from '../../src/kernel/core/errors.ts';
import { findDueJobs, findJob } from '../../src/kernel/db/jobs.ts';
import { findResourceOfJob } from '../../src/kernel/db/resources.ts';
import { jobs, resourceStages } from '../../src/kernel/db/schema.sqlite.ts';
import { enqueueJob } from '../../src/kernel/jobs/outbox.ts';
import { createMemoryKeyValue } from '../../src/kernel/kv/memory.ts';
import { INSTALLATION, type JobPayload } from '../../src/kernel/model/job-kinds.ts';
import { progressReportSchema } from '../../src/kernel/model/job-messages.ts';
import { everyStage, newStages, pendingStage, STAGES, type Stage } from '../../src/kernel/model/stages.ts';
import { toResourceProgress } from '../../src/kernel/progress/presentation.ts';
import { createProgressTracker } from '../../src/kernel/progress/tracker.ts';
import { resourceProgressSchema } from '../../src/services/progress/progress-schemas.ts';
import { restartRun } from '../../src/services/resources/processing-runs.ts';
import { NotForThisWorker } from '../../worker-node/pipeline/not-for-this-worker.ts';
import { createPlainJob, type PlainWork } from '../../worker-node/pipeline/plain-job.ts';
import { freshId } from '../support/kits/jobs.ts';
import { createPipelineKit, LEASE_MS, type PipelineKit } from '../support/kits/pipeline.ts';

/** The registry with two more lines. */
vi.mock('../../src/kernel/model/stage-registry.ts', async (original) => {
  const { STAGE_REGISTRY } = await original<typeof import('../../src/kernel/model/stage-registry.ts')>();
  return {
    STAGE_REGISTRY: [
      ...STAGE_REGISTRY,
      { name: 'outline', after: ['ingestion'], weight: 60, since: 2 },
      { name: 'digest', after: ['outline', 'quality'], weight: 40, since: 3 },
    ],
  };
});

const FIRST_FIVE = ['ingestion', 'quality', 'taxonomy', 'graph', 'embedding'];
const [outline, digest] = ['outline', 'digest'] as unknown as [Stage, Stage];
const COUNT = { name: 'count', payload: z.strictObject({ upTo: z.int() }) };

/** The work of the kind `count`, which tests replace. */
let counting: (input: PlainWork<{ upTo: number }>) => Promise<void>;
let kit: PipelineKit;
beforeEach(async () => {
  counting = async () => {};
  kit = await createPipelineKit([(parts) => createPlainJob(parts, COUNT, (input) => counting(input))]);
});
afterEach(() => kit.close());

const stored = async (id: string) => await findJob(kit.db, id);
const trackerOf = (kv = createMemoryKeyValue({ clock: kit.clock })) => createProgressTracker({ ...kit, kv });
async function progressOf(resourceId: string, tracker = trackerOf()) {
  const record = await tracker.read(resourceId);
  if (!record) throw new Error('no progress');
  // What is shown is what the schema of the API describes.
  const shown = toResourceProgress(record);
  expect(resourceProgressSchema.parse(shown)).toEqual(shown);
  return shown;
}

/** A job of a resource that was created before `missing` were registered. */
async function seedEarlier(...missing: Stage[]) {
  const stages = STAGES.filter((stage) => !missing.includes(stage));
  const job = await kit.seed({ stages });
  for (const stage of missing)
    await kit.db
      .delete(resourceStages)
      .where(and(eq(resourceStages.resourceId, job.resourceId), eq(resourceStages.stage, stage)));
  return job;
}

describe('registry of stages', () => {
  test('a registered stage runs after its dependencies in every new document and is part of its progress', async () => {
    expect(STAGES).toEqual([...FIRST_FIVE, 'outline', 'digest']);
    const job = await kit.seed();
    const before = await progressOf(job.resourceId);
    expect(before).toMatchObject({ overall_status: 'pending', percent: 0, stages: { outline: 'pending', digest: 'pending' } });
    kit.before[outline] = async ({ report }) => {
      // What a stage reports counts once its start is written.
      await expect.poll(async () => (await kit.stages(job))[outline].status).toBe('processing');
      report(50, 'Half of it');
    };
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    expect(kit.begun.indexOf(outline)).toBeGreaterThan(kit.begun.indexOf('ingestion'));
    expect(kit.begun.at(-1) === digest || kit.begun.indexOf(digest) > kit.begun.indexOf(outline)).toBe(true);
    expect(await kit.effects(job)).toEqual([...STAGES].toSorted());
    // The reports of the worker are those that the API reads.
    for (const report of kit.reports) expect(progressReportSchema.parse(report)).toEqual(report);
    expect(kit.reports.some(({ stages }) => stages[outline]?.message === 'Half of it')).toBe(true);
    expect(await progressOf(job.resourceId)).toMatchObject({ overall_status: 'completed', percent: 100 });
  });

  test('the percentage follows the weights of the stages that were asked for', async () => {
    kit.before[outline] = () => Promise.reject(new StageError('permanent', 'No headings'));
    const job = await kit.seed();
    await kit.deliver(job.id);
    const progress = await progressOf(job.resourceId);
    expect(progress).toMatchObject({ overall_status: 'failed', error_message: 'No headings', percent: 50 });
    expect(progress.stages).toEqual({ ...everyStage(() => 'completed'), outline: 'failed', digest: 'pending' });
  });

  test('a document from before has no row of it: nothing waits for it, shows it or counts it', async () => {
    const job = await seedEarlier(outline, digest);
    kit.before.quality = () => Promise.reject(new StageError('permanent', 'Nothing to judge'));
    await kit.deliver(job.id);
    expect(kit.begun.toSorted()).toEqual(FIRST_FIVE.toSorted());
    const progress = await progressOf(job.resourceId);
    expect(Object.keys(progress.stages).toSorted()).toEqual(FIRST_FIVE.toSorted());
    expect(Object.keys(progress.detail).toSorted()).toEqual(FIRST_FIVE.toSorted());
    expect(progress.percent).toBe(90);
    expect((await findResourceOfJob(kit.db, job.resourceId))?.status).toBe('failed');
  });

  test('a stage that was asked for runs although a stage it depends on was not', async () => {
    const job = await seedEarlier(outline);
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    expect(kit.begun).toContain(digest);
    expect(kit.begun).not.toContain(outline);
    expect(await progressOf(job.resourceId)).toMatchObject({ overall_status: 'completed', stages: { digest: 'completed' } });
  });

  test('one of the five stages without a row reads as completed', async () => {
    const job = await seedEarlier('taxonomy', outline, digest);
    await kit.deliver(job.id);
    const { stages, detail, overall_status: status } = await progressOf(job.resourceId);
    expect([status, stages.taxonomy]).toEqual(['completed', 'completed']);
    expect(detail.taxonomy).toEqual({ started_at: null, finished_at: null, percent: 100, attempt: 0, message: null });
  });

  test('a document from before that is processed again runs the new stages too', async () => {
    const earlier = await seedEarlier(outline, digest);
    await kit.deliver(earlier.id);
    kit.begun.length = 0;
    const target = { id: earlier.resourceId, ownerId: earlier.ownerId, run: 1 };
    const services = { clock: kit.clock, ids: { next: freshId } };
    const quality = await kit.db.transaction((tx) => restartRun(tx, services, target, ['quality']));
    expect(await kit.deliver(quality.jobId)).toEqual({ kind: 'done' });
    // Dependants of what is asked for run as well.
    expect(kit.begun).toEqual(['quality', digest]);
    const all = await kit.db.transaction((tx) => restartRun(tx, services, { ...target, run: 2 }));
    expect(await kit.deliver(all.jobId)).toEqual({ kind: 'done' });
    expect(Object.keys((await progressOf(earlier.resourceId)).stages)).toEqual([...STAGES]);
  });

  test('a live record of an earlier version is completed from the rows', async () => {
    const kv = createMemoryKeyValue({ clock: kit.clock });
    const job = await seedEarlier(digest);
    const tracker = trackerOf(kv);
    const { outline: _outline, digest: _digest, ...five } = newStages(kit.clock.now()) as Record<string, unknown>;
    await tracker.report({ resource_id: job.resourceId, stages: five });
    const progress = await progressOf(job.resourceId, tracker);
    expect(Object.keys(progress.stages)).toEqual([...FIRST_FIVE, 'outline']);
    expect(await kv.readHash(`progress:resource:${job.resourceId}`)).toMatchObject({ fields: { digest: expect.anything() } });
  });

  test('a job for a stage that was not asked for in its run leaves it alone', async () => {
    const job = await seedEarlier(outline);
    await kit.db
      .update(jobs)
      .set({ payload: { stages: ['outline'], run: 1 } })
      .where(eq(jobs.id, job.id));
    expect(await kit.deliver(job.id)).toEqual({ kind: 'skipped' });
    expect(kit.begun).toEqual([]);
    expect((await kit.stages(job)).ingestion).toEqual(pendingStage(1, kit.clock.now()));
  });
});

describe('registry of job kinds', () => {
  const enqueue = (payload: JobPayload = { upTo: 3 }, name = COUNT.name) =>
    enqueueJob(kit.db, { clock: kit.clock, ids: { next: freshId } }, { kind: { name }, ownerId: INSTALLATION, payload });

  test('a job without a resource runs by the runner of its kind', async () => {
    const seen: unknown[] = [];
    counting = async ({ payload, isLastAttempt, isExhausted }) => void seen.push(payload, isLastAttempt(), isExhausted);
    const job = await enqueue();
    expect(job).toMatchObject({ kind: 'count', resourceId: null, ownerId: INSTALLATION, state: 'queued' });
    expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
    expect(seen).toEqual([{ upTo: 3 }, false, false]);
    expect(await stored(job.id)).toMatchObject({ state: 'done', leaseOwner: null, error: null });
  });

  test('an unknown kind goes back to the queue without spending an attempt, due in 30 s, and is logged once', async () => {
    const [first, second] = [await enqueue({}, 'of.a.newer.version'), await enqueue({}, 'of.a.newer.version')];
    for (const job of [first, second, first]) {
      expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 30 });
      const state = { state: 'queued', attempt: 0, publishedAt: null, leaseOwner: null, availableAt: kit.clock.now() + 30_000 };
      expect(await stored(job.id)).toMatchObject(state);
      expect(await kit.deliver(job.id)).toBeUndefined();
      const due = () => findDueJobs(kit.db, { now: kit.clock.now(), limit: 10, lostAfterMs: 1000 });
      expect(await due()).not.toContain(job.id);
      kit.clock.advance(30_000);
      expect(await due()).toContain(job.id);
    }
    const logged = kit.log.lines.filter((line) => line.fields?.kind === 'of.a.newer.version');
    expect(logged.map((line) => line.message)).toEqual([
      'a job has a kind that this version does not know; it waits for another worker',
    ]);
  });

  test('a payload that this version cannot read goes back to the queue without spending an attempt', async () => {
    const processing = await kit.seed();
    const payload = { stages: ['quality', 'cooking'], run: 1 };
    await kit.db.update(jobs).set({ payload }).where(eq(jobs.id, processing.id));
    for (const job of [processing, await enqueue({ upTo: 'the end' })]) {
      expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 30 });
      expect(await stored(job.id)).toMatchObject({ state: 'queued', attempt: 0 });
    }
    expect(kit.begun).toEqual([]);
    expect(kit.log.lines.map((line) => line.message)).toEqual(
      Array(2).fill('a job has a payload that this version cannot read; it waits for another worker'),
    );
  });

  test('a job that is given back after its lease was lost stays with its new holder', async () => {
    const job = await enqueue({}, 'of.a.newer.version');
    const claimed = await kit.claim(job.id, 'first');
    if (!claimed) throw new Error('not claimed');
    kit.clock.advance(LEASE_MS + 1);
    await kit.claim(job.id, 'second');
    expect(await kit.pipeline.run(claimed, 'first', new AbortController().signal)).toEqual({ kind: 'released' });
    expect(await stored(job.id)).toMatchObject({ state: 'running', leaseOwner: 'second', attempt: 2 });
  });

  test('a transient failure is tried again six times, a permanent one never', async () => {
    counting = () => Promise.reject(new StageError('transient', 'Later', { retryAfter: 7 }));
    const job = await enqueue();
    expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 7 });
    expect(await stored(job.id)).toMatchObject({ state: 'queued', attempt: 1, error: 'Later' });
    counting = () => Promise.reject(new TypeError('a secret'));
    for (let attempt = 2; attempt <= 5; attempt += 1) {
      kit.clock.advance(60_000);
      expect(await kit.deliver(job.id)).toMatchObject({ kind: 'retry' });
    }
    kit.clock.advance(60_000);
    const message = 'The worker failed; its log has the reason';
    expect(await kit.deliver(job.id)).toEqual({ kind: 'dead', message });
    expect(await stored(job.id)).toMatchObject({ state: 'dead', attempt: 6, error: message });
    counting = () => Promise.reject(new StageError('permanent', 'Never'));
    expect(await kit.deliver((await enqueue()).id)).toEqual({ kind: 'dead', message: 'Never' });
  });

  test('what is committed gives a job all its attempts again', async () => {
    counting = async ({ commit, isLastAttempt }) => {
      expect(isLastAttempt()).toBe(true);
      await commit(async () => {});
      expect(isLastAttempt()).toBe(false);
      throw new StageError('transient', 'Later');
    };
    const job = await enqueue();
    await kit.db.update(jobs).set({ attempt: 5 }).where(eq(jobs.id, job.id));
    expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 1 });
    expect(await stored(job.id)).toMatchObject({ state: 'queued', attempt: 1 });
  });

  test('work that this worker cannot do goes back to the queue without spending an attempt', async () => {
    counting = () => Promise.reject(new NotForThisWorker('No such folder', 12));
    const job = await enqueue();
    expect(await kit.deliver(job.id)).toEqual({ kind: 'retry', afterSeconds: 12 });
    expect(await stored(job.id)).toMatchObject({ state: 'queued', attempt: 0, availableAt: kit.clock.now() + 12_000 });
  });

  test('stop: the job is given back at once and the attempt does not count', async () => {
    const stop = new AbortController();
    counting = async ({ signal }) => {
      stop.abort();
      signal.throwIfAborted();
    };
    const job = await enqueue();
    expect(await kit.deliver(job.id, stop.signal)).toEqual({ kind: 'released' });
    expect(await stored(job.id)).toMatchObject({ state: 'queued', attempt: 0, availableAt: kit.clock.now() });
  });

  test('a worker that lost the lease commits nothing and does not end the job', async () => {
    const effects: string[] = [];
    const endings: ((input: PlainWork<{ upTo: number }>) => Promise<void>)[] = [
      ({ commit }) => commit(async () => void effects.push('late')),
      async () => {},
      () => Promise.reject(new StageError('transient', 'Later')),
      () => Promise.reject(new StageError('permanent', 'Never')),
      () => Promise.reject(new NotForThisWorker('No such folder', 1)),
    ];
    for (const end of endings) {
      const job = await enqueue();
      counting = async (input) => {
        if (input.job.attempt > 1) return;
        kit.clock.advance(LEASE_MS + 1);
        expect(await kit.deliver(job.id)).toEqual({ kind: 'done' });
        await end(input);
      };
      expect(await kit.deliver(job.id)).toEqual({ kind: 'released' });
      expect(await stored(job.id)).toMatchObject({ state: 'done', attempt: 2 });
    }
    expect(effects).toEqual([]);
  });

  test('a job whose every claim died is dead after its work was told so', async () => {
    const told: boolean[] = [];
    counting = async ({ isExhausted }) => void told.push(isExhausted);
    const job = await enqueue();
    for (let death = 0; death < 6; death += 1) {
      await kit.claim(job.id);
      kit.clock.advance(LEASE_MS + 1);
    }
    expect(await kit.deliver(job.id)).toMatchObject({ kind: 'dead', message: expect.stringContaining('was interrupted') });
    expect(told).toEqual([true]);
  });
});
