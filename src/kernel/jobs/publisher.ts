/** The port to the queue that tells a worker of a job. */
import type { JobMessage } from './schemas.ts';

export interface JobPublisher {
  /** Resolves when the queue has taken the message; otherwise rejects, with PublishError where it is known why. */
  publish(message: JobMessage): Promise<void>;
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
