/** `npm start`: reads the environment, starts everything, and turns signals and faults into exit codes. */

import { loadEnvironment } from '../adapters/environment.ts';
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

function onSignals(running: Running): void {
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (asked) {
        running.kill();
        process.exit(1);
      }
      asked = true;
      running.stop().then(
        () => process.exit(0),
        (error) => {
          running.log.error('shutdown failed', { error });
          running.kill();
          process.exit(1);
        },
      );
    });
  }
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

// Whoever read the output may be gone before the server is.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  const running = await start(await configure(loadEnvironment()));
  onSignals(running);
  onFaults(running);
} catch (error) {
  refuse(error);
}
