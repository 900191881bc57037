/** Metrics on Node, in a prom-client registry per call. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, type Metric, Registry } from 'prom-client';
import type { Metrics } from '../kernel/core/metrics.ts';

/** Upper bounds in seconds, from a response out of memory to one that a user no longer waits for. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** `process` adds memory, CPU, garbage collection and event-loop delay of this process. */
export function createMetrics({ process: ofProcess = false } = {}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (ofProcess) collectDefaultMetrics({ register: registry });

  const known = <T extends Metric>(name: string, make: () => T): T => (registry.getSingleMetric(name) as T | undefined) ?? make();

  return {
    counter: (name, help, labelNames = []) => {
      const counter = known(name, () => new Counter({ name, help, labelNames, registers }));
      // A counter that starts at 0 has a rate from the first increment.
      if (labelNames.length === 0) counter.inc(0);
      return { add: (labels = {}, count = 1) => counter.inc(labels, count) };
    },
    timer: (name, help, labelNames = []) => {
      const histogram = known(name, () => new Histogram({ name, help, labelNames, registers, buckets: BUCKETS }));
      return {
        start: () => {
          const started = performance.now();
          return (labels = {}) => histogram.observe(labels, (performance.now() - started) / 1000);
        },
      };
    },
    gauge: (name, help, read, labelNames = []) => {
      registry.removeSingleMetric(name);
      new Gauge({
        name,
        help,
        labelNames,
        registers,
        async collect() {
          this.reset();
          try {
            const reading = await read();
            if (typeof reading === 'number') this.set(reading);
            else for (const [labels, value] of reading) this.set(labels, value);
          } catch {
            // A gauge whose source fails has no value, not even 0. Other metrics are not affected.
            if (labelNames.length === 0) this.remove();
          }
        },
      });
    },
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
