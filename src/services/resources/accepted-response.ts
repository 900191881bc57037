import type { StageStatus } from '../../kernel/model/stages.ts';

/** What is answered for a document that is taken: where to watch it being processed. */
export function toAcceptedResponse(publicUrl: string, { id, status }: { readonly id: string; readonly status: StageStatus }) {
  const progress = `${publicUrl}/resources/${id}/progress`;
  return { id, status, progress_url: progress, events_url: `${progress}/events` };
}
