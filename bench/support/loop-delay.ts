/**
 * Preloaded into every process of a Pharos under measurement (`--import`): on SIGUSR2 it writes the event loop's delay since
 * the last signal to `$BENCH_LOOP_DELAYS/<pid>.json`.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

export interface LoopDelay {
  readonly program: string;
  /** Counts the signals. */
  readonly reading: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Seconds of processor time since the process began. */
  readonly cpu: number;
}

const folder = process.env.BENCH_LOOP_DELAYS;
if (folder !== undefined && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: 2 });
  const ms = (nanoseconds: number) => nanoseconds / 1e6;
  const file = join(folder, `${process.pid}.json`);
  let readings = 0;
  const write = () => {
    const { user, system } = process.cpuUsage();
    const found: LoopDelay = {
      program: basename(process.argv[1] ?? '').replace(/\.[jt]s$/, ''),
      reading: readings++,
      p50: ms(delay.percentile(50)),
      p99: ms(delay.percentile(99)),
      max: ms(delay.max),
      cpu: (user + system) / 1e6,
    };
    writeFileSync(`${file}.part`, JSON.stringify(found));
    renameSync(`${file}.part`, file);
    delay.reset();
  };
  delay.enable();
  process.on('SIGUSR2', write);
  process.on('exit', () => rmSync(file, { force: true }));
  write();
}
