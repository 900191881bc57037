/** The queue of jobs that this worker made itself, where there is no other: its own hands. A full worker leaves them to the API's sweep. */
import { type JobPublisher, PublishError } from '../../src/kernel/jobs/publisher.ts';
import type { JobHandler } from './job-handler.ts';

/** The worker may die with the job in its queue. */
const LOST_AFTER_MS = 30_000;

export function createLocalPublisher(jobs: Pick<JobHandler, 'accept'>): JobPublisher {
  return {
    lostAfterMs: LOST_AFTER_MS,
    publish: async (message) => {
      const accepted = jobs.accept(message);
      if (accepted !== 'accepted') throw new PublishError('busy', `this worker is ${accepted}`);
    },
  };
}
