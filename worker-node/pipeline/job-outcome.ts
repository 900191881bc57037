/**
 * The end of one delivery of a job.
 * - `done`: every stage it asked for is completed.
 * - `retry`: a stage failed temporarily or waits for another job; the job is queued again and due in `afterSeconds`.
 * - `dead`: no further attempt is made; `message` is shown to the document's owner.
 * - `skipped`: there was nothing to do: finished, cancelled, superseded, not due yet, or held by another worker.
 * - `released`: the worker is stopping or lost the lease or its database; the job is taken up again elsewhere.
 */
export type JobOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly afterSeconds: number }
  | { readonly kind: 'dead'; readonly message: string }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'released' };
