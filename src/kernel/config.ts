/** raw environment -> validated, nested Config. Never reads the environment itself; never shows a secret. */

import { SETTINGS, type SettingName } from './config-schema.ts';
import type { DatabaseConfig } from './config-urls.ts';
import { buildPostgresUrl, buildRedisUrl, parseDatabaseUrl } from './config-urls.ts';
import type { FieldError } from './errors.ts';
import type { LogLevel } from './log.ts';
import { Secret } from './secret.ts';

export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret: Secret<string>;
  readonly redirectUri: string;
}

/** Units per period; undefined: no such limit. `perMinute` 0 is unlimited (admins only). */
export interface TierLimits {
  readonly perMinute: number;
  readonly perHour?: number;
  readonly perDay?: number;
}

export interface Config {
  readonly env: 'dev' | 'staging' | 'prod';
  readonly testMode: boolean;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly logLevel: LogLevel;
  readonly trustedProxyHops: number;
  readonly cors: { readonly origins: '*' | readonly string[] };
  readonly database: DatabaseConfig;
  readonly auth: {
    readonly algorithm: 'HS256' | 'ES256' | 'EdDSA';
    readonly secret: Secret<string>;
    readonly previousSecret?: Secret<string>;
    readonly privateKey?: Secret<string>;
    readonly issuer: string;
    readonly audience: string;
    readonly accessTokenSeconds: number;
    readonly refreshTokenSeconds: number;
    readonly masterKey?: Secret<string>;
    readonly previousMasterKey?: Secret<string>;
    readonly registration: 'open' | 'closed';
  };
  readonly oauth: {
    readonly google?: OAuthClient;
    readonly github?: OAuthClient;
    readonly oidc?: OAuthClient & { readonly issuer: string };
  };
  readonly limits: {
    readonly free: TierLimits;
    readonly premium: TierLimits;
    readonly admin: TierLimits;
    readonly anonymousPerMinute: number;
    readonly loginFailures: number;
    readonly registrationsPerHour: number;
  };
  readonly kv:
    | { readonly kind: 'memory' }
    | { readonly kind: 'redis'; readonly url: Secret<string> }
    | { readonly kind: 'upstash'; readonly url: string; readonly token: Secret<string> };
  readonly queue: { readonly kind: 'http' } | { readonly kind: 'qstash'; readonly token: Secret<string>; readonly url?: string };
  readonly worker: {
    readonly url: string;
    readonly port: number;
    /** It runs elsewhere: `npm start` starts none. */
    readonly external: boolean;
    readonly signingKeys: { readonly current: Secret<string>; readonly next?: Secret<string> };
  };
  readonly embedding: { readonly model: string };
  readonly ingest: { readonly allowAddresses: readonly string[] };
  readonly mail: { readonly smtpUrl?: Secret<string> };
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What an entry point generated for development. */
export interface Generated {
  readonly jwtSecret?: string;
  readonly workerSigningKey?: string;
}

/** All that is wrong with a configuration at once. Messages name settings and what was expected, never a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    super(errors.map(({ path, message }) => `${path}: ${message}`).join('\n'));
    this.errors = errors;
  }
}

/** Defaults that were published with the predecessor: everybody knows them. */
const PUBLISHED_SECRETS = new Set([
  'change-this-secret-key-in-production',
  'your-secret-key-change-in-production',
  'changeme',
  'secret',
]);
const MIN_SECRET_BYTES = 32;

type Parsed = { readonly [K in SettingName]: (typeof SETTINGS)[K]['schema']['_output'] | undefined };

/** Throws ConfigError with every field that is wrong. An empty value counts as unset. */
export function parseConfig(env: Environment, generated: Generated = {}): Config {
  const errors: FieldError[] = [];
  const refuse = (path: SettingName, message: string) => {
    errors.push({ path, message });
  };
  const raw = parseEach(env, refuse);
  const stage = raw.ENV ?? 'dev';
  const dev = stage === 'dev';
  const port = raw.PORT ?? 8000;
  const workerPort = raw.WORKER_PORT ?? 8001;
  const dataDir = raw.DATA_DIR ?? 'data';
  const publicUrl = raw.PUBLIC_URL ?? `http://localhost:${port}`;

  if (raw.TEST_MODE && stage === 'prod')
    refuse('TEST_MODE', 'expected to be unset with ENV=prod: it lets everybody in as an admin');
  if (stage === 'prod' && raw.PUBLIC_URL === undefined)
    refuse('PUBLIC_URL', 'expected the URL clients reach this service at, with ENV=prod');
  const secret = jwtSecret(raw, dev, generated, refuse);
  const signing = signingKeys(raw, dev, generated, refuse);
  const algorithm = raw.JWT_ALGORITHM ?? 'HS256';
  if (algorithm !== 'HS256' && raw.JWT_PRIVATE_KEY === undefined)
    refuse('JWT_PRIVATE_KEY', `expected a PKCS #8 private key in PEM with JWT_ALGORITHM=${algorithm}`);
  const google = oauthClient(raw, 'GOOGLE', publicUrl, refuse);
  const github = oauthClient(raw, 'GITHUB', publicUrl, refuse);
  const oidc = oauthClient(raw, 'OIDC', publicUrl, refuse);
  if (oidc && raw.OIDC_ISSUER === undefined) refuse('OIDC_ISSUER', 'expected the issuer URL beside OIDC_CLIENT_ID');
  if (!oidc && raw.OIDC_ISSUER !== undefined && !raw.OIDC_CLIENT_SECRET) refuse('OIDC_CLIENT_ID', 'expected beside OIDC_ISSUER');
  const kv = keyValueStore(raw, refuse);
  const database = databaseOf(raw, dataDir, refuse);
  if (errors.length > 0 || !database) throw new ConfigError(errors);

  return {
    env: stage,
    testMode: raw.TEST_MODE ?? false,
    dataDir,
    host: raw.HOST ?? (dev ? '127.0.0.1' : '0.0.0.0'),
    port,
    publicUrl,
    logLevel: raw.LOG_LEVEL ?? 'info',
    trustedProxyHops: raw.TRUSTED_PROXY_HOPS ?? 0,
    cors: { origins: corsOrigins(raw.CORS_ORIGINS, dev) },
    database,
    auth: {
      algorithm,
      secret: new Secret(secret),
      ...optional('previousSecret', raw.JWT_SECRET_KEY_PREVIOUS),
      ...optional('privateKey', raw.JWT_PRIVATE_KEY),
      issuer: publicUrl,
      audience: publicUrl,
      accessTokenSeconds: (raw.JWT_ACCESS_TOKEN_EXPIRE_MINUTES ?? 30) * 60,
      refreshTokenSeconds: (raw.JWT_REFRESH_TOKEN_EXPIRE_DAYS ?? 7) * 86_400,
      ...optional('masterKey', raw.MASTER_API_KEY),
      ...optional('previousMasterKey', raw.MASTER_API_KEY_PREVIOUS),
      registration: raw.REGISTRATION ?? 'open',
    },
    oauth: {
      ...(google ? { google } : {}),
      ...(github ? { github } : {}),
      ...(oidc && raw.OIDC_ISSUER !== undefined ? { oidc: { ...oidc, issuer: raw.OIDC_ISSUER } } : {}),
    },
    limits: {
      free: tier(raw.RATE_LIMIT_FREE_TIER ?? 100, raw.RATE_LIMIT_FREE_HOUR, raw.RATE_LIMIT_FREE_DAY),
      premium: tier(raw.RATE_LIMIT_PREMIUM_TIER ?? 1000, raw.RATE_LIMIT_PREMIUM_HOUR, raw.RATE_LIMIT_PREMIUM_DAY),
      admin: tier(raw.RATE_LIMIT_ADMIN_TIER ?? 0),
      anonymousPerMinute: raw.RATE_LIMIT_ANONYMOUS_TIER ?? 120,
      loginFailures: raw.RATE_LIMIT_LOGIN_FAILURES ?? 10,
      registrationsPerHour: raw.RATE_LIMIT_REGISTRATIONS ?? 20,
    },
    kv,
    queue: raw.QSTASH_TOKEN
      ? { kind: 'qstash', token: new Secret(raw.QSTASH_TOKEN), ...(raw.QSTASH_URL ? { url: raw.QSTASH_URL } : {}) }
      : { kind: 'http' },
    worker: {
      url: raw.WORKER_URL ?? `http://127.0.0.1:${workerPort}`,
      port: workerPort,
      external: raw.WORKER_URL !== undefined,
      signingKeys: signing,
    },
    embedding: { model: raw.EMBEDDING_MODEL ?? 'pharos-static-192' },
    ingest: { allowAddresses: raw.INGEST_ALLOW_ADDRESSES ?? [] },
    mail: { ...optional('smtpUrl', raw.SMTP_URL) },
  };
}

type Refuse = (path: SettingName, message: string) => void;

const present = (value: string | undefined) => (value?.trim() ? value.trim() : undefined);

function parseEach(env: Environment, refuse: Refuse): Parsed {
  const names = Object.keys(SETTINGS) as SettingName[];
  const entries = names.map((name) => {
    const { schema, expected, aliases = [] } = SETTINGS[name] as (typeof SETTINGS)[SettingName] & { aliases?: readonly string[] };
    const value = [name, ...aliases].map((key) => present(env[key])).find((found) => found !== undefined);
    if (value === undefined) return [name, undefined];
    const result = schema.safeParse(value);
    if (!result.success) refuse(name, `expected ${expected}`);
    return [name, result.data];
  });
  return Object.fromEntries(entries) as Parsed;
}

const bytes = (value: string) => new TextEncoder().encode(value).length;

function jwtSecret(raw: Parsed, dev: boolean, { jwtSecret: generated = '' }: Generated, refuse: Refuse): string {
  const given = raw.JWT_SECRET_KEY;
  if (given === undefined || PUBLISHED_SECRETS.has(given.toLowerCase())) {
    if (!dev)
      refuse(
        'JWT_SECRET_KEY',
        `expected ${given === undefined ? '' : 'a secret of your own, not the published default: '}at least 32 bytes of randomness`,
      );
    return generated;
  }
  if (bytes(given) < MIN_SECRET_BYTES) refuse('JWT_SECRET_KEY', 'expected at least 32 bytes of randomness');
  return given;
}

function signingKeys(
  raw: Parsed,
  dev: boolean,
  { workerSigningKey: generated = '' }: Generated,
  refuse: Refuse,
): Config['worker']['signingKeys'] {
  const { QSTASH_CURRENT_SIGNING_KEY: current, QSTASH_NEXT_SIGNING_KEY: next, WORKER_SIGNING_KEY: own } = raw;
  if (raw.QSTASH_TOKEN !== undefined && current === undefined)
    refuse('QSTASH_CURRENT_SIGNING_KEY', 'expected beside QSTASH_TOKEN');
  if (next !== undefined && current === undefined)
    refuse('QSTASH_CURRENT_SIGNING_KEY', 'expected beside QSTASH_NEXT_SIGNING_KEY');
  if (current !== undefined) return { current: new Secret(current), ...optional('next', next) };
  if (own === undefined && !dev) refuse('WORKER_SIGNING_KEY', 'expected at least 32 characters');
  return { current: new Secret(own ?? generated) };
}

function oauthClient(
  raw: Parsed,
  prefix: 'GOOGLE' | 'GITHUB' | 'OIDC',
  publicUrl: string,
  refuse: Refuse,
): OAuthClient | undefined {
  const id = raw[`${prefix}_CLIENT_ID`];
  const secret = raw[`${prefix}_CLIENT_SECRET`];
  if (id === undefined && secret === undefined) return undefined;
  if (id === undefined || secret === undefined) {
    refuse(
      `${prefix}_CLIENT_${id === undefined ? 'ID' : 'SECRET'}`,
      `expected beside ${prefix}_CLIENT_${id === undefined ? 'SECRET' : 'ID'}`,
    );
    return undefined;
  }
  const redirectUri = raw[`${prefix}_REDIRECT_URI`] ?? `${publicUrl}/auth/${prefix.toLowerCase()}/callback`;
  return { clientId: id, clientSecret: new Secret(secret), redirectUri };
}

function keyValueStore(raw: Parsed, refuse: Refuse): Config['kv'] {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = raw;
  if (url !== undefined && token !== undefined) return { kind: 'upstash', url, token: new Secret(token) };
  if (url !== undefined) refuse('UPSTASH_REDIS_REST_TOKEN', 'expected beside UPSTASH_REDIS_REST_URL');
  if (token !== undefined) refuse('UPSTASH_REDIS_REST_URL', 'expected beside UPSTASH_REDIS_REST_TOKEN');
  if (raw.REDIS_URL !== undefined) return { kind: 'redis', url: new Secret(raw.REDIS_URL) };
  if (raw.REDIS_HOST === undefined) return { kind: 'memory' };
  const parts = {
    host: raw.REDIS_HOST,
    port: raw.REDIS_PORT ?? 6379,
    password: raw.REDIS_PASSWORD,
    database: raw.REDIS_CACHE_DB ?? 0,
  };
  return { kind: 'redis', url: new Secret(buildRedisUrl(parts)) };
}

function databaseOf(raw: Parsed, dataDir: string, refuse: Refuse): DatabaseConfig | undefined {
  const sslMode = raw.POSTGRES_SSLMODE ?? 'prefer';
  if (raw.DATABASE_URL !== undefined) {
    const parsed = parseDatabaseUrl(raw.DATABASE_URL, sslMode, raw.DATABASE_AUTH_TOKEN);
    if (!parsed) refuse('DATABASE_URL', 'expected a path after sqlite: or file:, or a host and a database name');
    return parsed;
  }
  if (raw.POSTGRES_SERVER === undefined) return { kind: 'sqlite', path: `${dataDir}/pharos.db` };
  const url = buildPostgresUrl({
    host: raw.POSTGRES_SERVER,
    port: raw.POSTGRES_PORT ?? 5432,
    user: raw.POSTGRES_USER ?? 'postgres',
    password: raw.POSTGRES_PASSWORD,
    database: raw.POSTGRES_DB ?? 'pharos',
  });
  if (!URL.canParse(url)) {
    refuse('POSTGRES_SERVER', 'expected a host name');
    return undefined;
  }
  return { kind: 'postgres', url: new Secret(url), sslMode };
}

function corsOrigins(given: readonly string[] | undefined, dev: boolean): '*' | readonly string[] {
  if (given === undefined) return dev ? '*' : [];
  return given.includes('*') ? '*' : given;
}

const tier = (perMinute: number, perHour?: number, perDay?: number): TierLimits => ({
  perMinute,
  ...(perHour === undefined ? {} : { perHour }),
  ...(perDay === undefined ? {} : { perDay }),
});

function optional<K extends string>(key: K, value: string | undefined): { [P in K]?: Secret<string> } {
  return (value === undefined ? {} : { [key]: new Secret(value) }) as { [P in K]?: Secret<string> };
}
