/** Takes jobs by id, from whichever queue, and runs a bounded number of them at once. */

/**
 * How one delivery of a job ended.
 * - `done`: every stage it asked for is completed.
 * - `retry`: a stage failed for now; the job is queued again and due in `afterSeconds`.
 * - `dead`: it will not be tried again; `message` is what its owner reads.
 * - `skipped`: nothing to do here: finished, cancelled, not due yet, or another worker holds it.
 * - `released`: the worker is stopping (or the lease was lost) and somebody else goes on with it.
 */
export type JobOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly afterSeconds: number }
  | { readonly kind: 'dead'; readonly message: string }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'released' };

/** `full`: the queue holds all it may, try again in a few seconds. `stopping`: this worker takes no more. */
export type Refusal = 'full' | 'stopping';

export interface JobHandler {
  /** Queues the job and answers at once (`Prefer: respond-async`). A job that is already here is accepted again. */
  accept(jobId: string): 'accepted' | Refusal;
  /** Queues the job and resolves when it ended (QStash wants the result). Never rejects for a failed stage. */
  run(jobId: string): Promise<JobOutcome | Refusal>;
  /** Takes nothing new, waits up to `withinMs` for what runs, then interrupts it and gives the leases back. */
  drain(withinMs: number): Promise<void>;
  state(): { readonly running: number; readonly queued: number; readonly stopping: boolean };
}
