/** `npm run worker`, beside an API that knows it by its address. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../support/checkout.ts';
import { unusedPort } from './unused-port.ts';

export interface LoneWorker {
  readonly url: string;
  /** Libraries in its memory. */
  libraries(): Promise<number>;
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Starts again after SIGKILL, at the same address. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startLoneWorker(folder: string, settings: Readonly<Record<string, string>>): Promise<LoneWorker> {
  const port = await unusedPort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, LOG_LEVEL: 'error', ...settings, DATA_DIR: folder, WORKER_PORT: String(port), WORKER_URL: url };
  const launch = () =>
    spawn(join(ROOT, 'node_modules/.bin/node'), [join(ROOT, 'bin/worker.js')], { env, cwd: folder, stdio: 'ignore' });
  const health = async () =>
    (await (await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) })).json()) as {
      status: string;
      search: { libraries: number };
    };
  let child = launch();
  process.once('exit', () => child.kill('SIGKILL'));

  async function untilHealthy(): Promise<void> {
    for (let tries = 0; tries < 600; tries++, await sleep(100))
      if ((await health().catch(() => undefined))?.status === 'ok') return;
    throw new Error('the worker did not start');
  }

  await untilHealthy();
  return {
    url,
    libraries: async () => (await health()).search.libraries,
    signal: (signal) => void child.kill(signal),
    start: async () => {
      child = launch();
      await untilHealthy();
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
