import { type Config, parseConfig } from '../../src/kernel/config.ts';

/** A development configuration with secrets of its own, and whatever `env` says. */
export const testConfig = (env: Readonly<Record<string, string>> = {}): Config =>
  parseConfig({ ENV: 'dev', ...env }, { jwtSecret: 'j'.repeat(48), workerSigningKey: 'w'.repeat(48) });
