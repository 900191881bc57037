/** Classifies what a stage threw. */
import { type FailureClass, StageError } from '../../src/kernel/core/errors.ts';
import { isUnstorable } from '../../src/kernel/db/connection-errors.ts';

export interface StageFailure {
  readonly failure: FailureClass;
  /** Shown to the document's owner. */
  readonly message: string;
  /** Seconds from the origin's `Retry-After`. */
  readonly retryAfter: number | undefined;
}

const INTERNAL_FAULT = 'The server failed to process this document';

const UNSTORABLE =
  'This document holds a value that the database cannot store: it is too long, or has characters that the database lacks. Remove it and send the document again';

/** The owner sees only the message of a StageError. Any other error is internal and counts as transient. */
export function toStageFailure(error: unknown): StageFailure {
  if (error instanceof StageError) return { failure: error.failure, message: error.message, retryAfter: error.retryAfter };
  if (isUnstorable(error)) return { failure: 'permanent', message: UNSTORABLE, retryAfter: undefined };
  return { failure: 'transient', message: INTERNAL_FAULT, retryAfter: undefined };
}
