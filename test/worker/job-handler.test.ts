import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findDueJobs, findJob, takeForPublishing } from '../../src/kernel/db/jobs.ts';
import type { Job } from '../../src/kernel/db/types.ts';
import { INSTALLATION } from '../../src/kernel/model/job-kinds.ts';
import { createJobHandler, type JobHandlerDependencies } from '../../worker-node/pipeline/job-handler.ts';
import type { JobOutcome } from '../../worker-node/pipeline/job-outcome.ts';
import { randomIds } from '../support/fakes/doubles.ts';
import { createPipelineKit, type PipelineKit } from '../support/kits/pipeline.ts';

let kit: PipelineKit;
beforeEach(async () => {
  kit = await createPipelineKit();
});
afterEach(() => kit.close());

const handlerOf = (more: Partial<JobHandlerDependencies> = {}) =>
  createJobHandler({ db: kit.db, clock: kit.clock, ids: randomIds, log: kit.log, pipeline: kit.pipeline, ...more });

/** A pipeline whose jobs end when the test calls `end`. */
function heldPipeline() {
  const running = new Map<string, (outcome: JobOutcome) => void>();
  const begun: string[] = [];
  return {
    begun,
    end: (id: string, outcome: JobOutcome = { kind: 'done' }) => running.get(id)?.(outcome),
    run: (job: Job, _holder: string, stop: AbortSignal) => {
      const { promise, resolve } = Promise.withResolvers<JobOutcome>();
      running.set(job.id, resolve);
      begun.push(job.id);
      stop.addEventListener('abort', () => resolve({ kind: 'released' }));
      return promise;
    },
  };
}
async function seedMany(count: number): Promise<string[]> {
  const all: string[] = [];
  for (let n = 0; n < count; n += 1) all.push((await kit.seed()).id);
  return all;
}
const begun = (pipeline: ReturnType<typeof heldPipeline>, count: number) =>
  vi.waitFor(() => expect(pipeline.begun).toHaveLength(count), { timeout: 60_000, interval: 20 });

describe('job handler', () => {
  test('job handler: run resolves with the outcome once the job has ended', async () => {
    const job = await kit.seed();
    expect(await handlerOf().run({ job_id: job.id })).toEqual({ kind: 'done' });
    expect(await findJob(kit.db, job.id)).toMatchObject({ state: 'done' });
    expect(kit.log.lines.find((line) => line.message === 'job ended')?.fields).toMatchObject({ jobId: job.id, outcome: 'done' });
  });

  test('job handler: a finished or unknown job is skipped', async () => {
    const job = await kit.seed();
    const handler = handlerOf();
    await handler.run({ job_id: job.id });
    expect(await handler.run({ job_id: job.id })).toEqual({ kind: 'skipped' });
    expect(await handler.run({ job_id: 'unknown' })).toEqual({ kind: 'skipped' });
  });

  test('job handler: concurrent deliveries of one job run it once and share its outcome', async () => {
    const job = await kit.seed();
    const handler = handlerOf();
    expect(handler.accept({ job_id: job.id })).toBe('accepted');
    expect(await Promise.all([handler.run({ job_id: job.id }), handler.run({ job_id: job.id })])).toEqual([
      { kind: 'done' },
      { kind: 'done' },
    ]);
    expect(kit.begun).toHaveLength(5);
  });

  test('job handler: a job delivered to two workers is run by one of them', async () => {
    const job = await kit.seed();
    const outcomes = await Promise.all([handlerOf().run({ job_id: job.id }), handlerOf().run({ job_id: job.id })]);
    expect(outcomes.map((outcome) => (outcome as JobOutcome).kind).toSorted()).toEqual(['done', 'skipped']);
  });

  test('job handler: a job whose pipeline rejects is released and the error logged', async () => {
    const job = await kit.seed();
    const handler = handlerOf({ pipeline: { run: () => Promise.reject(new Error('disk I/O error')) } });
    expect(await handler.run({ job_id: job.id })).toEqual({ kind: 'released' });
    expect(kit.log.lines.at(-1)).toMatchObject({ level: 'error', message: 'job could not be run', fields: { jobId: job.id } });
    expect(handler.state()).toEqual({ running: 0, queued: 0, stopping: false });
  });
});

