/** The worker as a child process: started with the API, started again when it dies, stopped with the API. */
import { type ChildProcess, spawn } from 'node:child_process';
import { programPath } from '../../adapters/package-files.ts';
import type { Log } from '../../kernel/core/log.ts';

/** Seconds before the n-th restart in a row. */
const BACKOFF_S = [1, 2, 4, 8, 16];
/** A worker that lived this long was well: the next death starts the backoff anew. */
const WELL_AFTER_MS = 60_000;

export interface WorkerProcess {
  /** Asks the worker to finish; kills it if it has not gone after `withinMs`. */
  stop(withinMs: number): Promise<void>;
  kill(): void;
}

export interface WorkerProcessOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** What to run, for tests; the worker's entry point by default. */
  readonly main?: string;
  readonly backoffSeconds?: readonly number[];
}

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
    const startedAt = Date.now();
    // A group of its own: Ctrl-C in the terminal reaches the API alone, which then asks the worker to finish.
    // Should the API be killed outright, the closed IPC channel tells the worker.
    const started = spawn(process.execPath, ['--enable-source-maps', main], {
      env: { ...env },
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
      if (Date.now() - startedAt > WELL_AFTER_MS) restarts = 0;
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
