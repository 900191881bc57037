/** `pharos doctor`: checks an installation and says what to do. */
import { existsSync } from 'node:fs';
import { loadEnvironment } from '../../src/adapters/environment.ts';
import { createLog } from '../../src/adapters/log.ts';
import { type OpenDatabase, openDatabase } from '../../src/adapters/open-database.ts';
import { systemClock as clock } from '../../src/adapters/system-clock.ts';
import { type Config, ConfigError, parseConfig } from '../../src/kernel/config/config.ts';
import type { Command } from '../command.ts';
import { type Finding, failed, ok, type Patient } from '../doctor/check.ts';
import { CHECKS } from '../doctor/checks.ts';

type Named = Finding & { readonly check: string };

export const doctor: Command = {
  details: 'One line a check: ok, warning, failed or skipped. The exit code is 1 if a check failed. Changes nothing.',
  options: { json: { description: 'prints the checks as JSON' } },
  run: async ({ options, terminal }) => {
    const findings = await examine();
    if (options.json !== undefined) terminal.print(JSON.stringify({ checks: findings }, undefined, 2));
    else for (const { check, status, message } of findings) terminal.print(`${status.padEnd(8)} ${check}: ${message}`);
    const bad = findings.filter(({ status }) => status === 'failed').length;
    if (bad > 0) throw new Error(`${bad} of ${findings.length} checks failed`);
  },
};

async function examine(): Promise<Named[]> {
  let config: Config;
  try {
    config = parseConfig(loadEnvironment());
  } catch (error) {
    if (error instanceof ConfigError) return [{ check: 'configuration', ...failed(oneLine(error.message)) }];
    throw error;
  }
  const findings: Named[] = [{ check: 'configuration', ...ok(`ENV=${config.env}, data in ${config.dataDir}`) }];
  const { patient, close } = admit(config);
  try {
    for (const { name, run } of CHECKS) {
      const finding = await run(patient).catch((error: unknown) =>
        failed(oneLine(error instanceof Error ? error.message : String(error))),
      );
      findings.push({ check: name, ...finding });
    }
  } finally {
    await close();
  }
  return findings;
}

const oneLine = (message: string) =>
  message
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('; ');

function admit(config: Config): { patient: Patient; close: () => Promise<void> } {
  let opening: Promise<OpenDatabase | undefined> | undefined;
  const missing = config.database.kind === 'sqlite' && !existsSync(config.database.path);
  return {
    patient: {
      config,
      database: () => (opening ??= missing ? Promise.resolve(undefined) : openDatabase(config)),
      fetch,
      clock,
      log: createLog({ level: 'error', write: () => undefined }),
    },
    close: async () => {
      const opened = await opening?.catch(() => undefined);
      await opened?.close();
    },
  };
}
