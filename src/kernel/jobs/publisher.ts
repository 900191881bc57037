/** The port to the queue that delivers jobs to a worker. */
import type { JobMessage } from '../model/job-messages.ts';

export interface JobPublisher {
  /**
   * Resolves once the queue has accepted the message. Rejects otherwise, with PublishError where the queue gave a reason.
   * A queue that supports deduplication delivers messages of one `deduplicationId` once.
   */
  publish(message: Required<JobMessage>, options: { readonly deduplicationId: string }): Promise<void>;
  /** Milliseconds after which a message whose job was not claimed counts as lost. */
  readonly lostAfterMs: number;
}

/** `busy`: retry after `retryAfter` seconds. `refused`: a definite error; retrying at once would fail the same way. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  readonly reason: 'busy' | 'refused';
  readonly retryAfter: number | undefined;

  constructor(reason: 'busy' | 'refused', message: string, retryAfter?: number) {
    super(message);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}
