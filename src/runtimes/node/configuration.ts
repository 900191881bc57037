/** Turns the environment into a Config. A port of 0 is replaced by a free one. */

import { loadDevSecrets } from '../../adapters/dev-secrets.ts';
import { freePort } from '../../adapters/listen.ts';
import { findModel, modelPlaces } from '../../adapters/model-folder.ts';
import { type Config, type Environment, parseConfig } from '../../kernel/config/config.ts';

export interface Configuration {
  readonly config: Config;
  /** Environment of the worker process: the same settings, with the chosen ports. */
  readonly env: Environment;
}

/** Throws ConfigError before a port is opened or a file is written. */
export async function configure(given: Environment): Promise<Configuration> {
  const first = parseConfig(given);
  // The worker refuses a missing model as well, but only after the API has opened its port.
  if (!first.worker.external) findModel(first.embedding, modelPlaces(first.dataDir));
  const ports: Record<string, string> = {};
  if (first.port === 0) ports.PORT = String(await freePort(first.host));
  if (first.worker.port === 0) ports.WORKER_PORT = String(await freePort('127.0.0.1'));
  const env = { ...given, ...ports };
  return { config: parseConfig(env, await loadDevSecrets(first)), env };
}
