/** A claimed processing job. */
import type { ProcessPayload } from '../../src/kernel/model/job-kinds.ts';
import type { Stage, StageStates } from '../../src/kernel/model/stages.ts';
import type { Claim } from '../pipeline/job-runner.ts';

export interface ClaimedProcess extends Claim {
  readonly payload: ProcessPayload;
  readonly resourceId: string;
}

/** The stages the job has to run: those it names, except where a later run of the resource requested the stage again. */
export function stagesOfJob({ payload }: Pick<ClaimedProcess, 'payload'>, states: StageStates): Stage[] {
  return payload.stages.filter((stage) => states[stage].run === payload.run);
}
