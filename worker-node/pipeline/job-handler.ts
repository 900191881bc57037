/** Takes jobs by id, from whichever queue, and runs a bounded number of them at once. */

import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock, Ids } from '../../src/kernel/core/ports.ts';
import { requeueUnstarted } from '../../src/kernel/db/jobs.ts';
import { claimJob } from '../../src/kernel/db/leases.ts';
import type { Database } from '../../src/kernel/db/types.ts';
import type { JobMessage } from '../../src/kernel/model/job-messages.ts';
import { createFairQueue } from './fair-queue.ts';
import type { JobOutcome } from './job-outcome.ts';
import type { Pipeline } from './pipeline.ts';

export type { JobOutcome } from './job-outcome.ts';

/** `full`: the queue holds all it may, try again in a few seconds. `stopping`: this worker takes no more. */
export type Refusal = 'full' | 'stopping';

export interface JobHandler {
  /** Queues the job and answers at once (`Prefer: respond-async`). A job that is already here is accepted again. */
  accept(message: JobMessage): 'accepted' | Refusal;
  /** Queues the job and resolves when it ended (QStash wants the result). Never rejects. */
  run(message: JobMessage): Promise<JobOutcome | Refusal>;
  /** Takes nothing new, waits up to `withinMs` for what runs, then interrupts it and gives the leases back. */
  drain(withinMs: number): Promise<void>;
  state(): { readonly running: number; readonly queued: number; readonly stopping: boolean };
}

/** How long a dead worker's job waits for another; renewed three times meanwhile while the worker lives. */
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
  /** Jobs that run at once, and how many more may wait. */
  readonly concurrency?: number;
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
  const queue = createFairQueue<Entry>({ limit: queueLimit });
  const running = new Set<Entry>();
  const stop = new AbortController();
  let stopping = false;

  function take({ job_id: jobId, owner_id: owner = '' }: JobMessage): Entry | Refusal {
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
    const started = clock.now();
    try {
      const holder = ids.next();
      const job = await claimJob(db, { jobId, holder, now: started, leaseMs });
      if (!job) return { kind: 'skipped' };
      const fields = { jobId, resourceId: job.resourceId, attempt: job.attempt };
      log.debug('job started', fields);
      const outcome = await pipeline.run(job, holder, stop.signal);
      log.info('job ended', { ...fields, outcome: outcome.kind, ms: clock.now() - started });
      return outcome;
    } catch (error) {
      // The lease lapses, and the job is taken again.
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
    // What was promised and not begun is published again at once instead of counting as lost after a while.
    await requeueUnstarted(
      db,
      waiting.map((entry) => entry.jobId),
    ).catch((error: unknown) => log.warning('jobs not given back', { error }));
    const ended = Promise.all([...running].map((entry) => entry.ended));
    const timer = setTimeout(() => stop.abort(), withinMs);
    await ended;
    clearTimeout(timer);
  }

  return {
    accept: (message) => {
      const taken = take(message);
      return typeof taken === 'string' ? taken : 'accepted';
    },
    run: async (message) => {
      const taken = take(message);
      return typeof taken === 'string' ? taken : taken.ended;
    },
    drain,
    state: () => ({ running: running.size, queued: queue.size(), stopping }),
  };
}
