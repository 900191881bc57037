/** What wrangler.toml binds, and the configuration in it. */
import { type Config, ConfigError, parseConfig } from '../../kernel/config/config.ts';
import type { FieldError } from '../../kernel/core/errors.ts';
import type { ProgressHub } from './progress-channel.ts';

export interface Bindings {
  readonly ASSETS: Fetcher;
  readonly PROGRESS_HUB: DurableObjectNamespace<ProgressHub>;
  /** A pool of connections to PostgreSQL, kept by Cloudflare; in place of DATABASE_URL. */
  readonly HYPERDRIVE?: Hyperdrive;
  /** Settings and secrets, by their names. */
  readonly [name: string]: unknown;
}

/** Throws ConfigError with all that is wrong: settings, and what this runtime cannot do without. */
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

/** From here to Hyperdrive nothing leaves the machine; TLS to the database is Hyperdrive's own. */
function hyperdriveSettings({ HYPERDRIVE }: Bindings): Record<string, string> {
  return HYPERDRIVE ? { DATABASE_URL: HYPERDRIVE.connectionString, POSTGRES_SSLMODE: 'disable' } : {};
}

function missingBindings(bindings: Bindings): FieldError[] {
  const missing = (['ASSETS', 'PROGRESS_HUB'] as const).filter((name) => !bindings[name]);
  return missing.map((path) => ({ path, message: 'expected to be bound as in wrangler.toml' }));
}

/** What has a default elsewhere, and none here. */
function missingSettings(settings: Readonly<Record<string, string>>): FieldError[] {
  const errors: FieldError[] = [];
  const expect = (name: string, message: string, met = Boolean(settings[name]?.trim())) => {
    if (!met) errors.push({ path: name, message });
  };
  const database = settings.DATABASE_URL ?? (settings.POSTGRES_SERVER ? 'postgresql:' : '');
  expect(
    'DATABASE_URL',
    'expected a postgresql: or libsql: URL, or the binding HYPERDRIVE: Workers has no files',
    /^(?:postgres|libsql|https?:)/.test(database),
  );
  expect('PUBLIC_URL', 'expected the URL clients reach this service at');
  expect('WORKER_URL', 'expected the address of a worker: none is started alongside');
  expect(
    'UPSTASH_REDIS_REST_URL',
    'expected with UPSTASH_REDIS_REST_TOKEN: isolates share no memory, and Redis is reached over REST alone',
  );
  expect('JWT_SECRET_KEY', 'expected at least 32 bytes of randomness: none is generated here');
  const signs = Boolean(settings.WORKER_SIGNING_KEY ?? settings.QSTASH_CURRENT_SIGNING_KEY);
  expect('WORKER_SIGNING_KEY', 'expected the same as that of the worker, at least 32 characters', signs);
  return errors;
}
