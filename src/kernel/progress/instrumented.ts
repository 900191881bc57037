/** Adds metrics to a tracker: durations of reads and writes, degraded reads, and open subscriptions. */
import type { Metrics } from '../core/metrics.ts';
import type { ProgressTracker } from './tracker.ts';

export function instrumentProgress(tracker: ProgressTracker, metrics: Metrics): ProgressTracker {
  const duration = metrics.timer('pharos_progress_duration_seconds', 'Reads and writes of progress', ['operation']);
  const degraded = metrics.counter('pharos_progress_degraded_total', 'Reads of progress answered by the database alone');
  let listeners = 0;
  metrics.gauge('pharos_progress_listeners', 'Listeners to the progress of a resource, in this process', () => listeners);

  async function timed<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const stop = duration.start();
    try {
      return await work();
    } finally {
      stop({ operation });
    }
  }

  return {
    begin: (resourceId, states) => timed('begin', () => tracker.begin(resourceId, states)),
    report: (report) => timed('report', () => tracker.report(report)),
    read: async (resourceId) => {
      const record = await timed('read', () => tracker.read(resourceId));
      if (record?.degraded) degraded.add();
      return record;
    },
    subscribe: (resourceId, listener) => {
      listeners += 1;
      const stop = tracker.subscribe(resourceId, listener);
      let open = true;
      return () => {
        if (open) listeners -= 1;
        open = false;
        stop();
      };
    },
    forget: (resourceId) => tracker.forget(resourceId),
  };
}