describe('job handler: queue', () => {
  test('job queue: it runs `concurrency` jobs at once in order of arrival and refuses jobs when full', async () => {
    const pipeline = heldPipeline();
    const handler = handlerOf({ pipeline, concurrency: 2, queueLimit: 2 });
    const [a, b, c, d, e] = (await seedMany(5)) as [string, string, string, string, string];
    expect([a, b, c, d, e].map((id) => handler.accept({ job_id: id }))).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'accepted',
      'full',
    ]);
    expect(await handler.run({ job_id: e })).toBe('full');
    expect(handler.accept({ job_id: d })).toBe('accepted');
    await begun(pipeline, 2);
    expect(handler.state()).toEqual({ running: 2, queued: 2, stopping: false });
    pipeline.end(b);
    await begun(pipeline, 3);
    expect(pipeline.begun[2]).toBe(c);
    expect(handler.accept({ job_id: e })).toBe('accepted');
    pipeline.end(a);
    await begun(pipeline, 4);
    pipeline.end(c);
    await begun(pipeline, 5);
    const last = handler.run({ job_id: e });
    pipeline.end(d);
    pipeline.end(e, { kind: 'retry', afterSeconds: 4 });
    expect(await last).toEqual({ kind: 'retry', afterSeconds: 4 });
  });
});

describe('job handler: owners', () => {
  test('job queue: one owner runs all but one of its jobs at once, so that the job of another begins at once', async () => {
    const pipeline = heldPipeline();
    const handler = handlerOf({ pipeline, concurrency: 3 });
    const [a, b, c, d] = (await seedMany(4)) as [string, string, string, string];
    for (const id of [a, b, c]) handler.accept({ job_id: id, owner_id: 'eve' });
    await begun(pipeline, 2);
    expect(handler.state()).toEqual({ running: 2, queued: 1, stopping: false });
    handler.accept({ job_id: d, owner_id: 'ada' });
    await begun(pipeline, 3);
    expect(pipeline.begun).toEqual([a, b, d]);
    pipeline.end(a);
    await begun(pipeline, 4);
    expect(pipeline.begun[3]).toBe(c);
    for (const id of [b, c, d]) pipeline.end(id);
    await handler.drain(60_000);
  });
});

describe('job handler: jobs of the installation', () => {
  test('job queue: jobs that belong to no user run one at a time, beside those of users', async () => {
    const pipeline = heldPipeline();
    const handler = handlerOf({ pipeline });
    const [a, b, c] = (await seedMany(3)) as [string, string, string];
    for (const id of [a, b]) handler.accept({ job_id: id, owner_id: INSTALLATION });
    handler.accept({ job_id: c, owner_id: 'ada' });
    await begun(pipeline, 2);
    expect(handler.state()).toEqual({ running: 2, queued: 1, stopping: false });
    expect(pipeline.begun.toSorted()).toEqual([a, c].toSorted());
    pipeline.end(a);
    await begun(pipeline, 3);
    expect(pipeline.begun[2]).toBe(b);
    for (const id of [b, c]) pipeline.end(id);
    await handler.drain(60_000);
  });
});

describe('job handler: drain', () => {
  test('drain: running jobs finish, queued jobs are given back and new ones refused', async () => {
    const pipeline = heldPipeline();
    const handler = handlerOf({ pipeline, concurrency: 1 });
    const [a, b, c] = (await seedMany(3)) as [string, string, string];
    await takeForPublishing(kit.db, [a, b, c], { now: kit.clock.now(), lostAfterMs: 30_000 });
    const outcomes = [a, b].map((id) => handler.run({ job_id: id }));
    await begun(pipeline, 1);
    const drained = handler.drain(60_000);
    expect(handler.state()).toEqual({ running: 1, queued: 0, stopping: true });
    expect(handler.accept({ job_id: c })).toBe('stopping');
    expect(await handler.run({ job_id: a })).toBe('stopping');
    expect(await outcomes[1]).toBe('stopping');
    pipeline.end(a);
    await drained;
    expect(await outcomes[0]).toEqual({ kind: 'done' });
    // The queued job is due at once, before its message would count as lost.
    expect(await findDueJobs(kit.db, { now: kit.clock.now(), limit: 10, lostAfterMs: 30_000 })).toEqual([b]);
  });

  test('drain: a job that outlasts the deadline is interrupted and released', async () => {
    const pipeline = heldPipeline();
    const handler = handlerOf({ pipeline });
    const [a] = (await seedMany(1)) as [string];
    const outcome = handler.run({ job_id: a });
    await begun(pipeline, 1);
    await handler.drain(1);
    expect(await outcome).toEqual({ kind: 'released' });
  });

  test('drain: it ends at once when idle, and ends when the database is closed', async () => {
    await handlerOf().drain(60_000);
    const pipeline = heldPipeline();
    const handler = handlerOf({ pipeline, concurrency: 1 });
    const [a, b] = (await seedMany(2)) as [string, string];
    handler.accept({ job_id: a });
    handler.accept({ job_id: b });
    await begun(pipeline, 1);
    await kit.close();
    const drained = handler.drain(60_000);
    pipeline.end(a);
    await drained;
    expect(kit.log.lines.map((line) => line.message)).toContain('queued jobs could not be given back');
    kit = await createPipelineKit();
  });
});
