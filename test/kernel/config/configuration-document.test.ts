import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { configurationDocument, environmentExample } from '../../../cli/configuration-document.ts';
import { type Environment, parseConfig } from '../../../src/kernel/config/config.ts';
import { defaultOf, expectedOf, type Setting } from '../../../src/kernel/config/setting.ts';
import { SETTINGS } from '../../../src/kernel/config/settings.ts';
import { Secret } from '../../../src/kernel/core/secret.ts';

const settings = Object.entries<Setting>(SETTINGS);
test('expectedOf: a schema without a description is not described', () => {
  expect(expectedOf({ schema: z.string() })).toBe('another value');
});

const withDefault = settings.filter(([, setting]) => setting.default !== undefined);

/** The configuration as JSON, secrets revealed. The replacer reads `this`, since `toJSON` has hidden `value` already. */
const parsed = (env: Environment = {}) =>
  JSON.stringify(parseConfig(env), function (this: Record<string, unknown>, key, value) {
    const original = this[key];
    return original instanceof Secret ? original.reveal() : value;
  });

describe('configuration document', () => {
  test('docs/configuration.md is up to date (npm run docs)', () => {
    expect(readFileSync('docs/configuration.md', 'utf8')).toBe(configurationDocument());
  });

  test('.env.example is up to date (npm run docs)', () => {
    expect(readFileSync('.env.example', 'utf8')).toBe(environmentExample());
  });

  test('docs/configuration.md and .env.example list every setting once', () => {
    for (const [name] of settings) {
      expect(configurationDocument().split(`| \`${name}\` |`), name).toHaveLength(2);
      expect(environmentExample().split(`\n#${name}=\n`), name).toHaveLength(2);
    }
  });
});

describe('settings', () => {
  test.each(settings)('setting %s has a description that is a sentence, and words for what it expects', (_, setting) => {
    expect(setting.description).toMatch(/^[A-Z].*\.$/);
    expect(expectedOf(setting)).toMatch(/^[a-zA-Z]/);
    expect(setting.schema.description).toBeDefined();
  });

  test.each(
    withDefault,
  )('setting %s: its documented default is a valid value that changes nothing when it is set', (name, setting) => {
    expect(setting.schema.parse(defaultOf(setting))).toBe(setting.default);
    expect(parsed({ [name]: defaultOf(setting) })).toBe(parsed());
    // Parts of the connection to a store count only where the store has a host.
    const hosts = { POSTGRES_SERVER: 'h', REDIS_HOST: 'r' };
    expect(parsed({ ...hosts, [name]: defaultOf(setting) })).toBe(parsed(hosts));
  });

  test('settings: defaults that depend on other settings are documented as they are computed', () => {
    const config = parseConfig({
      GOOGLE_CLIENT_ID: 'g',
      GOOGLE_CLIENT_SECRET: 's',
      GITHUB_CLIENT_ID: 'h',
      GITHUB_CLIENT_SECRET: 's',
      OIDC_CLIENT_ID: 'o',
      OIDC_CLIENT_SECRET: 's',
      OIDC_ISSUER: 'https://id.example',
    });
    const documented = (name: keyof typeof SETTINGS) =>
      defaultOf(SETTINGS[name])
        .replace('PUBLIC_URL', config.publicUrl)
        .replace('WORKER_PORT', String(config.worker.port))
        .replace('PORT', String(config.port));
    expect(documented('PUBLIC_URL')).toBe(config.publicUrl);
    expect(documented('WORKER_URL')).toBe(config.worker.url);
    expect(documented('GOOGLE_REDIRECT_URI')).toBe(config.oauth.google?.redirectUri);
    expect(documented('GITHUB_REDIRECT_URI')).toBe(config.oauth.github?.redirectUri);
    expect(documented('OIDC_REDIRECT_URI')).toBe(config.oauth.oidc?.redirectUri);
    expect(documented('HOST')).toBe(`${config.host} in dev, else 0.0.0.0`);
    expect(documented('DATABASE_URL')).toBe('the file pharos.db in DATA_DIR');
    expect(config.database).toEqual({ kind: 'sqlite', path: `${config.dataDir}/pharos.db` });
    expect(documented('CORS_ORIGINS')).toBe(`${config.cors.origins} origins in dev, else none`);
  });
});
