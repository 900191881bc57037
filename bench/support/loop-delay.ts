/**
 * Preloaded into every process of a Pharos under measurement (`--import`). In those that serve, and in one that is idle, it
 * writes the event loop's delay since the last signal to `$BENCH_LOOP_DELAYS/<pid>.json` on SIGUSR2.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createHistogram, monitorEventLoopDelay, type RecordableHistogram } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

export interface Milliseconds {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface LoopDelay {
  readonly program: Program;
  /** Counts the signals. */
  readonly reading: number;
  readonly wall: Milliseconds;
  /** Processor time of the thread from turn to turn, which other work on the machine does not lengthen. */
  readonly processor: Milliseconds;
  /** Seconds of processor time since the process began. */
  readonly cpu: number;
}

const PROGRAMS = ['api', 'worker', 'idle'] as const;
export type Program = (typeof PROGRAMS)[number];

/** A histogram's nanoseconds. */
const summaryOf = (histogram: Pick<RecordableHistogram, 'percentile' | 'max'>): Milliseconds => ({
  p50: histogram.percentile(50) / 1e6,
  p99: histogram.percentile(99) / 1e6,
  p999: histogram.percentile(99.9) / 1e6,
  max: histogram.max / 1e6,
});

/** The thread's processor time between two turns of the event loop that are `RESOLUTION_MS` apart, or further. */
function monitorProcessorTime(): RecordableHistogram {
  const histogram = createHistogram();
  let last = process.threadCpuUsage();
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(last);
    last = process.threadCpuUsage();
    histogram.record(Math.max(1, Math.round(1_000 * (user + system))));
  }, RESOLUTION_MS).unref();
  return histogram;
}

const RESOLUTION_MS = 2;
const folder = process.env.BENCH_LOOP_DELAYS;
const program = PROGRAMS.find((name) => name === basename(process.argv[1] ?? '').replace(/\.[jt]s$/, ''));
if (folder !== undefined && program !== undefined && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const processor = monitorProcessorTime();
  const file = join(folder, `${process.pid}.json`);
  let readings = 0;
  const write = () => {
    const { user, system } = process.cpuUsage();
    const found: LoopDelay = {
      program,
      reading: readings++,
      wall: summaryOf(delay),
      processor: summaryOf(processor),
      cpu: (user + system) / 1e6,
    };
    writeFileSync(`${file}.part`, JSON.stringify(found));
    renameSync(`${file}.part`, file);
    delay.reset();
    processor.reset();
  };
  delay.enable();
  process.on('SIGUSR2', write);
  process.on('exit', () => rmSync(file, { force: true }));
  write();
}
