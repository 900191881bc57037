/** The `jobs` role: takes jobs from the queue (`POST /jobs`) and runs them. */
import { createRelay } from '../../src/kernel/jobs/relay.ts';
import { ensureTaxonomy } from '../analysis/taxonomy/seed.ts';
import { createJobsRoute, type JobsRouteDependencies } from '../http/jobs-route.ts';
import { createDocumentReader } from '../ingest/document-reader.ts';
import { createGuardedFetch } from '../ingest/fetch/guarded-fetch.ts';
import { instrumentJobs, instrumentPipeline, instrumentStages } from '../instrumented.ts';
import { createModelsSweep } from '../jobs/models-sweep.ts';
import { createJobRunners } from '../jobs/registry.ts';
import { createJobHandler, type JobHandler } from '../pipeline/job-handler.ts';
import { createLocalPublisher } from '../pipeline/local-publisher.ts';
import { createPipeline } from '../pipeline/pipeline.ts';
import type { NearestDocuments } from '../stages/nearest-documents.ts';
import { createStageRunners } from '../stages/registry.ts';
import type { WorkerContext } from '../worker-context.ts';
import { modelHealth } from './model-health.ts';
import type { Role } from './role.ts';

/** Milliseconds a shutdown lets jobs finish before it interrupts them. The process that started the worker waits 15 s. */
const DRAIN_MS = 10_000;
/** Milliseconds between two looks at a requested switch of models, at what the active one lacks, and at what retired ones left. */
const MODELS_SWEEP_MS = 3_000;
const REPAIR_MS = 60_000;
const PURGE_MS = 60_000;
/** Milliseconds until a new installation has its tree of categories. */
const TAXONOMY_MS = 3_000;

export interface JobsRole extends Role {
  /** Lets other roles of this process queue jobs without HTTP. */
  readonly handler: JobHandler;
}

export type JobsRoleContext = Pick<
  WorkerContext,
  | 'config'
  | 'db'
  | 'clock'
  | 'ids'
  | 'log'
  | 'metrics'
  | 'models'
  | 'progress'
  | 'verifySignature'
  | 'addressPolicy'
  | 'userAgent'
  | 'leaseMs'
  | 'background'
  | 'queue'
  | 'stopping'
>;

export interface JobsRoleOptions {
  /** Finds documents by an index. Default: the database finds them. */
  readonly nearest?: NearestDocuments | undefined;
}

export function createJobsRole(context: JobsRoleContext, { nearest }: JobsRoleOptions = {}): JobsRole {
  const { config, db, clock, ids, log, metrics, models, progress, addressPolicy, userAgent, leaseMs } = context;
  const { background, queue, stopping } = context;
  const reader = createDocumentReader({ processes: config.ingest.readingThreads });
  const fetchPage = createGuardedFetch({ policy: addressPolicy, clock, userAgent });
  const runners = instrumentStages(createStageRunners({ config, db, clock, ids, fetchPage, reader, models, nearest }), metrics);
  const redelivers = config.queue.kind === 'qstash';
  const jobs = createJobRunners({
    db,
    clock,
    ids,
    log,
    progress,
    runners,
    redelivers,
    random: Math.random,
    leaseMs,
    documentEmbedders: models.documents,
    nearest,
    publishSoon: (jobId) => relay.publishSoon(jobId),
  });
  const pipeline = instrumentPipeline(createPipeline({ db, clock, log, leaseMs, jobs }), metrics);
  const handler = createJobHandler({ db, clock, ids, log, pipeline, leaseMs });
  const relay = createRelay({ db, clock, log, background, publisher: queue ?? createLocalPublisher(handler) });
  const sweep = createModelsSweep({ db, clock, ids, log, stopping, publishSoon: relay.publishSoon });
  let isSeeded = false;

  async function seedTaxonomy(): Promise<void> {
    if (!isSeeded) await ensureTaxonomy(db, clock.now());
    isSeeded = true;
  }

  return {
    ...serveJobs(handler, context),
    handler,
    tasks: [
      { everyMs: MODELS_SWEEP_MS, run: sweep.advance },
      { everyMs: REPAIR_MS, run: sweep.repair },
      { everyMs: PURGE_MS, run: sweep.purge },
      { everyMs: TAXONOMY_MS, run: seedTaxonomy },
    ],
    stop: async () => {
      await handler.drain(DRAIN_MS);
      await reader.close();
    },
  };
}

type JobsHttpContext = Pick<JobsRouteDependencies, 'config' | 'verifySignature'> & Pick<WorkerContext, 'models' | 'metrics'>;

/** The HTTP side of the role, over any handler. */
export function serveJobs(
  handler: JobHandler,
  { config, models, metrics, verifySignature }: JobsHttpContext,
): Required<Pick<Role, 'routes' | 'health'>> {
  instrumentJobs(handler, metrics);
  return {
    routes: createJobsRoute({ config, jobs: handler, verifySignature }),
    health: () => {
      const { stopping, ...jobs } = handler.state();
      const { status, details } = modelHealth(models);
      return { status: stopping ? 'stopping' : status, details: { ...details, jobs } };
    },
  };
}
