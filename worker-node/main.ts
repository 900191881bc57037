/** `npm run worker`, and what `npm start` starts beside the API: reads the environment, turns signals and faults into exit codes. */

import { loadDevSecrets } from '../src/adapters/dev-secrets.ts';
import { loadEnvironment } from '../src/adapters/environment.ts';
import { parseConfig } from '../src/kernel/config/config.ts';
import { type RunningWorker, startWorker } from './start.ts';

async function configure() {
  const env = loadEnvironment();
  return parseConfig(env, await loadDevSecrets(parseConfig(env)));
}

function refuse(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

/** A second signal does not wait. */
function onEnd(worker: RunningWorker): void {
  let asked = false;
  const end = () => {
    if (asked) process.exit(1);
    asked = true;
    worker.stop().then(
      () => process.exit(0),
      (error) => {
        worker.log.error('shutdown failed', { error });
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  // Started by the API, the worker goes with it, however the API ended.
  const orphaned = () => {
    if (!asked) end();
  };
  if (process.send !== undefined && !process.connected) orphaned();
  else process.on('disconnect', orphaned);
}

function onFaults(worker: RunningWorker): void {
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error) => {
      worker.log.error(fault, { error });
      process.exit(1);
    });
  }
}

// Whoever read the output may be gone before the worker is.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  const worker = await startWorker(await configure());
  onEnd(worker);
  onFaults(worker);
} catch (error) {
  refuse(error);
}
