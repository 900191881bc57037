/** The worker as a child process: started and stopped with the API, and restarted when it exits. */
import { type ChildProcess, spawn } from 'node:child_process';
import manifest from '../../../package.json' with { type: 'json' };
import { programPath } from '../../adapters/package-files.ts';
import type { Log } from '../../kernel/core/log.ts';

/** Seconds before the n-th restart in a row; the last value repeats. */
const BACKOFF_S = [1, 2, 4, 8, 16];
/** After this many milliseconds a worker counts as healthy, and the next exit starts with the first pause. */
const WELL_AFTER_MS = 60_000;

export interface WorkerProcess {
  /** Sends SIGTERM, and SIGKILL if the worker has not exited after `withinMs`. */
  stop(withinMs: number): Promise<void>;
  kill(): void;
}

export interface WorkerProcessOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** Path of the program; the worker's entry point by default. */
  readonly main?: string;
  readonly backoffSeconds?: readonly number[];
}

/**
 * Flags of Node, which bin/server-flags.js passes, too: the young generation in MiB. Measured: a worker with a small library takes
 * 256 MB, and by Node's default 323; an API that took in 1,400 documents 172 MB, and by the default 280. By the variable, glibc gives
 * arrays of a megabyte back when they are freed: a library of 142 MB adds 175 MB to a worker, and 234 without it.
 */
const { serverFlags, serverEnvironment } = manifest;

export function startWorkerProcess({
  env,
  log,
  main = programPath('worker'),
  backoffSeconds = BACKOFF_S,
}: WorkerProcessOptions): WorkerProcess {
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let restarts = 0;
  let stopping = false;

  function start(): void {
    const startedAt = performance.now();
    // In a process group of its own, so that Ctrl-C reaches the API only, which then stops the worker.
    // If the API is killed, the closed IPC channel stops the worker.
    const started = spawn(process.execPath, [...serverFlags, '--enable-source-maps', main], {
      env: { ...serverEnvironment, ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    });
    child = started;
    let over = false;
    const died = (fields: Record<string, unknown>) => {
      if (over) return;
      over = true;
      if (child === started) child = undefined;
      if (stopping) return;
      if (performance.now() - startedAt > WELL_AFTER_MS) restarts = 0;
      const seconds = backoffSeconds[Math.min(restarts, backoffSeconds.length - 1)] ?? 1;
      restarts += 1;
      log.error('worker died', { ...fields, restartInSeconds: seconds });
      timer = setTimeout(start, seconds * 1000);
    };
    started.on('error', (error) => died({ error }));
    started.on('exit', (code, signal) => died({ exitCode: code, signal }));
  }

  function kill(): void {
    stopping = true;
    clearTimeout(timer);
    child?.kill('SIGKILL');
  }

  async function stop(withinMs: number): Promise<void> {
    stopping = true;
    clearTimeout(timer);
    const last = child;
    if (!last) return;
    const gone = new Promise<void>((resolve) => last.once('exit', () => resolve()));
    last.kill('SIGTERM');
    const impatient = setTimeout(() => {
      log.warning('worker did not finish in time and is killed', { afterMs: withinMs });
      last.kill('SIGKILL');
    }, withinMs);
    await gone;
    clearTimeout(impatient);
  }

  start();
  return { stop, kill };
}
