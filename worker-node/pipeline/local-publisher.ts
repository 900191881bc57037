/** Publishes jobs to the handler of this process, without HTTP. Jobs it has no room for wait for the API's sweep. */
import { type JobPublisher, PublishError } from '../../src/kernel/jobs/publisher.ts';
import type { JobHandler } from './job-handler.ts';

/** Milliseconds after which a published job that was not claimed counts as lost, as when the worker died. */
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
