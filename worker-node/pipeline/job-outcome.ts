/**
 * How one delivery of a job ended.
 * - `done`: every stage it asked for is completed.
 * - `retry`: a stage failed for now, or waits for another job; it is queued again and due in `afterSeconds`.
 * - `dead`: it will not be tried again; `message` is what the document's owner reads.
 * - `skipped`: nothing to do here: finished, cancelled, superseded, not due yet, or another worker holds it.
 * - `released`: the worker is stopping, or lost the lease, or its database; somebody else goes on with it.
 */
export type JobOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly afterSeconds: number }
  | { readonly kind: 'dead'; readonly message: string }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'released' };
