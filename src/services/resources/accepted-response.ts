import type { StageStatus } from '../../kernel/model/stages.ts';

/** The result of posting a document. */
export interface CreatedResource {
  readonly id: string;
  readonly status: StageStatus;
  /** `accepted`: this request started a run; `duplicate`: the owner already had this document. */
  readonly outcome: 'accepted' | 'duplicate';
}

/** The body of a 202: the resource and where to follow its progress. */
export function toAcceptedResponse(publicUrl: string, { id, status }: Pick<CreatedResource, 'id' | 'status'>) {
  const progress = `${publicUrl}/resources/${id}/progress`;
  return { id, status, progress_url: progress, events_url: `${progress}/events` };
}
