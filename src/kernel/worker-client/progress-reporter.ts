/**
 * Reports progress from the worker to the API by signed POSTs to `/jobs/progress`. Each resource has at most one request
 * in flight; reports made meanwhile and shortly afterwards are merged, and the latest state of each stage wins. A report that
 * fails is dropped: the stage rows are durable, and the API's tracker reconciles with them.
 */
import type { Config } from '../config/config.ts';
import { createFailureLog } from '../core/failure-log.ts';
import type { Log } from '../core/log.ts';
import type { ProgressReport } from '../model/job-messages.ts';
import { createSignedPost, type SignedPostDependencies } from './signed-post.ts';

const DEADLINE_MS = 5_000;
/** Milliseconds between two requests about a resource: nobody sees more, and each costs both sides as much as a small request. */
const PAUSE_MS = 100;
const PATH = '/jobs/progress';

export interface ProgressReporter {
  /** Sends in the background; returns at once and never throws. */
  report(report: ProgressReport): void;
  /** Resolves when every report was sent. */
  flush(): Promise<void>;
}

export interface ProgressReporterDependencies extends SignedPostDependencies {
  readonly config: Pick<Config, 'publicUrl'> & { readonly worker: Pick<Config['worker'], 'signingKeys'> };
  readonly log: Log;
  /** The API's address as the worker reaches it, without a trailing slash. Default `publicUrl`, which is always signed. */
  readonly apiUrl?: string;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

const timeout = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function createProgressReporter(dependencies: ProgressReporterDependencies): ProgressReporter {
  const { config, log, apiUrl = config.publicUrl, sleep = timeout } = dependencies;
  const signedPost = createSignedPost(dependencies);
  const failures = createFailureLog(log, 'the progress report to the API');
  const pending = new Map<string, ProgressReport['stages']>();
  const inFlight = new Map<string, Promise<void>>();

  async function send(report: ProgressReport): Promise<void> {
    try {
      const response = await signedPost({
        url: `${apiUrl}${PATH}`,
        signedUrl: `${config.publicUrl}${PATH}`,
        body: report,
        deadlineMs: DEADLINE_MS,
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the API responded with status ${response.status}`);
      failures.worked();
    } catch (error) {
      failures.failed(error);
    }
  }

  /** Sends until no report was merged during the last request and the pause after it. */
  async function drain(resourceId: string): Promise<void> {
    for (let stages = pending.get(resourceId); stages; stages = pending.get(resourceId)) {
      pending.delete(resourceId);
      await send({ resource_id: resourceId, stages });
      await sleep(PAUSE_MS);
    }
    inFlight.delete(resourceId);
  }

  return {
    report: ({ resource_id: resourceId, stages }) => {
      pending.set(resourceId, { ...pending.get(resourceId), ...stages });
      if (!inFlight.has(resourceId)) inFlight.set(resourceId, drain(resourceId));
    },
    flush: async () => {
      while (inFlight.size > 0) await Promise.all(inFlight.values());
    },
  };
}
