/** What a thrown value means for the stage that threw it. */
import { type FailureClass, StageError } from '../../src/kernel/core/errors.ts';

export interface StageFailure {
  readonly failure: FailureClass;
  /** Fit for the document's owner. */
  readonly message: string;
  /** Seconds the origin asked for. */
  readonly retryAfter: number | undefined;
}

const INTERNAL_FAULT = 'Something went wrong on our side while working on this document';

/** Only a StageError speaks to the owner; anything else is a fault of ours, which may have passed by the next attempt. */
export function toStageFailure(error: unknown): StageFailure {
  if (error instanceof StageError) return { failure: error.failure, message: error.message, retryAfter: error.retryAfter };
  return { failure: 'transient', message: INTERNAL_FAULT, retryAfter: undefined };
}
