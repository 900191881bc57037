/** A job together with the lease that this worker holds on it. */
import type { Lease } from '../../src/kernel/db/leases.ts';
import type { Job } from '../../src/kernel/db/types.ts';
import type { Stage, StageStates } from '../../src/kernel/model/stages.ts';
import type { FencedWriter } from './fenced-writer.ts';

export interface ClaimedJob {
  readonly job: Job;
  readonly resourceId: string;
  readonly lease: Lease;
  readonly writer: FencedWriter;
  /** Fires when the lease is lost or the worker stops. */
  readonly signal: AbortSignal;
}

/** The stages the job has to run: those it names, except where a later run of the resource requested the stage again. */
export function stagesOfJob({ payload }: Job, states: StageStates): Stage[] {
  return payload.stages.filter((stage) => states[stage].run === payload.run);
}
