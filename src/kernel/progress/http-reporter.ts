/**
 * How the worker tells the API of progress: a signed POST to `/jobs/progress`. At most one request per resource is under
 * way; what is reported meanwhile is merged, the latest state of each stage winning. A report that fails is dropped: the
 * rows are durable, and the tracker compares with them.
 */
import type { Config } from '../config.ts';
import type { ProgressReport } from '../jobs/schemas.ts';
import { SIGNATURE_HEADER, signRequest } from '../jobs/signatures.ts';
import type { Log } from '../log.ts';
import { createOutage } from '../outage.ts';
import type { Clock, Fetch, Ids } from '../ports.ts';

const DEADLINE_MS = 5_000;
const PATH = '/jobs/progress';

export interface ProgressReporter {
  /** Never throws and never waits. */
  report(report: ProgressReport): void;
  /** Resolves when nothing is on its way. */
  flush(): Promise<void>;
}

export interface HttpReporterDependencies {
  readonly config: Pick<Config, 'publicUrl'> & { readonly worker: Pick<Config['worker'], 'signingKeys'> };
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Where the API is reached from here, without a trailing slash; its public URL by default, which is signed in any case. */
  readonly apiUrl?: string;
}

export function createHttpReporter(dependencies: HttpReporterDependencies): ProgressReporter {
  const { config, fetch, clock, ids, log, apiUrl = config.publicUrl } = dependencies;
  const outage = createOutage(log, 'the progress report to the API');
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
