/** The bindings of wrangler.toml, and the configuration made of them. */
import { type Config, ConfigError, parseConfig } from '../../kernel/config/config.ts';
import type { FieldError } from '../../kernel/core/errors.ts';
import type { ProgressHub } from './progress-channel.ts';

export interface Bindings {
  readonly ASSETS: Fetcher;
  /** Channels of progress events. Deployed Durable Objects have the names `PROGRESS_HUB` and `ProgressHub`, so they stay. */
  readonly PROGRESS_HUB: DurableObjectNamespace<ProgressHub>;
  /** Cloudflare's pool of connections to PostgreSQL, in place of DATABASE_URL. */
  readonly HYPERDRIVE?: Hyperdrive;
  /** Settings and secrets by name. */
  readonly [name: string]: unknown;
}

/** Throws ConfigError with all errors: wrong settings, and missing settings and bindings that this runtime requires. */
export function parseBindings(bindings: Bindings): Config {
  const settings = {
    ...Object.fromEntries(Object.entries(bindings).filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
    ...hyperdriveSettings(bindings),
  };
  const errors = [...missingBindings(bindings), ...missingSettings(settings)];
  try {
    const config = parseConfig(settings);
    if (errors.length === 0) return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    errors.push(...error.errors.filter(({ path }) => !errors.some((known) => known.path === path)));
  }
  throw new ConfigError(errors);
}

/** The connection to Hyperdrive stays within the machine; Hyperdrive itself uses TLS to the database. */
function hyperdriveSettings({ HYPERDRIVE }: Bindings): Record<string, string> {
  return HYPERDRIVE ? { DATABASE_URL: HYPERDRIVE.connectionString, POSTGRES_SSLMODE: 'disable' } : {};
}

function missingBindings(bindings: Bindings): FieldError[] {
  const missing = (['ASSETS', 'PROGRESS_HUB'] as const).filter((name) => !bindings[name]);
  return missing.map((path) => ({ path, message: 'expected to be bound as in wrangler.toml' }));
}

/** Settings that have a default on Node and none here. */
function missingSettings(settings: Readonly<Record<string, string>>): FieldError[] {
  const errors: FieldError[] = [];
  const expect = (name: string, message: string, met = Boolean(settings[name]?.trim())) => {
    if (!met) errors.push({ path: name, message });
  };
  const database = settings.DATABASE_URL ?? (settings.POSTGRES_SERVER ? 'postgresql:' : '');
  expect(
    'DATABASE_URL',
    'expected a postgresql: or libsql: URL, or the binding HYPERDRIVE: Workers has no file system',
    /^(?:postgres|libsql|https?:)/.test(database),
  );
  expect('PUBLIC_URL', 'expected the URL at which clients reach this service');
  expect('WORKER_URL', 'expected the URL of a worker: Workers cannot start one');
  expect(
    'UPSTASH_REDIS_REST_URL',
    'expected with UPSTASH_REDIS_REST_TOKEN: isolates share no memory, and Workers reaches Redis over REST only',
  );
  expect('JWT_SECRET_KEY', 'expected at least 32 random bytes: Workers generates none');
  const signs = Boolean(settings.WORKER_SIGNING_KEY ?? settings.QSTASH_CURRENT_SIGNING_KEY);
  expect('WORKER_SIGNING_KEY', 'expected the value set on the worker, at least 32 characters', signs);
  return errors;
}
