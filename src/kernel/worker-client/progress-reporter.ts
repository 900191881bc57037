/**
 * How the worker tells the API of progress: a signed POST to `/jobs/progress`. At most one request per resource is under
 * way; what is reported meanwhile is merged, the latest state of each stage winning. A report that fails is dropped: the
 * rows are durable, and the tracker compares with them.
 */
import type { Config } from '../config/config.ts';
import { createFailureLog } from '../core/failure-log.ts';
import type { Log } from '../core/log.ts';
import type { Clock, Fetch, Ids } from '../core/ports.ts';
import type { ProgressReport } from '../model/job-messages.ts';
import { SIGNATURE_HEADER, signRequest } from './signatures.ts';

const DEADLINE_MS = 5_000;
const PATH = '/jobs/progress';

export interface ProgressReporter {
  /** Never throws and never waits. */
  report(report: ProgressReport): void;
  /** Resolves when nothing is on its way. */
  flush(): Promise<void>;
}

export interface ProgressReporterDependencies {
  readonly config: Pick<Config, 'publicUrl'> & { readonly worker: Pick<Config['worker'], 'signingKeys'> };
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Where the API is reached from here, without a trailing slash; its public URL by default, which is signed in any case. */
  readonly apiUrl?: string;
}

export function createProgressReporter(dependencies: ProgressReporterDependencies): ProgressReporter {
  const { config, fetch, clock, ids, log, apiUrl = config.publicUrl } = dependencies;
  const outage = createFailureLog(log, 'the progress report to the API');
  const waiting = new Map<string, ProgressReport['stages']>();
  const sending = new Map<string, Promise<void>>();

  async function send(report: ProgressReport): Promise<void> {
    try {
      const body = JSON.stringify(report);
      const key = config.worker.signingKeys.current;
      const signature = await signRequest({ key, url: `${config.publicUrl}${PATH}`, body, clock, ids });
      const response = await fetch(`${apiUrl}${PATH}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', [SIGNATURE_HEADER]: signature },
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the API answered ${response.status}`);
      outage.worked();
    } catch (error) {
      outage.failed(error);
    }
  }

  /** Sends until nothing has come in while it was sending. */
  async function drain(resourceId: string): Promise<void> {
    for (let stages = waiting.get(resourceId); stages; stages = waiting.get(resourceId)) {
      waiting.delete(resourceId);
      await send({ resource_id: resourceId, stages });
    }
    sending.delete(resourceId);
  }

  return {
    report: ({ resource_id: resourceId, stages }) => {
      waiting.set(resourceId, { ...waiting.get(resourceId), ...stages });
      if (!sending.has(resourceId)) sending.set(resourceId, drain(resourceId));
    },
    flush: async () => {
      while (sending.size > 0) await Promise.all(sending.values());
    },
  };
}
