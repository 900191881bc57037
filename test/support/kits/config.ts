import { type Config, parseConfig } from '../../../src/kernel/config/config.ts';

/** Limits that no test meets unless it is about them. */
const UNLIMITED = Object.fromEntries(
  ['FREE_TIER', 'PREMIUM_TIER', 'ANONYMOUS_TIER', 'LOGIN_FAILURES', 'REGISTRATIONS'].map((name) => [
    `RATE_LIMIT_${name}`,
    '90000',
  ]),
);

/** A development configuration with its own secrets; `env` overrides its settings. */
export const testConfig = (env: Readonly<Record<string, string>> = {}): Config =>
  parseConfig({ ENV: 'dev', ...UNLIMITED, ...env }, { jwtSecret: 'j'.repeat(48), workerSigningKey: 'w'.repeat(48) });
