/** The embedder of the active model, for stages that need it. */
import { AppError } from '../../src/kernel/core/errors.ts';
import { NotForThisWorker } from '../pipeline/not-for-this-worker.ts';

/** Seconds until a job is due again whose active model this worker lacks: another one may take it. */
const NOT_HERE_PAUSE_S = 10;

/** Throws NotForThisWorker where `active` says that this worker does not have the active model. */
export function activeEmbedder<T>({ active }: { active(): T }): T {
  try {
    return active();
  } catch (error) {
    if (error instanceof AppError && error.code === 'unavailable') throw new NotForThisWorker(error.detail, NOT_HERE_PAUSE_S);
    throw error;
  }
}
