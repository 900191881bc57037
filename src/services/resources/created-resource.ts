import type { StageStatus } from '../../kernel/model/stages.ts';

/** What is answered to a posted document. */
export interface CreatedResource {
  readonly id: string;
  readonly status: StageStatus;
  /** `accepted`: work was started for this request; `duplicate`: the owner had this document already. */
  readonly outcome: 'accepted' | 'duplicate';
}
