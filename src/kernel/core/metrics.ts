/** What is counted and timed. Names follow Prometheus: base units, `_total` for counters; labels have few values each. */

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(labels?: Labels, count?: number): void;
}

export interface Timer {
  /** Starts a clock; the returned function stops it and files the seconds under `labels`. */
  start(): (labels?: Labels) => void;
}

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

export interface Metrics {
  /** The same name again is the same metric. */
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  timer(name: string, help: string, labels?: readonly string[]): Timer;
  /** `read` is called whenever the metrics are asked for; a reading that fails is left out. */
  gauge(name: string, help: string, read: () => Reading | Promise<Reading>, labels?: readonly string[]): void;
  /** Undefined where this runtime keeps none. */
  expose(): Promise<Exposition | undefined>;
}

/** One number, or one for each set of labels. */
export type Reading = number | readonly (readonly [labels: Labels, value: number])[];

/** For runtimes whose processes are too short-lived and too many to be asked. */
export const noMetrics: Metrics = {
  counter: () => ({ add: () => {} }),
  timer: () => ({ start: () => () => {} }),
  gauge: () => {},
  expose: async () => undefined,
};
