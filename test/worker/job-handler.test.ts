import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findDueJobs, findJob, takeForPublishing } from '../../src/kernel/db/jobs.ts';
import type { Job } from '../../src/kernel/db/types.ts';
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

/** A pipeline whose jobs end when the test says so. */
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
  vi.waitFor(() => expect(pipeline.begun).toHaveLength(count));

describe('a delivered job', () => {
  test('is run to its end for who waits', async () => {
    const job = await kit.seed();
    expect(await handlerOf().run({ job_id: job.id })).toEqual({ kind: 'done' });
    expect(await findJob(kit.db, job.id)).toMatchObject({ state: 'done' });
    expect(kit.log.lines.find((line) => line.message === 'job ended')?.fields).toMatchObject({ jobId: job.id, outcome: 'done' });
  });

  test('that is over, or unknown, is nothing to do', async () => {
    const job = await kit.seed();
    const handler = handlerOf();
    await handler.run({ job_id: job.id });
    expect(await handler.run({ job_id: job.id })).toEqual({ kind: 'skipped' });
    expect(await handler.run({ job_id: 'unknown' })).toEqual({ kind: 'skipped' });
  });

  test('twice at once is run once, and both hear how it ended', async () => {
    const job = await kit.seed();
    const handler = handlerOf();
    expect(handler.accept({ job_id: job.id })).toBe('accepted');
    expect(await Promise.all([handler.run({ job_id: job.id }), handler.run({ job_id: job.id })])).toEqual([
      { kind: 'done' },
      { kind: 'done' },
    ]);
    expect(kit.begun).toHaveLength(5);
  });

  test('of two workers is run by one', async () => {
    const job = await kit.seed();
    const outcomes = await Promise.all([handlerOf().run({ job_id: job.id }), handlerOf().run({ job_id: job.id })]);
    expect(outcomes.map((outcome) => (outcome as JobOutcome).kind).toSorted()).toEqual(['done', 'skipped']);
  });

  test('that cannot be run is left to its lease, and the log says why', async () => {
    const job = await kit.seed();
    const handler = handlerOf({ pipeline: { run: () => Promise.reject(new Error('disk I/O error')) } });
    expect(await handler.run({ job_id: job.id })).toEqual({ kind: 'released' });
    expect(kit.log.lines.at(-1)).toMatchObject({ level: 'error', message: 'job could not be run', fields: { jobId: job.id } });
    expect(handler.state()).toEqual({ running: 0, queued: 0, stopping: false });
  });
});

describe('many jobs', () => {
  test('run so many at a time, in the order they came, and a full queue says so', async () => {
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

describe('draining', () => {
  test('waits for what runs, gives back what waits, and takes nothing new', async () => {
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
    // What waited can be published at once; nobody has to find out that it got lost.
    expect(await findDueJobs(kit.db, { now: kit.clock.now(), limit: 10, lostAfterMs: 30_000 })).toEqual([b]);
  });

  test('interrupts what takes longer than it may', async () => {
    const pipeline = heldPipeline();
    const handler = handlerOf({ pipeline });
    const [a] = (await seedMany(1)) as [string];
    const outcome = handler.run({ job_id: a });
    await begun(pipeline, 1);
    await handler.drain(1);
    expect(await outcome).toEqual({ kind: 'released' });
  });

  test('of an idle worker is over at once, with the database gone as well', async () => {
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
