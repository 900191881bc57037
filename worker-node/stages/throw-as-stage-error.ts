/** What the embedder says it cannot do now, as a stage's transient failure. */
import { AppError, StageError } from '../../src/kernel/core/errors.ts';

export function throwAsStageError(error: unknown): never {
  if (!(error instanceof AppError)) throw error;
  const { detail, retryAfter } = error;
  throw new StageError('transient', detail, { cause: error, ...(retryAfter === undefined ? {} : { retryAfter }) });
}
