/** Accepts jobs by id from any queue and runs a bounded number of them concurrently. */

import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock, Ids } from '../../src/kernel/core/ports.ts';
import { requeueUnstarted } from '../../src/kernel/db/jobs.ts';
import { claimJob } from '../../src/kernel/db/leases.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import { INSTALLATION } from '../../src/kernel/model/job-kinds.ts';
import type { JobMessage } from '../../src/kernel/model/job-messages.ts';
import { createFairQueue } from './fair-queue.ts';
import type { JobOutcome } from './job-outcome.ts';
import type { Pipeline } from './pipeline.ts';

export type { JobOutcome } from './job-outcome.ts';

/** `full`: the queue has no room, try again in a few seconds. `stopping`: this worker accepts no more jobs. */
export type Refusal = 'full' | 'stopping';

export interface JobHandler {
  /** Queues the job and returns at once (`Prefer: respond-async`). A job that is already queued or running is accepted again. */
  accept(message: JobMessage): 'accepted' | Refusal;
  /** Queues the job and resolves when it has ended, as QStash needs the result. Never rejects. */
  run(message: JobMessage): Promise<JobOutcome | Refusal>;
  /** Accepts no more jobs, waits up to `withinMs` for running ones, then interrupts them and gives their leases back. */
  drain(withinMs: number): Promise<void>;
  state(): { readonly running: number; readonly queued: number; readonly stopping: boolean };
}

/** Milliseconds after which another worker may take the job of one that died. Renewed three times in that time. */
export const LEASE_MS = 30_000;
const CONCURRENCY = 4;
const QUEUE_LIMIT = 64;

export interface JobHandlerDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly pipeline: Pipeline;
  readonly leaseMs?: number;
  /**
   * Jobs that run concurrently. One owner may use all but one of several places, so that another's job begins at once. Jobs
   * that belong to no user run one at a time.
   */
  readonly concurrency?: number;
  /** Jobs that may wait besides. */
  readonly queueLimit?: number;
}

interface Entry {
  readonly jobId: string;
  readonly owner: string;
  readonly ended: Promise<JobOutcome | Refusal>;
  readonly end: (outcome: JobOutcome | Refusal) => void;
}

export function createJobHandler(dependencies: JobHandlerDependencies): JobHandler {
  const { db, clock, ids, log, pipeline } = dependencies;
  const { leaseMs = LEASE_MS, concurrency = CONCURRENCY, queueLimit = QUEUE_LIMIT } = dependencies;
  const entries = new Map<string, Entry>();
  const perOwner = (owner: string) => (owner === INSTALLATION ? 1 : Math.max(1, concurrency - 1));
  const queue = createFairQueue<Entry>({ limit: queueLimit, perOwner });
  const running = new Set<Entry>();
  const stop = new AbortController();
  let stopping = false;

  function enqueue({ job_id: jobId, owner_id: owner = '' }: JobMessage): Entry | Refusal {
    if (stopping) return 'stopping';
    const known = entries.get(jobId);
    if (known) return known;
    const { promise: ended, resolve: end } = Promise.withResolvers<JobOutcome | Refusal>();
    const entry = { jobId, owner, ended, end };
    if (!queue.add(entry)) return 'full';
    entries.set(jobId, entry);
    startNext();
    return entry;
  }

  function startNext(): void {
    while (running.size < concurrency) {
      const entry = queue.next();
      if (!entry) return;
      running.add(entry);
      void execute(entry.jobId).then((outcome) => {
        running.delete(entry);
        entries.delete(entry.jobId);
        queue.finished(entry);
        entry.end(outcome);
        startNext();
      });
    }
  }

  async function execute(jobId: string): Promise<JobOutcome> {
    const started = clock.monotonic();
    try {
      const holder = ids.next();
      const job = await claimJob(db, { jobId, holder, now: clock.now(), leaseMs });
      if (!job) return { kind: 'skipped' };
      const fields = { jobId, kind: job.kind, resourceId: job.resourceId, attempt: job.attempt };
      log.debug('job started', fields);
      const outcome = await pipeline.run(job, holder, stop.signal);
      log.info('job ended', { ...fields, outcome: outcome.kind, ms: Math.round(clock.monotonic() - started) });
      return outcome;
    } catch (error) {
      // The lease lapses, and the job is claimed again.
      log.error('job could not be run', { jobId, error });
      return { kind: 'released' };
    }
  }

  async function drain(withinMs: number): Promise<void> {
    stopping = true;
    const waiting = queue.clear();
    for (const entry of waiting) {
      entries.delete(entry.jobId);
      entry.end('stopping');
    }
    // Jobs that were accepted and not started become due at once, instead of after the time a message counts as lost.
    await requeueUnstarted(
      db,
      waiting.map((entry) => entry.jobId),
    ).catch((error: unknown) => log.warning('queued jobs could not be given back', { error }));
    const ended = Promise.all([...running].map((entry) => entry.ended));
    const timer = setTimeout(() => stop.abort(), withinMs);
    await ended;
    clearTimeout(timer);
  }

  return {
    accept: (message) => {
      const entry = enqueue(message);
      return typeof entry === 'string' ? entry : 'accepted';
    },
    run: async (message) => {
      const entry = enqueue(message);
      return typeof entry === 'string' ? entry : entry.ended;
    },
    drain,
    state: () => ({ running: running.size, queued: queue.size(), stopping }),
  };
}
