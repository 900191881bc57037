/** Property: under any sequence of faults a job ends, and each of its effects happens at most once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StageError } from '../../src/kernel/core/errors.ts';
import { findDueJobs, findJob } from '../../src/kernel/db/jobs.ts';
import { overallStatus, STAGE_DEPENDENCIES, STAGES, type Stage } from '../../src/kernel/model/stages.ts';
import { createPipelineKit, LEASE_MS, type PipelineKit } from '../support/kits/pipeline.ts';

/** Faults a stage can meet when it runs. `die`: its worker disappears without a trace. */
const FAULTS = ['none', 'none', 'transient', 'permanent', 'unknown', 'late', 'die', 'stop'] as const;
type Fault = (typeof FAULTS)[number];

class Death extends Error {}

interface World {
  readonly kit: PipelineKit;
  readonly faults: Fault[];
  stop: AbortController;
  died: () => void;
}

/** Injects the next fault of the list; none once the list is empty. */
async function injectFault(world: World, stage: Stage): Promise<void> {
  switch (world.faults.shift() ?? 'none') {
    case 'none':
      return;
    case 'transient':
      throw new StageError('transient', `${stage} later`);
    case 'permanent':
      throw new StageError('permanent', `${stage} never`);
    case 'unknown':
      throw new Error('unknown');
    case 'late':
      // The lease lapses, and no other worker claims the job.
      world.kit.clock.advance(LEASE_MS * 2);
      return;
    case 'stop':
      world.stop.abort();
      return;
    case 'die':
      world.died();
      // This run never settles.
      return new Promise(() => {});
  }
}

/** Delivers the job once: until it has ended, was given back, or its worker died. */
async function deliver(world: World, jobId: string): Promise<void> {
  world.stop = new AbortController();
  const death = Promise.withResolvers<Death>();
  world.died = () => death.resolve(new Death());
  const outcome = await Promise.race([world.kit.deliver(jobId, world.stop.signal), death.promise]);
  // A dead worker renews and writes nothing, so its lease lapses.
  if (outcome instanceof Death) world.kit.clock.advance(LEASE_MS + 1);
}

test('pipeline: under any sequence of faults a job ends done or dead, and no effect happens twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...FAULTS), { maxLength: 25 }), async (faults) => {
      const kit = await createPipelineKit();
      const world: World = { kit, faults: [...faults], stop: new AbortController(), died: () => {} };
      for (const stage of STAGES) kit.before[stage] = () => injectFault(world, stage);
      try {
        const job = await kit.seed();
        for (let round = 0; ; round += 1) {
          expect(round).toBeLessThan(faults.length + 10);
          const due = await findDueJobs(kit.db, { now: kit.clock.now(), limit: 10, lostAfterMs: 30_000 });
          if (due.length > 0) await deliver(world, job.id);
          const row = await findJob(kit.db, job.id);
          if (row?.state === 'done' || row?.state === 'dead') break;
          // An unfinished job is never lost: it is due now or later.
          expect(row?.state === 'queued' || row?.leaseExpiresAt).toBeTruthy();
          kit.clock.advance(60_000);
        }
        const state = (await findJob(kit.db, job.id))?.state;
        const statuses = await kit.statuses(job);
        const completed = STAGES.filter((stage) => statuses[stage] === 'completed');
        expect(state).toBe(completed.length === STAGES.length ? 'done' : 'dead');
        expect(await kit.effects(job)).toEqual(completed.toSorted());
        expect((await kit.resource(job))?.status).toBe(overallStatus(statuses));
        // A dead job has no work left: each pending stage depends on one that is not completed.
        for (const stage of STAGES) {
          expect(statuses[stage]).not.toBe('processing');
          if (statuses[stage] !== 'pending') continue;
          expect(STAGE_DEPENDENCIES[stage].some((dependency) => statuses[dependency] !== 'completed')).toBe(true);
        }
      } finally {
        await kit.close();
      }
    }),
    { numRuns: 40, examples: [[['die', 'late', 'stop', 'transient']], [Array(25).fill('die')], [Array(25).fill('stop')]] },
  );
});
