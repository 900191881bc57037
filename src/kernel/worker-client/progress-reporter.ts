/**
 * Reports progress from the worker to the API by signed POSTs to `/jobs/progress`. One request is in flight at a time; reports
 * made meanwhile and shortly afterwards, about any resources, go together, and the latest state of each stage wins. A report
 * that fails is dropped: the stage rows are durable, and the API's tracker reconciles with them.
 */
import type { Config } from '../config/config.ts';
import { createFailureLog } from '../core/failure-log.ts';
import type { Log } from '../core/log.ts';
import { MAX_REPORTS, type ProgressReport, type ProgressReports } from '../model/job-messages.ts';
import { createSignedPost, type SignedPostDependencies } from './signed-post.ts';

const DEADLINE_MS = 5_000;
/** Milliseconds between two requests: a person sees no more, and a signed request costs both sides more than all that it carries. */
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
  let sending: Promise<void> | undefined;

  async function send(body: ProgressReports): Promise<void> {
    try {
      const response = await signedPost({
        url: `${apiUrl}${PATH}`,
        signedUrl: `${config.publicUrl}${PATH}`,
        body,
        deadlineMs: DEADLINE_MS,
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the API responded with status ${response.status}`);
      failures.worked();
    } catch (error) {
      failures.failed(error);
    }
  }

  /** The reports that have waited longest, removed from those that wait. */
  function take(): ProgressReport[] {
    const taken = [...pending].slice(0, MAX_REPORTS);
    for (const [resourceId] of taken) pending.delete(resourceId);
    return taken.map(([resourceId, stages]) => ({ resource_id: resourceId, stages }));
  }

  /** Sends until nothing was reported during the last request and the pause after it. */
  async function drain(): Promise<void> {
    for (let [first, ...more] = take(); first; [first, ...more] = take()) {
      await send({ ...first, ...(more.length > 0 ? { more } : {}) });
      // More than one request can carry does not wait.
      if (pending.size < MAX_REPORTS) await sleep(PAUSE_MS);
    }
    sending = undefined;
  }

  return {
    report: ({ resource_id: resourceId, stages }) => {
      pending.set(resourceId, { ...pending.get(resourceId), ...stages });
      sending ??= drain();
    },
    flush: async () => {
      while (sending) await sending;
    },
  };
}
