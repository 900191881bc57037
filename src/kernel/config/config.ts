/** Turns an environment into a validated, nested Config. Reads no environment itself and never shows a secret. */

import type { FieldError } from '../core/errors.ts';
import type { LogFormat, LogLevel } from '../core/log.ts';
import type { AllowedOrigins } from '../core/origins.ts';
import { Secret } from '../core/secret.ts';
import type { Generated, OAuthClients, SigningKeys } from './credentials.ts';
import { jwtSecret, oauthClients, optional, signingKeys } from './credentials.ts';
import type { Environment } from './reader.ts';
import { readSettings } from './reader.ts';
import type { KeyValueConfig } from './stores.ts';
import { databaseOf, keyValueStore } from './stores.ts';
import type { DatabaseConfig } from './urls.ts';
import { WORKER_ROLES, type WorkerRole } from './worker-roles.ts';

export type { Generated, OAuthClient } from './credentials.ts';
export type { Environment } from './reader.ts';

/** Requests per period; an absent period has no limit. `perMinute` 0 is unlimited (admins only). */
export interface TierLimits {
  readonly perMinute: number;
  readonly perHour?: number;
  readonly perDay?: number;
}

/** What an account may store; absent: as much as there is room for. `bytes` are those of the documents as sent or fetched. */
export interface Quota {
  readonly documents?: number;
  readonly bytes?: number;
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
  /** Unset: the process decides by where its output goes. */
  readonly logFormat?: LogFormat;
  readonly trustedProxyHops: number;
  readonly cors: { readonly origins: AllowedOrigins };
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
    /** Number of requests that one search counts as. */
    readonly searchCost: number;
  };
  readonly quotas: Readonly<Record<'free' | 'premium' | 'admin', Quota>>;
  readonly kv: KeyValueConfig;
  readonly queue: { readonly kind: 'http' } | { readonly kind: 'qstash'; readonly token: Secret<string>; readonly url?: string };
  readonly worker: {
    readonly url: string;
    /** Of the workers that answer searches; at least one. */
    readonly searchUrls: readonly string[];
    readonly roles: readonly WorkerRole[];
    readonly port: number;
    /** The worker runs elsewhere, so `npm start` starts none. */
    readonly external: boolean;
    /** URL to which the worker reports progress; undefined: the public URL, or this machine. */
    readonly apiUrl: string | undefined;
    readonly signingKeys: SigningKeys;
  };
  /** Source of `pharos models pull`. */
  readonly hub: { readonly endpoint: string; readonly token?: Secret<string> };
  readonly embedding: {
    readonly model: string;
    /** Undefined: whatever the folder has. */
    readonly precision: 'fp32' | 'int8' | undefined;
    /** Undefined: the default of the model's kind. */
    readonly tokenBudget: number | undefined;
    readonly threads: number | undefined;
    /** Undefined: the prefix stated in the model's folder. */
    readonly queryPrefix: string | undefined;
    readonly documentPrefix: string | undefined;
  };
  readonly ingest: {
    readonly allowAddresses: readonly string[];
    /** Documents that a worker reads at once. */
    readonly readingThreads: number;
  };
  readonly search: {
    /** What the libraries in a worker's memory may hold together. */
    readonly memoryBytes: number;
  };
  readonly mail: { readonly smtpUrl?: Secret<string> };
  readonly workersPlan: 'free' | 'paid';
}

