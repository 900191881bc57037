/** The API on Node (`npm start`): reads the environment, starts everything, and turns signals and faults into exit codes. */

import { loadEnvironment } from '../adapters/environment.ts';
import { stopOnSignals } from '../adapters/stop-signals.ts';
import { ConfigError } from '../kernel/config/config.ts';
import { configure } from './node/configuration.ts';
import { type Running, start } from './node/start.ts';

function refuse(error: unknown): never {
  const lines =
    error instanceof ConfigError
      ? error.errors.map(({ path, message }) => `${path}: ${message}`)
      : [error instanceof Error ? error.message : String(error)];
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(1);
}

function onFaults(running: Running): void {
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error) => {
      running.log.error(fault, { error });
      running.kill();
      process.exit(1);
    });
  }
}

// The reader of the output may go before the server does.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  const running = await start(await configure(loadEnvironment()));
  stopOnSignals({
    stop: running.stop,
    failed: (error) => running.log.error('shutdown failed', { error }),
    kill: running.kill,
  });
  onFaults(running);
} catch (error) {
  refuse(error);
}
