/** Every setting by name: what it is, what it may be, what it is when unset. `docs/configuration.md` is generated from this. */
import type { z } from 'zod';
import { LOG_LEVELS } from '../core/log.ts';
import {
  BASE_URL,
  baseUrl,
  boolean,
  DATABASE_SCHEMES,
  host,
  integer,
  isCidr,
  isOrigin,
  list,
  oneOf,
  segment,
  text,
  url,
  WEB_URL,
  webUrl,
} from './values.ts';

export interface Setting {
  readonly group: string;
  readonly description: string;
  /** What a valid value looks like, in words: completes "expected ...". */
  readonly expected: string;
  /** As shown in the documentation; undefined: unset. */
  readonly fallback?: string;
  /** Never shown, neither in errors nor when the configuration is printed. */
  readonly secret?: boolean;
  /** White space around the value is part of it. */
  readonly verbatim?: boolean;
  /** Older names that are read where the setting itself is unset. */
  readonly aliases?: readonly string[];
  /** Parses a non-empty value. */
  readonly schema: z.ZodType;
}

export const SETTINGS = {
  ENV: setting(
    'General',
    'What this installation is for; `prod` refuses every convenience of development.',
    oneOf(['dev', 'staging', 'prod']),
    'one of dev, staging, prod',
    'dev',
  ),
  HOST: setting('General', 'Address to listen on.', host, 'a host name or address', '127.0.0.1 in dev, else 0.0.0.0'),
  PORT: setting('General', 'Port of the API; 0 takes any free one.', integer(0, 65535), 'a port number from 0 to 65535', '8000'),
  PUBLIC_URL: setting(
    'General',
    'Where clients reach the API: part of links, token issuers and signatures.',
    baseUrl,
    BASE_URL,
    'http://localhost:PORT',
  ),
  DATA_DIR: setting('General', 'Folder for the SQLite file and generated secrets.', text, 'a path', 'data'),
  LOG_LEVEL: setting(
    'General',
    'The least severe level that is logged.',
    oneOf(LOG_LEVELS),
    `one of ${LOG_LEVELS.join(', ')}`,
    'info',
  ),
  CORS_ORIGINS: setting(
    'General',
    'Origins whose pages may call the API, comma-separated; `*` for any, without credentials.',
    list.refine((items) => items.every(isOrigin)),
    'origins such as https://app.example.org, comma-separated, or *',
    '* in dev, else none',
  ),
  TRUSTED_PROXY_HOPS: setting(
    'General',
    'How many proxies in front append to X-Forwarded-For.',
    integer(0, 32),
    'a whole number from 0 to 32',
    '0',
  ),
  TEST_MODE: setting(
    'General',
    'Lets every request through as an admin `test_user`. Refused with ENV=prod.',
    boolean,
    'true or false',
    'false',
  ),

  DATABASE_URL: setting(
    'Database',
    'Where data is kept: `sqlite:`, `file:`, `libsql:` or `postgresql:`; user and password percent-encoded.',
    text.regex(DATABASE_SCHEMES),
    'a URL that starts with sqlite:, file:, libsql:, postgres: or postgresql:',
    'the file pharos.db in DATA_DIR',
    { secret: true },
  ),
  DATABASE_AUTH_TOKEN: setting('Database', 'Token for a libSQL server.', text, 'a token', undefined, { secret: true }),
  POSTGRES_SERVER: setting(
    'Database',
    'Host of PostgreSQL; with it, and no DATABASE_URL, the URL is built from these parts.',
    host,
    'a host name',
  ),
  POSTGRES_PORT: setting('Database', 'Port of PostgreSQL.', integer(1, 65535), 'a port number from 1 to 65535', '5432'),
  POSTGRES_USER: setting('Database', 'User of PostgreSQL.', text, 'a name', 'postgres'),
  POSTGRES_PASSWORD: setting('Database', 'Password of PostgreSQL; any characters.', text, 'a password', undefined, {
    secret: true,
    verbatim: true,
  }),
  POSTGRES_DB: setting('Database', 'Database in PostgreSQL.', segment, 'a name', 'pharos'),
  POSTGRES_SSLMODE: setting(
    'Database',
    'TLS to PostgreSQL.',
    oneOf(['disable', 'prefer', 'require', 'verify-full']),
    'one of disable, prefer, require, verify-full',
    'prefer',
  ),
  POSTGRES_POOL_MAX: setting(
    'Database',
    'Connections that each process keeps to PostgreSQL at most; more requests wait for one.',
    integer(5, 20),
    'a whole number from 5 to 20',
    '20',
  ),

  JWT_SECRET_KEY: setting(
    'Authentication',
    'Secret that signs tokens, at least 32 bytes. In dev one is generated into DATA_DIR.',
    text,
    'at least 32 bytes of randomness',
    undefined,
    { secret: true },
  ),
  JWT_SECRET_KEY_PREVIOUS: setting(
    'Authentication',
    'The secret before a rotation: still verifies, signs nothing.',
    text,
    'the previous JWT_SECRET_KEY, at least 32 bytes',
    undefined,
    { secret: true },
  ),
  JWT_ALGORITHM: setting(
    'Authentication',
    'How access tokens are signed.',
    oneOf(['HS256', 'ES256', 'EdDSA']),
    'one of HS256, ES256, EdDSA',
    'HS256',
  ),
  JWT_PRIVATE_KEY: setting(
    'Authentication',
    'Private key for ES256 or EdDSA, PKCS #8 in PEM.',
    text.regex(/^-----BEGIN PRIVATE KEY-----[\s\S]+-----END PRIVATE KEY-----\s*$/),
    'a PKCS #8 private key in PEM',
    undefined,
    { secret: true },
  ),
  JWT_ACCESS_TOKEN_EXPIRE_MINUTES: setting(
    'Authentication',
    'Life of an access token.',
    integer(1, 1440),
    'whole minutes from 1 to 1440',
    '30',
    { aliases: ['ACCESS_TOKEN_EXPIRE_MINUTES'] },
  ),
  JWT_REFRESH_TOKEN_EXPIRE_DAYS: setting(
    'Authentication',
    'Life of a session after its last refresh.',
    integer(1, 365),
    'whole days from 1 to 365',
    '7',
    { aliases: ['REFRESH_TOKEN_EXPIRE_DAYS'] },
  ),
  REGISTRATION: setting('Authentication', 'Whether anybody may register.', oneOf(['open', 'closed']), 'open or closed', 'open'),
  MASTER_API_KEY: setting(
    'Authentication',
    'A key that acts as an admin service, at least 32 characters.',
    text.min(32),
    'at least 32 characters',
    undefined,
    { secret: true },
  ),
  MASTER_API_KEY_PREVIOUS: setting(
    'Authentication',
    'The master key before a rotation: still accepted.',
    text.min(32),
    'the previous MASTER_API_KEY',
    undefined,
    { secret: true },
  ),
  ...oauthSettings('GOOGLE', 'Google'),
  ...oauthSettings('GITHUB', 'GitHub'),
  OIDC_ISSUER: setting(
    'Authentication',
    'Issuer URL of an OpenID Connect provider, exactly as it names itself.',
    webUrl,
    WEB_URL,
  ),
  ...oauthSettings('OIDC', 'an OpenID Connect provider'),

  RATE_LIMIT_FREE_TIER: setting(
    'Limits',
    'Requests per minute on the free tier.',
    integer(1, 10_000_000),
    'a whole number of at least 1',
    '100',
  ),
  RATE_LIMIT_PREMIUM_TIER: setting(
    'Limits',
    'Requests per minute on the premium tier.',
    integer(1, 10_000_000),
    'a whole number of at least 1',
    '1000',
  ),
  RATE_LIMIT_ADMIN_TIER: setting(
    'Limits',
    'Requests per minute of admins; 0 is unlimited.',
    integer(0, 10_000_000),
    'a whole number; 0 is unlimited',
    '0',
  ),
  RATE_LIMIT_FREE_HOUR: perPeriod('hour', 'free'),
  RATE_LIMIT_FREE_DAY: perPeriod('day', 'free'),
  RATE_LIMIT_PREMIUM_HOUR: perPeriod('hour', 'premium'),
  RATE_LIMIT_PREMIUM_DAY: perPeriod('day', 'premium'),
  RATE_LIMIT_ANONYMOUS_TIER: setting(
    'Limits',
    'Unauthenticated requests per address and minute.',
    integer(1, 10_000_000),
    'a whole number of at least 1',
    '120',
  ),
  RATE_LIMIT_LOGIN_FAILURES: setting(
    'Limits',
    'Failed logins per account and address in 15 minutes; ten times that per account and per address.',
    integer(1, 1_000_000),
    'a whole number of at least 1',
    '10',
  ),
  RATE_LIMIT_REGISTRATIONS: setting(
    'Limits',
    'Registrations per address and hour.',
    integer(1, 1_000_000),
    'a whole number of at least 1',
    '20',
  ),

  RATE_LIMIT_SEARCH_COST: setting(
    'Limits',
    'What a search counts as, in requests.',
    integer(1, 1000),
    'a whole number from 1 to 1000',
    '1',
  ),

  REDIS_URL: setting('Key-value store', 'Redis 7 over TCP.', url('redis:', 'rediss:'), 'a redis: or rediss: URL', undefined, {
    secret: true,
  }),
  REDIS_HOST: setting(
    'Key-value store',
    'Host of Redis; with it, and no REDIS_URL, the URL is built from these parts.',
    host,
    'a host name',
  ),
  REDIS_PORT: setting('Key-value store', 'Port of Redis.', integer(1, 65535), 'a port number from 1 to 65535', '6379'),
  REDIS_PASSWORD: setting('Key-value store', 'Password of Redis.', text, 'a password', undefined, {
    secret: true,
    verbatim: true,
  }),
  REDIS_TLS: setting(
    'Key-value store',
    'TLS to Redis with a certificate that is verified, where the URL is built from parts; a REDIS_URL says `rediss:`.',
    boolean,
    'true or false',
    'false',
  ),
  REDIS_CACHE_DB: setting('Key-value store', 'Number of the Redis database.', integer(0, 65535), 'a whole number', '0'),
  UPSTASH_REDIS_REST_URL: setting('Key-value store', 'Upstash Redis over REST.', baseUrl, BASE_URL),
  UPSTASH_REDIS_REST_TOKEN: setting('Key-value store', 'Token for Upstash Redis.', text, 'a token', undefined, { secret: true }),

  WORKER_URL: setting(
    'Worker and queue',
    'Where a worker that runs elsewhere is reached; unset, one is started alongside.',
    baseUrl,
    BASE_URL,
    'http://127.0.0.1:WORKER_PORT',
  ),
  WORKER_PORT: setting(
    'Worker and queue',
    'Port of the worker; 0 takes any free one.',
    integer(0, 65535),
    'a port number from 0 to 65535',
    '8001',
  ),
  API_URL: setting(
    'Worker and queue',
    'Where a worker that runs elsewhere reports progress to, if not at PUBLIC_URL: an address within the network.',
    baseUrl,
    BASE_URL,
    'PUBLIC_URL',
  ),
  WORKERS_PLAN: setting(
    'Worker and queue',
    'The plan of an API on Cloudflare Workers: how long event streams last, and what is warned of at the start.',
    oneOf(['free', 'paid']),
    'one of free, paid',
    'free',
  ),
  WORKER_SIGNING_KEY: setting(
    'Worker and queue',
    'Signs what API and worker send one another. In dev one is generated into DATA_DIR.',
    text.min(32),
    'at least 32 characters',
    undefined,
    { secret: true },
  ),
  QSTASH_TOKEN: setting('Worker and queue', 'Publishes jobs through QStash.', text, 'a token', undefined, { secret: true }),
  QSTASH_URL: setting('Worker and queue', 'Where QStash is reached.', baseUrl, BASE_URL, "QStash's own address"),
  QSTASH_CURRENT_SIGNING_KEY: setting('Worker and queue', 'Verifies what QStash delivers.', text, 'a key', undefined, {
    secret: true,
  }),
  QSTASH_NEXT_SIGNING_KEY: setting('Worker and queue', 'The key after the next rotation.', text, 'a key', undefined, {
    secret: true,
  }),
  EMBEDDING_MODEL: setting(
    'Worker and queue',
    'Name of a folder in models/, or a path to one.',
    text,
    'a model name or folder',
    'pharos-static-192',
    { aliases: ['EMBEDDING_MODEL_NAME'] },
  ),
  HF_ENDPOINT: setting(
    'Worker and queue',
    'Where `pharos models pull` fetches models: the Hugging Face Hub, or a mirror that speaks its protocol.',
    baseUrl,
    BASE_URL,
    'https://huggingface.co',
  ),
  HF_TOKEN: setting('Worker and queue', 'For models that are not open to everybody.', text, 'a token', undefined, {
    secret: true,
  }),
  EMBEDDING_PRECISION: setting(
    'Worker and queue',
    'Which of a model’s files is run. int8 is about twice as fast; whether its vectors are good enough differs by model.',
    oneOf(['fp32', 'int8']),
    'fp32 or int8',
    'fp32',
  ),
  EMBEDDING_BATCH_TOKENS: setting(
    'Worker and queue',
    'Texts times tokens of one run of the model, padding included.',
    integer(1, 1_000_000),
    'a whole number of at least 1',
    '512, for the built-in model 4096',
  ),
  EMBEDDING_THREADS: setting(
    'Worker and queue',
    'Threads of one run of the model.',
    integer(1, 64),
    'a whole number from 1 to 64',
    '2, for the built-in model 1',
  ),
  EMBEDDING_QUERY_PREFIX: setting(
    'Worker and queue',
    'Words put before a query, where the model wants some and its folder does not say so ("query: " for E5).',
    text,
    'a text',
    'what the model’s folder says',
    { verbatim: true },
  ),
  EMBEDDING_DOCUMENT_PREFIX: setting(
    'Worker and queue',
    'The same before a document ("passage: " for E5).',
    text,
    'a text',
    'what the model’s folder says',
    { verbatim: true },
  ),
  INGEST_ALLOW_ADDRESSES: setting(
    'Worker and queue',
    'Private ranges that documents may be fetched from, and callbacks sent to, all the same, as CIDR, comma-separated.',
    list.refine((items) => items.every(isCidr)),
    'CIDR ranges such as 10.0.0.0/8, comma-separated',
    'none',
  ),

  SMTP_URL: setting('Mail', 'Server that sends mail.', url('smtp:', 'smtps:'), 'an smtp: or smtps: URL', undefined, {
    secret: true,
  }),
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

function setting<T extends z.ZodType>(
  group: string,
  description: string,
  schema: T,
  expected: string,
  fallback?: string,
  options: Pick<Setting, 'secret' | 'verbatim' | 'aliases'> = {},
) {
  return { group, description, schema, expected, ...(fallback === undefined ? {} : { fallback }), ...options };
}

function perPeriod(period: string, tier: string) {
  return setting(
    'Limits',
    `Requests per ${period} on the ${tier} tier.`,
    integer(1, 100_000_000),
    'a whole number of at least 1',
    'no such limit',
  );
}

function oauthSettings<const P extends string>(prefix: P, name: string) {
  const id = setting('Authentication', `Client id at ${name}.`, text, 'a client id');
  const secret = setting('Authentication', `Client secret at ${name}.`, text, 'a client secret', undefined, { secret: true });
  const redirect = setting(
    'Authentication',
    `Callback registered at ${name}.`,
    webUrl,
    WEB_URL,
    `PUBLIC_URL/auth/${prefix.toLowerCase()}/callback`,
  );
  return {
    [`${prefix}_CLIENT_ID`]: id,
    [`${prefix}_CLIENT_SECRET`]: secret,
    [`${prefix}_REDIRECT_URI`]: redirect,
  } as { [K in `${P}_CLIENT_ID`]: typeof id } & { [K in `${P}_CLIENT_SECRET`]: typeof secret } & {
    [K in `${P}_REDIRECT_URI`]: typeof redirect;
  };
}
