/** Maps errors of the embedder to stage errors. */
import { AppError, StageError } from '../../src/kernel/core/errors.ts';

/** Rethrows an AppError as a transient StageError with its message and `retryAfter`; other errors unchanged. */
export function throwAsStageError(error: unknown): never {
  if (!(error instanceof AppError)) throw error;
  const { detail, retryAfter } = error;
  throw new StageError('transient', detail, { cause: error, ...(retryAfter === undefined ? {} : { retryAfter }) });
}
