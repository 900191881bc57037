/** The metrics port. Names follow Prometheus: base units, `_total` for counters, labels with few values. */

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(labels?: Labels, count?: number): void;
}

export interface Timer {
  /** Starts a stopwatch; the returned function stops it and records the seconds under `labels`. */
  start(): (labels?: Labels) => void;
}

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

export interface Metrics {
  /** A name that is already registered returns the same metric. */
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  timer(name: string, help: string, labels?: readonly string[]): Timer;
  /** `read` is called on every exposition; if it fails, the gauge is left out. */
  gauge(name: string, help: string, read: () => Reading | Promise<Reading>, labels?: readonly string[]): void;
  /** Undefined on a runtime without metrics. */
  expose(): Promise<Exposition | undefined>;
}

/** A number, or a number for each set of labels. */
export type Reading = number | readonly (readonly [labels: Labels, value: number])[];

/** For runtimes whose processes are too many and too short-lived to be scraped. */
export const noMetrics: Metrics = {
  counter: () => ({ add: () => {} }),
  timer: () => ({ start: () => () => {} }),
  gauge: () => {},
  expose: async () => undefined,
};
