/** The log of a Node process, on its standard output. */
import type { Config } from '../kernel/config/config.ts';
import type { Log } from '../kernel/core/log.ts';
import { createLog } from './log.ts';

/** Without LOG_FORMAT a terminal gets readable lines, and everything else JSON. `service` is a field of every line. */
export function createProcessLog({ logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>, service: string): Log {
  return createLog({
    level: logLevel,
    format: logFormat ?? (process.stdout.isTTY ? 'text' : 'json'),
    write: (line) => process.stdout.write(line),
    fields: { service },
  });
}
