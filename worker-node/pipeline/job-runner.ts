/** The contract between the pipeline and a kind of job. */
import type { Lease } from '../../src/kernel/db/leases.ts';
import type { Job } from '../../src/kernel/db/types.ts';
import type { JobKind, JobPayload } from '../../src/kernel/model/job-kinds.ts';
import type { JobOutcome } from './job-outcome.ts';

/** A job together with the lease that this worker holds on it. */
export interface Claim {
  readonly job: Job;
  readonly lease: Lease;
  /** Fires when the lease is lost or the worker stops. */
  readonly signal: AbortSignal;
}

export interface JobRunner {
  /** The kind's name. */
  readonly kind: string;
  /** The work that `payload` asks for; undefined where this version cannot read the payload. */
  prepare(payload: JobPayload): Work | undefined;
}

/** Works on the job, ends its claim and returns how. Throws LeaseLost; any other error lets the lease lapse. */
export type Work = (claim: Claim) => Promise<JobOutcome>;

export function createJobRunner<P extends JobPayload>(
  { name, payload: schema }: JobKind<P>,
  run: (claim: Claim, payload: P) => Promise<JobOutcome>,
): JobRunner {
  return {
    kind: name,
    prepare: (payload) => {
      const { data } = schema.safeParse(payload);
      return data && ((claim) => run(claim, data));
    },
  };
}
