/** raw environment -> validated, nested Config. Never reads the environment itself; never shows a secret. */

import type { FieldError } from '../core/errors.ts';
import type { LogLevel } from '../core/log.ts';
import { Secret } from '../core/secret.ts';
import type { Generated, OAuthClients, SigningKeys } from './credentials.ts';
import { jwtSecret, oauthClients, optional, signingKeys } from './credentials.ts';
import type { Environment } from './reader.ts';
import { readSettings } from './reader.ts';
import type { KeyValueConfig } from './stores.ts';
import { databaseOf, keyValueStore } from './stores.ts';
import type { DatabaseConfig } from './urls.ts';

export type { Generated, OAuthClient } from './credentials.ts';
export type { Environment } from './reader.ts';

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
  readonly oauth: OAuthClients;
  readonly limits: {
    readonly free: TierLimits;
    readonly premium: TierLimits;
    readonly admin: TierLimits;
    readonly anonymousPerMinute: number;
    readonly loginFailures: number;
    readonly registrationsPerHour: number;
    /** What a search counts as, in requests. */
    readonly searchCost: number;
  };
  readonly kv: KeyValueConfig;
  readonly queue: { readonly kind: 'http' } | { readonly kind: 'qstash'; readonly token: Secret<string>; readonly url?: string };
  readonly worker: {
    readonly url: string;
    readonly port: number;
    /** It runs elsewhere: `npm start` starts none. */
    readonly external: boolean;
    /** Where it reports progress to; undefined: at the public URL, or on this machine. */
    readonly apiUrl: string | undefined;
    readonly signingKeys: SigningKeys;
  };
  /** Where models are pulled from. */
  readonly hub: { readonly endpoint: string; readonly token?: Secret<string> };
  readonly embedding: {
    readonly model: string;
    readonly precision: 'fp32' | 'int8';
    /** Undefined: what suits the kind of model. */
    readonly tokenBudget: number | undefined;
    readonly threads: number | undefined;
    /** Undefined: what the model's folder says. */
    readonly queryPrefix: string | undefined;
    readonly documentPrefix: string | undefined;
  };
  readonly ingest: { readonly allowAddresses: readonly string[] };
  readonly mail: { readonly smtpUrl?: Secret<string> };
  readonly workersPlan: 'free' | 'paid';
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

/** Throws ConfigError with every field that is wrong. An empty value counts as unset. */
export function parseConfig(env: Environment, generated: Generated = {}): Config {
  const errors: FieldError[] = [];
  const refuse = (path: string, message: string) => {
    if (!errors.some((error) => error.path === path)) errors.push({ path, message });
  };
  const raw = readSettings(env, refuse);
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
  if (port === workerPort && port !== 0 && raw.WORKER_URL === undefined)
    refuse('WORKER_PORT', 'expected another port than that of the API (PORT)');
  const secret = jwtSecret(raw, dev, generated, refuse);
  const signing = signingKeys(raw, dev, generated, refuse);
  const algorithm = raw.JWT_ALGORITHM ?? 'HS256';
  if (algorithm !== 'HS256' && raw.JWT_PRIVATE_KEY === undefined)
    refuse('JWT_PRIVATE_KEY', `expected a PKCS #8 private key in PEM with JWT_ALGORITHM=${algorithm}`);
  const oauth = oauthClients(raw, publicUrl, refuse);
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
    oauth,
    limits: {
      free: tier(raw.RATE_LIMIT_FREE_TIER ?? 100, raw.RATE_LIMIT_FREE_HOUR, raw.RATE_LIMIT_FREE_DAY),
      premium: tier(raw.RATE_LIMIT_PREMIUM_TIER ?? 1000, raw.RATE_LIMIT_PREMIUM_HOUR, raw.RATE_LIMIT_PREMIUM_DAY),
      admin: tier(raw.RATE_LIMIT_ADMIN_TIER ?? 0),
      anonymousPerMinute: raw.RATE_LIMIT_ANONYMOUS_TIER ?? 120,
      loginFailures: raw.RATE_LIMIT_LOGIN_FAILURES ?? 10,
      registrationsPerHour: raw.RATE_LIMIT_REGISTRATIONS ?? 20,
      searchCost: raw.RATE_LIMIT_SEARCH_COST ?? 1,
    },
    kv,
    queue: raw.QSTASH_TOKEN
      ? { kind: 'qstash', token: new Secret(raw.QSTASH_TOKEN), ...(raw.QSTASH_URL ? { url: raw.QSTASH_URL } : {}) }
      : { kind: 'http' },
    worker: {
      url: raw.WORKER_URL ?? `http://127.0.0.1:${workerPort}`,
      port: workerPort,
      external: raw.WORKER_URL !== undefined,
      apiUrl: raw.API_URL,
      signingKeys: signing,
    },
    embedding: {
      model: raw.EMBEDDING_MODEL ?? 'pharos-static-192',
      precision: raw.EMBEDDING_PRECISION ?? 'fp32',
      tokenBudget: raw.EMBEDDING_BATCH_TOKENS,
      threads: raw.EMBEDDING_THREADS,
      queryPrefix: raw.EMBEDDING_QUERY_PREFIX,
      documentPrefix: raw.EMBEDDING_DOCUMENT_PREFIX,
    },
    hub: { endpoint: raw.HF_ENDPOINT ?? 'https://huggingface.co', ...optional('token', raw.HF_TOKEN) },
    ingest: { allowAddresses: raw.INGEST_ALLOW_ADDRESSES ?? [] },
    mail: { ...optional('smtpUrl', raw.SMTP_URL) },
    workersPlan: raw.WORKERS_PLAN ?? 'free',
  };
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
