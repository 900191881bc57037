/**
 * Jobs of the kind `resources.bulk`: change the documents of a task, a slice of them a transaction, in which the job notes how
 * far it is. So a repetition goes on after the last slice, and nothing is done twice.
 */
import { AppError } from '../../src/kernel/core/errors.ts';
import type { Ids } from '../../src/kernel/core/ports.ts';
import { updateJobPayload } from '../../src/kernel/db/jobs.ts';
import { listResources } from '../../src/kernel/db/resource-list.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { BULK, type BulkPayload } from '../../src/kernel/model/job-kinds.ts';
import type { ProgressReport } from '../../src/kernel/model/job-messages.ts';
import { requireBacklogRoom } from '../../src/services/resources/backlog.ts';
import { fromStoredFilter } from '../../src/services/resources/bulk.ts';
import { applyBulkAction } from '../../src/services/resources/bulk-action.ts';
import type { StartedRun } from '../../src/services/resources/processing-runs.ts';
import { MAX_TASK_ERRORS } from '../../src/services/tasks/task-schema.ts';
import type { JobRunner } from '../pipeline/job-runner.ts';
import { NotForThisWorker } from '../pipeline/not-for-this-worker.ts';
import { createPlainJob, type PlainJobDependencies } from '../pipeline/plain-job.ts';

export interface BulkDependencies extends PlainJobDependencies {
  readonly ids: Ids;
  readonly progress: { report(report: ProgressReport): void };
  /** Publishes a job in the background. */
  readonly publishSoon: (jobId: string) => void;
}

/** Documents of a transaction. */
const SLICE_SIZE = 20;
/** Seconds until a task goes on whose owner has too many unfinished jobs. */
const FULL_PAUSE_S = 30;

interface Slice {
  readonly payload: BulkPayload;
  readonly runs: readonly StartedRun[];
  /** Whether the owner has no room for more jobs. */
  readonly isFull: boolean;
}

export function createBulkJob(dependencies: BulkDependencies): JobRunner {
  const { db, clock, ids, progress, publishSoon } = dependencies;

  return createPlainJob(dependencies, BULK, async ({ job, payload: given, signal, commit }) => {
    const { ownerId } = job;
    for (let payload = given; ; ) {
      signal.throwIfAborted();
      const next = await nextOf(db, ownerId, payload);
      if (next.length === 0) return;
      const slice = await commit((tx) => workOn(tx, job.id, ownerId, payload, next));
      for (const { resourceId, jobId, states } of slice.runs) {
        progress.report({ resource_id: resourceId, stages: states });
        publishSoon(jobId);
      }
      if (slice.isFull) throw new NotForThisWorker('The owner has too many unfinished jobs', FULL_PAUSE_S);
      payload = slice.payload;
    }
  });

  async function workOn(
    tx: Database,
    jobId: string,
    ownerId: string,
    before: BulkPayload,
    documents: readonly Document[],
  ): Promise<Slice> {
    const runs: StartedRun[] = [];
    let payload = before;
    let isFull = false;
    for (const document of documents) {
      isFull = payload.action === 'reprocess' && !(await hasRoom(tx, ownerId));
      if (isFull) break;
      const { fault, run } = await applyBulkAction(tx, { clock, ids }, { id: document.id, ownerId }, payload);
      if (run) runs.push(run);
      payload = after(payload, document, fault);
    }
    await updateJobPayload(tx, jobId, payload);
    return { payload, runs, isFull };
  }
}

/** A document of the task; one that is named by its id has no position. */
interface Document {
  readonly id: string;
  readonly createdAt?: number;
}

async function nextOf(db: Database, ownerId: string, { ids, filter, before }: BulkPayload): Promise<readonly Document[]> {
  if (ids) return ids.slice(0, SLICE_SIZE).map((id) => ({ id }));
  return await listResources(db, { ownerId, filter: fromStoredFilter(filter ?? {}), after: before, limit: SLICE_SIZE });
}

/** What is left after a document. */
function after(payload: BulkPayload, { id, createdAt }: Document, fault: string | undefined): BulkPayload {
  const errors = fault === undefined ? payload.errors : [...payload.errors, { id, message: fault }].slice(0, MAX_TASK_ERRORS);
  const rest = createdAt === undefined ? { ids: payload.ids?.slice(1) } : { before: { createdAt, id } };
  return { ...payload, ...rest, done: payload.done + 1, errors };
}

async function hasRoom(tx: Database, ownerId: string): Promise<boolean> {
  try {
    await requireBacklogRoom(tx, ownerId);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
