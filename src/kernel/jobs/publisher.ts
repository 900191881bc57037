/** The port to the queue that tells a worker of a job. */
import type { JobMessage } from '../model/job-messages.ts';

export interface JobPublisher {
  /**
   * Resolves when the queue has taken the message; otherwise rejects, with PublishError where it is known why. A queue that
   * can tell delivers messages of one `deduplicationId` once.
   */
  publish(message: Required<JobMessage>, options: { readonly deduplicationId: string }): Promise<void>;
  /** After how long a message whose job nobody took counts as lost, in ms. */
  readonly lostAfterMs: number;
}

/** `busy`: come back after `retryAfter` seconds. `refused`: it was answered and will hardly be answered otherwise next second. */
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
