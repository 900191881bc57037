/**
 * Runs one claimed job by the runner of its kind, and keeps its lease meanwhile. A job that this version cannot read goes back
 * to the queue without spending an attempt, because during an upgrade another worker may know it.
 */

import type { Log } from '../../src/kernel/core/log.ts';
import type { Clock } from '../../src/kernel/core/ports.ts';
import { type Lease, releaseJob, renewLease } from '../../src/kernel/db/leases.ts';
import type { Database, Job } from '../../src/kernel/db/types.ts';
import type { JobOutcome } from './job-outcome.ts';
import type { JobRunner } from './job-runner.ts';
import { LeaseLost } from './lease-lost.ts';
import { startLeaseRenewal } from './lease-renewal.ts';

/** Seconds until a job that this worker cannot read is due again. */
const UNKNOWN_PAUSE_S = 30;

export interface PipelineDependencies {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseMs: number;
  /** One for each kind of job. */
  readonly jobs: readonly JobRunner[];
}

export interface Pipeline {
  /**
   * Runs `job`, claimed by `holder`. When `stop` fires, the work is aborted, nothing more is written for it and the job is
   * given back. Rejects only where the database fails: the lease then lapses.
   */
  run(job: Job, holder: string, stop: AbortSignal): Promise<JobOutcome>;
}

export function createPipeline({ db, clock, log, leaseMs, jobs }: PipelineDependencies): Pipeline {
  const runners = new Map(jobs.map((runner) => [runner.kind, runner]));
  /** Kinds whose jobs were given back, so that each is logged once. */
  const unknown = new Set<string>();

  async function giveBack({ kind, id }: Job, lease: Lease): Promise<JobOutcome> {
    if (!unknown.has(kind)) {
      unknown.add(kind);
      const reason = runners.has(kind) ? 'a payload that this version cannot read' : 'a kind that this version does not know';
      log.warning(`a job has ${reason}; it waits for another worker`, { jobId: id, kind });
    }
    const now = clock.now();
    const held = await releaseJob(db, lease, { availableAt: now + UNKNOWN_PAUSE_S * 1000, now });
    return held ? { kind: 'retry', afterSeconds: UNKNOWN_PAUSE_S } : { kind: 'released' };
  }

  return {
    run: async (job, holder, stop) => {
      const lease = { jobId: job.id, holder };
      const work = runners.get(job.kind)?.prepare(job.payload);
      if (!work) return giveBack(job, lease);
      const lost = new AbortController();
      const stopRenewal = startLeaseRenewal({
        renew: () => renewLease(db, { ...lease, now: clock.now(), leaseMs }),
        log,
        leaseMs,
        onLost: (error) => lost.abort(error),
      });
      try {
        return await work({ job, lease, signal: AbortSignal.any([stop, lost.signal]) });
      } catch (error) {
        if (error instanceof LeaseLost) return { kind: 'released' };
        throw error;
      } finally {
        lost.abort();
        await stopRenewal();
      }
    },
  };
}
