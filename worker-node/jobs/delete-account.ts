/** Jobs of the kind `account.delete`: remove what a deleted account owned, slice by slice. */
import { DELETE_ACCOUNT } from '../../src/kernel/model/job-kinds.ts';
import { removeSlice } from '../../src/services/accounts/delete-account.ts';
import type { JobRunner } from '../pipeline/job-runner.ts';
import { createPlainJob, type PlainJobDependencies } from '../pipeline/plain-job.ts';

export function createDeleteAccountJob(dependencies: PlainJobDependencies): JobRunner {
  return createPlainJob(dependencies, DELETE_ACCOUNT, async ({ payload, signal, commit }) => {
    do signal.throwIfAborted();
    while (await commit((tx) => removeSlice(tx, payload.user_id)));
  });
}
