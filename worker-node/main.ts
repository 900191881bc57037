/** The worker's program, run by `npm run worker` or by the API: reads the environment, turns signals and faults into exit codes. */

import { loadDevSecrets } from '../src/adapters/dev-secrets.ts';
import { loadEnvironment } from '../src/adapters/environment.ts';
import { stopOnSignals } from '../src/adapters/stop-signals.ts';
import { parseConfig } from '../src/kernel/config/config.ts';
import { type RunningWorker, startWorker } from './start.ts';

async function configure() {
  const env = loadEnvironment();
  return parseConfig(env, await loadDevSecrets(parseConfig(env)));
}

function exitWithMessage(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

function stopOnEnd(worker: RunningWorker): void {
  const end = stopOnSignals({
    stop: worker.stop,
    failed: (error) => worker.log.error('shutdown failed', { error }),
  });
  // A worker that the API started ends with it, however the API ended.
  if (process.send !== undefined && !process.connected) end();
  else process.on('disconnect', end);
}

function exitOnFaults(worker: RunningWorker): void {
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error) => {
      worker.log.error(fault, { error });
      process.exit(1);
    });
  }
}

// The reader of the output may close it before the worker ends.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

// A worker that waits for its database ends with the API that started it, too.
const abandoned = new AbortController();
process.once('disconnect', () => abandoned.abort(new Error('the API that started this worker has ended')));

try {
  const worker = await startWorker(await configure(), { signal: abandoned.signal });
  stopOnEnd(worker);
  exitOnFaults(worker);
} catch (error) {
  exitWithMessage(error);
}
