/** The pipeline on a test database. Its stages do what a test sets and record their effects. */
import { eq, sql } from 'drizzle-orm';
import type { Ids } from '../../../src/kernel/core/ports.ts';
import { claimJob } from '../../../src/kernel/db/leases.ts';
import { resources } from '../../../src/kernel/db/schema.sqlite.ts';
import type { Database, Job } from '../../../src/kernel/db/types.ts';
import type { ProgressReport } from '../../../src/kernel/model/job-messages.ts';
import { everyStage, type Stage } from '../../../src/kernel/model/stages.ts';
import { createProcessJob } from '../../../worker-node/jobs/process.ts';
import type { JobRunner } from '../../../worker-node/pipeline/job-runner.ts';
import { createPipeline } from '../../../worker-node/pipeline/pipeline.ts';
import type { PlainJobDependencies } from '../../../worker-node/pipeline/plain-job.ts';
import type { StageInput, StageRunner } from '../../../worker-node/pipeline/stage.ts';
import { onPostgres } from './database.ts';
import { freshId, resourceOf, seedJob, stagesOf } from './jobs.ts';
import { createTestServices } from './services.ts';

export const LEASE_MS = 30_000;

/** Appends to the list in one statement, because stages write side by side. */
const appended = (stage: Stage) =>
  onPostgres
    ? sql`(${resources.keywords}::jsonb || ${JSON.stringify([stage])}::jsonb)::json`
    : sql`json_insert(${resources.keywords}, '$[#]', ${stage})`;

/** `kinds` are the runners of other kinds of jobs. */
export async function createPipelineKit(
  kinds: readonly ((parts: PlainJobDependencies & { readonly ids: Ids }) => JobRunner)[] = [],
) {
  const { database, db, clock, log, close } = await createTestServices();
  const reports: ProgressReport[] = [];
  const never = new AbortController().signal;

  /** Appends the stage to the resource's keywords, which shows how often the effect happened. */
  const effectOf = (stage: Stage, resourceId: string) => async (tx: Database) => {
    await tx
      .update(resources)
      .set({ keywords: appended(stage) })
      .where(eq(resources.id, resourceId));
  };
  /** The stages in the order in which they began. */
  const begun: Stage[] = [];
  /** What a stage does before its effect. Tests replace single entries; by default nothing happens. */
  const before: Record<Stage, (input: StageInput) => unknown> = everyStage(() => () => {});
  const runners = everyStage(
    (stage): StageRunner =>
      async (input) => {
        begun.push(stage);
        await before[stage](input);
        return { write: effectOf(stage, input.resource.id) };
      },
  );

  const parts = { db, clock, log, ids: { next: freshId }, leaseMs: LEASE_MS, random: () => 0.5 };
  const progress = { report: (report: ProgressReport) => void reports.push(report) };
  const jobs = [createProcessJob({ ...parts, runners, progress }), ...kinds.map((create) => create(parts))];
  const pipeline = createPipeline({ ...parts, jobs });

  const claim = (jobId: string, holder = freshId()) => claimJob(db, { jobId, holder, now: clock.now(), leaseMs: LEASE_MS });

  /** Claims the job as a worker would and runs it. Returns undefined if the job could not be claimed. */
  async function deliver(jobId: string, stop: AbortSignal = never) {
    const holder = freshId();
    const job = await claim(jobId, holder);
    return job && pipeline.run(job, holder, stop);
  }

  return {
    database,
    db,
    clock,
    log,
    reports,
    begun,
    before,
    effectOf,
    runners,
    pipeline,
    claim,
    deliver,
    seed: (more: Parameters<typeof seedJob>[1] = {}) => seedJob({ db, clock }, more),
    stages: (job: Job) => stagesOf(db, job.resourceId as string),
    statuses: async (job: Job) => {
      const states = await stagesOf(db, job.resourceId as string);
      return everyStage((stage) => states[stage].status);
    },
    resource: (job: Job) => resourceOf(db, job.resourceId as string),
    effects: async (job: Job) => (await resourceOf(db, job.resourceId as string))?.keywords.toSorted() ?? [],
    close,
  };
}

export type PipelineKit = Awaited<ReturnType<typeof createPipelineKit>>;