/** Every error of a configuration at once. Messages name settings and what was expected, never a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    super(errors.map(({ path, message }) => `${path}: ${message}`).join('\n'));
    this.errors = errors;
  }
}

/** Throws ConfigError with every invalid setting. An empty value counts as unset. */
export function parseConfig(env: Environment, generated: Generated = {}): Config {
  const errors: FieldError[] = [];
  const addIssue = (path: string, message: string) => {
    if (!errors.some((error) => error.path === path)) errors.push({ path, message });
  };
  const raw = readSettings(env, addIssue);
  const dev = raw.ENV === 'dev';
  const { PORT: port, WORKER_PORT: workerPort, JWT_ALGORITHM: algorithm } = raw;
  const publicUrl = raw.PUBLIC_URL ?? `http://localhost:${port}`;
  const workerUrl = raw.WORKER_URL ?? `http://127.0.0.1:${workerPort}`;

  if (raw.TEST_MODE && raw.ENV === 'prod')
    addIssue('TEST_MODE', 'expected to be unset with ENV=prod: it lets every request through as an admin');
  if (raw.ENV === 'prod' && raw.PUBLIC_URL === undefined)
    addIssue('PUBLIC_URL', 'expected the URL at which clients reach this service, with ENV=prod');
  if (port === workerPort && port !== 0 && raw.WORKER_URL === undefined)
    addIssue('WORKER_PORT', 'expected a port other than that of the API (PORT)');
  const secret = jwtSecret(raw, dev, generated, addIssue);
  const signing = signingKeys(raw, dev, generated, addIssue);
  if (algorithm !== 'HS256' && raw.JWT_PRIVATE_KEY === undefined)
    addIssue('JWT_PRIVATE_KEY', `expected a PKCS #8 private key in PEM with JWT_ALGORITHM=${algorithm}`);
  const oauth = oauthClients(raw, publicUrl, addIssue);
  const kv = keyValueStore(raw, addIssue);
  const database = databaseOf(raw, addIssue);
  if (errors.length > 0 || !database) throw new ConfigError(errors);

  return {
    env: raw.ENV,
    testMode: raw.TEST_MODE,
    dataDir: raw.DATA_DIR,
    host: raw.HOST ?? (dev ? '127.0.0.1' : '0.0.0.0'),
    port,
    publicUrl,
    logLevel: raw.LOG_LEVEL,
    ...(raw.LOG_FORMAT === undefined ? {} : { logFormat: raw.LOG_FORMAT }),
    trustedProxyHops: raw.TRUSTED_PROXY_HOPS,
    cors: { origins: corsOrigins(raw.CORS_ORIGINS, dev) },
    database,
    auth: {
      algorithm,
      secret: new Secret(secret),
      ...optional('previousSecret', raw.JWT_SECRET_KEY_PREVIOUS),
      ...optional('privateKey', raw.JWT_PRIVATE_KEY),
      issuer: publicUrl,
      audience: publicUrl,
      accessTokenSeconds: raw.JWT_ACCESS_TOKEN_EXPIRE_MINUTES * 60,
      refreshTokenSeconds: raw.JWT_REFRESH_TOKEN_EXPIRE_DAYS * 86_400,
      ...optional('masterKey', raw.MASTER_API_KEY),
      ...optional('previousMasterKey', raw.MASTER_API_KEY_PREVIOUS),
      registration: raw.REGISTRATION,
    },
    oauth,
    limits: {
      free: tier(raw.RATE_LIMIT_FREE_TIER, raw.RATE_LIMIT_FREE_HOUR, raw.RATE_LIMIT_FREE_DAY),
      premium: tier(raw.RATE_LIMIT_PREMIUM_TIER, raw.RATE_LIMIT_PREMIUM_HOUR, raw.RATE_LIMIT_PREMIUM_DAY),
      admin: tier(raw.RATE_LIMIT_ADMIN_TIER),
      anonymousPerMinute: raw.RATE_LIMIT_ANONYMOUS_TIER,
      loginFailures: raw.RATE_LIMIT_LOGIN_FAILURES,
      registrationsPerHour: raw.RATE_LIMIT_REGISTRATIONS,
      searchCost: raw.RATE_LIMIT_SEARCH_COST,
    },
    quotas: {
      free: quota(raw.QUOTA_FREE_DOCUMENTS, raw.QUOTA_FREE_BYTES),
      premium: quota(raw.QUOTA_PREMIUM_DOCUMENTS, raw.QUOTA_PREMIUM_BYTES),
      admin: quota(raw.QUOTA_ADMIN_DOCUMENTS, raw.QUOTA_ADMIN_BYTES),
    },
    kv,
    queue: raw.QSTASH_TOKEN
      ? { kind: 'qstash', token: new Secret(raw.QSTASH_TOKEN), ...(raw.QSTASH_URL ? { url: raw.QSTASH_URL } : {}) }
      : { kind: 'http' },
    worker: {
      url: workerUrl,
      searchUrls: raw.SEARCH_URLS ?? [workerUrl],
      roles: raw.WORKER_ROLES ?? WORKER_ROLES,
      port: workerPort,
      external: raw.WORKER_URL !== undefined,
      apiUrl: raw.API_URL,
      signingKeys: signing,
    },
    embedding: {
      model: raw.EMBEDDING_MODEL,
      precision: raw.EMBEDDING_PRECISION,
      tokenBudget: raw.EMBEDDING_BATCH_TOKENS,
      threads: raw.EMBEDDING_THREADS,
      queryPrefix: raw.EMBEDDING_QUERY_PREFIX,
      documentPrefix: raw.EMBEDDING_DOCUMENT_PREFIX,
    },
    hub: { endpoint: raw.HF_ENDPOINT, ...optional('token', raw.HF_TOKEN) },
    search: { memoryBytes: raw.SEARCH_MEMORY_MB * 1024 * 1024 },
    ingest: { allowAddresses: raw.INGEST_ALLOW_ADDRESSES ?? [], readingThreads: raw.READING_THREADS },
    mail: { ...optional('smtpUrl', raw.SMTP_URL) },
    workersPlan: raw.WORKERS_PLAN,
  };
}

function corsOrigins(given: readonly string[] | undefined, dev: boolean): AllowedOrigins {
  if (given === undefined) return dev ? 'loopback' : [];
  return given.includes('*') ? '*' : given;
}

const tier = (perMinute: number, perHour?: number, perDay?: number): TierLimits => ({
  perMinute,
  ...(perHour === undefined ? {} : { perHour }),
  ...(perDay === undefined ? {} : { perDay }),
});

const quota = (documents?: number, bytes?: number): Quota => ({
  ...(documents === undefined ? {} : { documents }),
  ...(bytes === undefined ? {} : { bytes }),
});
