import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError, type Environment, parseConfig } from '../../../src/kernel/config/config.ts';
import { SETTINGS, type SettingName } from '../../../src/kernel/config/settings.ts';

const GENERATED = { jwtSecret: 'g'.repeat(48), workerSigningKey: 'k'.repeat(48) };
const SECRET = 's3cr3t-'.repeat(6);
const PROD: Environment = {
  ENV: 'prod',
  PUBLIC_URL: 'https://pharos.example.org',
  JWT_SECRET_KEY: 'j'.repeat(40),
  WORKER_SIGNING_KEY: 'w'.repeat(40),
};

const parse = (env: Environment = {}) => parseConfig(env, GENERATED);

function errorsOf(env: Environment) {
  try {
    parse(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

const fieldsOf = (env: Environment) => errorsOf(env).errors.map(({ path }) => path);

describe('parseConfig: defaults', () => {
  test('config: an empty environment is a development installation on SQLite, the memory store and HTTP', () => {
    expect(parse()).toMatchObject({
      env: 'dev',
      testMode: false,
      host: '127.0.0.1',
      port: 8000,
      publicUrl: 'http://localhost:8000',
      cors: { origins: 'loopback' },
      database: { kind: 'sqlite', path: 'data/pharos.db' },
      kv: { kind: 'memory' },
      queue: { kind: 'http' },
      worker: { url: 'http://127.0.0.1:8001', port: 8001, external: false },
      limits: { free: { perMinute: 100 }, premium: { perMinute: 1000 }, admin: { perMinute: 0 } },
      auth: { algorithm: 'HS256', accessTokenSeconds: 1800, refreshTokenSeconds: 604_800, registration: 'open' },
      embedding: { model: 'all-MiniLM-L6-v2', precision: undefined },
    });
    expect(parse().auth.secret.reveal()).toBe(GENERATED.jwtSecret);
    expect(parse().worker.signingKeys.current.reveal()).toBe(GENERATED.workerSigningKey);
  });

  test('config: without generated secrets a development configuration still parses, so that ports and folders are known first', () => {
    expect(parseConfig({}).auth.secret.reveal()).toBe('');
  });

  test('config: an empty or blank value counts as unset', () => {
    expect(parse({ PORT: '', DATABASE_URL: '  ' })).toEqual(parse());
  });

  test('config: CORS_ORIGINS=* allows every origin in production too', () => {
    expect(parse({ ...PROD, CORS_ORIGINS: '*' }).cors.origins).toBe('*');
  });

  test('config: production listens on every address and allows no other origin by default', () => {
    expect(parse(PROD)).toMatchObject({ host: '0.0.0.0', cors: { origins: [] } });
  });
});

describe('parseConfig: values', () => {
  test('config: every value of a production environment arrives in its field', () => {
    const config = parse({
      ...PROD,
      HOST: '::',
      PORT: '9000',
      DATA_DIR: '/var/lib/pharos',
      LOG_LEVEL: 'warning',
      LOG_FORMAT: 'text',
      CORS_ORIGINS: 'https://a.example, https://b.example',
      TRUSTED_PROXY_HOPS: '2',
      JWT_SECRET_KEY_PREVIOUS: 'p'.repeat(40),
      JWT_ACCESS_TOKEN_EXPIRE_MINUTES: '5',
      JWT_REFRESH_TOKEN_EXPIRE_DAYS: '1',
      REGISTRATION: 'closed',
      MASTER_API_KEY: 'm'.repeat(32),
      MASTER_API_KEY_PREVIOUS: 'n'.repeat(32),
      RATE_LIMIT_FREE_HOUR: '500',
      RATE_LIMIT_FREE_DAY: '5000',
      RATE_LIMIT_ADMIN_TIER: '7',
      INGEST_ALLOW_ADDRESSES: '10.0.0.0/8,::1',
      EMBEDDING_MODEL: '/models/x',
      WORKER_URL: 'http://worker:8001/',
      API_URL: 'http://api:8000/',
      SMTP_URL: 'smtp://mail:25',
      WORKERS_PLAN: 'paid',
    });
    expect(config).toMatchObject({
      workersPlan: 'paid',
      host: '::',
      port: 9000,
      publicUrl: 'https://pharos.example.org',
      dataDir: '/var/lib/pharos',
      logLevel: 'warning',
      logFormat: 'text',
      cors: { origins: ['https://a.example', 'https://b.example'] },
      trustedProxyHops: 2,
      database: { kind: 'sqlite', path: '/var/lib/pharos/pharos.db' },
      auth: { accessTokenSeconds: 300, refreshTokenSeconds: 86_400, registration: 'closed' },
      limits: { free: { perMinute: 100, perHour: 500, perDay: 5000 }, admin: { perMinute: 7 } },
      ingest: { allowAddresses: ['10.0.0.0/8', '::1'], readingThreads: 2 },
      embedding: { model: '/models/x' },
      worker: { url: 'http://worker:8001', external: true, apiUrl: 'http://api:8000' },
    });
    expect(config.auth.previousSecret?.reveal()).toBe('p'.repeat(40));
    expect(config.auth.masterKey?.reveal()).toBe('m'.repeat(32));
    expect(config.mail.smtpUrl?.reveal()).toBe('smtp://mail:25');
  });

  test('config: an alias is read only where the setting itself is unset', () => {
    expect(parse({ ACCESS_TOKEN_EXPIRE_MINUTES: '7', EMBEDDING_MODEL_NAME: 'm' })).toMatchObject({
      auth: { accessTokenSeconds: 420 },
      embedding: { model: 'm' },
    });
    expect(parse({ ACCESS_TOKEN_EXPIRE_MINUTES: '7', JWT_ACCESS_TOKEN_EXPIRE_MINUTES: '8' }).auth.accessTokenSeconds).toBe(480);
  });

  test('config: white space around a password is kept, around any other value trimmed', () => {
    const { database, kv } = parse({ POSTGRES_SERVER: ' h ', POSTGRES_PASSWORD: ' p ', REDIS_HOST: 'r', REDIS_PASSWORD: ' ' });
    expect(database.kind === 'postgres' && database.url.reveal()).toBe('postgresql://postgres:%20p%20@h:5432/pharos');
    expect(kv.kind === 'redis' && kv.url.reveal()).toBe('redis://:%20@r:6379/0');
  });

  test('config: Upstash takes precedence over Redis, and REDIS_URL over REDIS_HOST', () => {
    expect(
      parse({ UPSTASH_REDIS_REST_URL: 'https://u.example', UPSTASH_REDIS_REST_TOKEN: 't', REDIS_HOST: 'r' }).kv,
    ).toMatchObject({ kind: 'upstash' });
    const url = parse({ REDIS_URL: 'rediss://r:1/2', REDIS_HOST: 'other' }).kv;
    expect(url.kind === 'redis' && url.url.reveal()).toBe('rediss://r:1/2');
    const parts = parse({ REDIS_HOST: '::1', REDIS_PASSWORD: 'a@b:/', REDIS_CACHE_DB: '3' }).kv;
    expect(parts.kind === 'redis' && parts.url.reveal()).toBe('redis://:a%40b%3A%2F@[::1]:6379/3');
    const quoted = parse({ REDIS_HOST: 'r', REDIS_PORT: '7', REDIS_PASSWORD: "it's(!)*" }).kv;
    expect(quoted.kind === 'redis' && quoted.url.reveal()).toBe('redis://:it%27s%28%21%29%2A@r:7/0');
    const bare = parse({ REDIS_HOST: 'r' }).kv;
    expect(bare.kind === 'redis' && bare.url.reveal()).toBe('redis://r:6379/0');
  });

  test('config: TLS to Redis follows from the scheme or REDIS_TLS; a URL that asks for it in another way is an error', () => {
    const urlOf = (env: Record<string, string>) => {
      const { kv } = parse(env);
      return kv.kind === 'redis' && kv.url.reveal();
    };
    expect(urlOf({ REDIS_HOST: 'r', REDIS_TLS: 'true' })).toBe('rediss://r:6379/0');
    expect(urlOf({ REDIS_HOST: 'r', REDIS_TLS: 'false' })).toBe('redis://r:6379/0');
    expect(urlOf({ REDIS_URL: 'REDISS://u:P@r:1/2' })).toBe('rediss://u:P@r:1/2');
    expect(urlOf({ REDIS_URL: 'rediss://r', REDIS_TLS: 'true' })).toBe('rediss://r');
    for (const REDIS_URL of ['redis://r?tls=true', 'rediss://r?tls=']) expect(fieldsOf({ REDIS_URL })).toEqual(['REDIS_URL']);
    expect(fieldsOf({ REDIS_URL: 'redis://r', REDIS_TLS: 'true' })).toEqual(['REDIS_URL']);
  });

  test('config: a process has at most POSTGRES_POOL_MAX connections to PostgreSQL, 20 by default', () => {
    const maxOf = (env: Record<string, string>) => {
      const { database } = parse(env);
      return database.kind === 'postgres' && database.poolMax;
    };
    expect(maxOf({ POSTGRES_SERVER: 'h' })).toBe(20);
    expect(maxOf({ POSTGRES_SERVER: 'h', POSTGRES_POOL_MAX: '5' })).toBe(5);
    expect(maxOf({ DATABASE_URL: 'postgres://h/db', POSTGRES_POOL_MAX: '20' })).toBe(20);
    for (const POSTGRES_POOL_MAX of ['4', '21', 'many']) expect(fieldsOf({ POSTGRES_POOL_MAX })).toEqual(['POSTGRES_POOL_MAX']);
  });

  test('config: QSTASH_TOKEN selects QStash as the queue, and its keys verify deliveries', () => {
    const config = parse({
      QSTASH_TOKEN: 't',
      WORKER_URL: 'https://w.example',
      QSTASH_URL: 'http://q',
      QSTASH_CURRENT_SIGNING_KEY: 'c',
      QSTASH_NEXT_SIGNING_KEY: 'n',
    });
    expect(config.queue).toMatchObject({ kind: 'qstash', url: 'http://q' });
    expect(config.worker.signingKeys.current.reveal()).toBe('c');
    expect(config.worker.signingKeys.next?.reveal()).toBe('n');
    expect(
      parse({ QSTASH_TOKEN: 't', WORKER_URL: 'https://w.example', QSTASH_CURRENT_SIGNING_KEY: 'c' }).queue,
    ).not.toHaveProperty('url');
  });

  test('config: an OAuth callback is below PUBLIC_URL unless set; callbacks and issuers keep their trailing slash', () => {
    const oauth = parse({
      GOOGLE_CLIENT_ID: 'g',
      GOOGLE_CLIENT_SECRET: 's',
      GITHUB_CLIENT_ID: 'h',
      GITHUB_CLIENT_SECRET: 's',
      GITHUB_REDIRECT_URI: 'https://x.example/cb/',
      OIDC_CLIENT_ID: 'o',
      OIDC_CLIENT_SECRET: 's',
      OIDC_ISSUER: 'https://id.example/',
    }).oauth;
    expect(oauth).toMatchObject({
      google: { clientId: 'g', redirectUri: 'http://localhost:8000/auth/google/callback' },
      github: { redirectUri: 'https://x.example/cb/' },
      oidc: { issuer: 'https://id.example/' },
    });
  });
});

describe('parseConfig: DATABASE_URL', () => {
  test.each([
    ['sqlite:///./x.db', { kind: 'sqlite', path: './x.db' }],
    ['file:data/x.db', { kind: 'sqlite', path: 'data/x.db' }],
    ['file:///var/lib/a%20b.db', { kind: 'sqlite', path: '/var/lib/a b.db' }],
    ['file://localhost/var/lib/x.db', { kind: 'sqlite', path: '/var/lib/x.db' }],
    ['libsql://db.example.org', { kind: 'libsql', url: 'libsql://db.example.org' }],
  ])('database URL: %s is parsed', (DATABASE_URL, database) => {
    expect(parse({ DATABASE_URL }).database).toEqual(database);
  });

  test.each(['postgres', 'postgresql', 'postgresql+asyncpg'])('database URL: the scheme %s means PostgreSQL', (scheme) => {
    const { database } = parse({ DATABASE_URL: `${scheme}://u:p%40@h:1/db`, POSTGRES_SSLMODE: 'require' });
    expect(database).toMatchObject({ kind: 'postgres', sslMode: 'require' });
    expect(database.kind === 'postgres' && database.url.reveal()).toBe('postgresql://u:p%40@h:1/db');
  });

  test('database URL: DATABASE_AUTH_TOKEN goes to a libSQL server', () => {
    const { database } = parse({ DATABASE_URL: 'https://db.example.org', DATABASE_AUTH_TOKEN: 't' });
    expect(database.kind === 'libsql' && database.authToken?.reveal()).toBe('t');
  });

  test('database URL: a token in the query of a libSQL server moves to the secret authToken', () => {
    const { database } = parse({ DATABASE_URL: 'libsql://db.example.org?tls=1&authToken=hunter2' });
    expect(database).toMatchObject({ kind: 'libsql', url: 'libsql://db.example.org?tls=1' });
    expect(database.kind === 'libsql' && database.authToken?.reveal()).toBe('hunter2');
  });

  test.each([
    'mysql://h/db',
    'sqlite::memory:',
    'sqlite:///data/',
    'sqlite:///x.db?mode=ro',
    'file:///%zz',
    'libsql:pharos',
    'libsql://u:p@h',
    'libsql://u@h',
    'libsql://:p@h',
    'postgres://u:%zz@h/db',
    'postgres://%ff@h/db',
    'postgres://u:a/b@h/db',
    'postgres://h/%80',
    'sqlite:',
    'postgres://',
    'postgres://h',
    'postgres://h:99999/db',
    'libsql://:0:0',
  ])('database URL: %s is an error', (DATABASE_URL) => {
    expect(fieldsOf({ DATABASE_URL })).toEqual(['DATABASE_URL']);
  });

  test('database URL: any user, password, host, port and name survive building the URL and parsing it', () => {
    const anything = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.isWellFormed());
    const name = anything.filter((text) => text.trim() === text && text !== '.' && text !== '..');
    fc.assert(
      fc.property(
        name,
        anything,
        name,
        fc.integer({ min: 1, max: 65535 }),
        fc.constantFrom('localhost', 'db.example.org', 'my_service', '10.0.0.1', '::1', '2001:db8::1'),
        (user, password, db, port, host) => {
          const { database } = parse({
            POSTGRES_SERVER: host,
            POSTGRES_USER: user,
            POSTGRES_PASSWORD: password,
            POSTGRES_DB: db,
            POSTGRES_PORT: String(port),
          });
          const url = new URL(database.kind === 'postgres' ? database.url.reveal() : '');
          expect([
            decodeURIComponent(url.username),
            decodeURIComponent(url.password),
            decodeURIComponent(url.pathname.slice(1)),
          ]).toEqual([user, password, db]);
          expect(url.hostname.replace(/[[\]]/g, '')).toBe(host);
          expect(url.port).toBe(String(port));
        },
      ),
      {
        examples: [
          ['user@corp', 'p@:/?#[]%ss\'"&=+ü€', 'my/db', 5433, 'db.example.org'],
          ['u', ' ', 'd', 1, '::1'],
        ],
      },
    );
  });

  test('database URL: POSTGRES_SERVER alone gets default parts; an invalid host is an error of POSTGRES_SERVER', () => {
    const { database } = parse({ POSTGRES_SERVER: 'h' });
    expect(database.kind === 'postgres' && database.url.reveal()).toBe('postgresql://postgres@h:5432/pharos');
    expect(fieldsOf({ POSTGRES_SERVER: 'a b' })).toEqual(['POSTGRES_SERVER']);
  });

  test.each(['.', '..'])('database URL: POSTGRES_DB=%s is an error, since no URL can hold it', (POSTGRES_DB) => {
    expect(fieldsOf({ POSTGRES_SERVER: 'h', POSTGRES_DB })).toEqual(['POSTGRES_DB']);
  });
});

describe('parseConfig: errors', () => {
  /** Invalid values by setting; settings of free text accept anything and are left out. */
  const wrong: Partial<Record<SettingName, fc.Arbitrary<string>>> = {
    ENV: fc.constantFrom('production', 'DEV', 'test'),
    LOG_LEVEL: fc.constantFrom('verbose', 'WARN'),
    TEST_MODE: fc.constantFrom('yes', 'on', '2'),
    JWT_ALGORITHM: fc.constantFrom('none', 'RS256', 'hs256'),
    REGISTRATION: fc.constantFrom('true', 'Open'),
    POSTGRES_SSLMODE: fc.constantFrom('on', 'verify'),
    CORS_ORIGINS: fc.constantFrom('example.org', 'https://a.example/path', 'ftp://a'),
    INGEST_ALLOW_ADDRESSES: fc.constantFrom('10.0.0.0/33', 'intranet', '1.2.3.4/', '10', '10/8', '0x7f.1', '1.2.3.4/8/8', '/8'),
    DATABASE_URL: fc.constantFrom('mongodb://x', 'pharos.db', '/data/x.db'),
  };
  const numbers = Object.keys(SETTINGS).filter((name) =>
    /PORT$|_TIER|_HOUR|_DAY$|MINUTES|DAYS|HOPS|FAILURES|REGISTRATIONS|CACHE_DB/.test(name),
  );
  const urls = Object.keys(SETTINGS).filter((name) => name !== 'DATABASE_URL' && /_URL$|_URI$|_ISSUER$/.test(name));
  const printed = urls.filter((name) => !('secret' in SETTINGS[name as SettingName]));
  const hosts = ['HOST', 'POSTGRES_SERVER', 'REDIS_HOST'];
  const older = ['ACCESS_TOKEN_EXPIRE_MINUTES', 'REFRESH_TOKEN_EXPIRE_DAYS'];
  const keys = ['MASTER_API_KEY', 'MASTER_API_KEY_PREVIOUS', 'WORKER_SIGNING_KEY', 'JWT_SECRET_KEY', 'JWT_SECRET_KEY_PREVIOUS'];
  const bad = fc.oneof(
    ...Object.entries(wrong).map(([name, values]) => fc.tuple(fc.constant(name), values)),
    fc.tuple(fc.constantFrom(...numbers), fc.constantFrom('-1', '1.5', 'ten', '1e3', '99999999999', '0x10', '١')),
    fc.tuple(fc.constantFrom(...older), fc.constantFrom('0', '-1', 'ten')),
    fc.tuple(fc.constantFrom(...urls), fc.constantFrom('not a url', 'javascript:alert(1)', 'ftp://x', '//host', 'http:x')),
    fc.tuple(fc.constantFrom(...printed), fc.constantFrom('https://u:hunter2@x', 'https://hunter2@x', 'https://:hunter2@x')),
    fc.tuple(
      fc.constantFrom(...hosts),
      fc.constantFrom('a b', 'h/path', 'h:80', 'u@h', 'h?x', 'h#x', '999.1.1.1', 'a%41', '[::1', 'http://h'),
    ),
    fc.tuple(
      fc.constantFrom(...keys),
      fc.string({ minLength: 1, maxLength: 31, unit: 'grapheme-ascii' }).filter((s) => s.trim() !== ''),
    ),
    fc.tuple(fc.constant('JWT_PRIVATE_KEY'), fc.constantFrom('abc', '-----BEGIN PRIVATE KEY-----')),
  );

  test('config: any invalid value of any setting is one error that names the setting and hides the value', () => {
    fc.assert(
      fc.property(bad, ([name, value]) => {
        const error = errorsOf({ [name]: value });
        expect(error.errors.map(({ path }) => path)).toContain(name);
        expect(error.errors.every(({ message }) => message.includes('expected'))).toBe(true);
        expect(error.message).toContain(`${name}: expected`);
        expect(error.message).not.toContain('hunter2');
        expect(new Set(error.errors.map(({ path }) => path)).size).toBe(error.errors.length);
      }),
      { numRuns: 500 },
    );
  });

  test('config: all errors are reported at once', () => {
    expect(fieldsOf({ PORT: 'x', ENV: 'x', GITHUB_CLIENT_ID: 'x' })).toEqual(['ENV', 'PORT', 'GITHUB_CLIENT_SECRET']);
  });

  test('config: a setting that is both invalid and missed by a rule is reported once', () => {
    expect(fieldsOf({ ...PROD, PUBLIC_URL: 'x', WORKER_SIGNING_KEY: 'x' })).toEqual(['PUBLIC_URL', 'WORKER_SIGNING_KEY']);
    expect(fieldsOf({ UPSTASH_REDIS_REST_URL: 'x', UPSTASH_REDIS_REST_TOKEN: 't' })).toEqual(['UPSTASH_REDIS_REST_URL']);
  });

  test('config: an invalid value of an alias is reported under the alias', () => {
    expect(fieldsOf({ ACCESS_TOKEN_EXPIRE_MINUTES: '0' })).toEqual(['ACCESS_TOKEN_EXPIRE_MINUTES']);
    expect(fieldsOf({ ACCESS_TOKEN_EXPIRE_MINUTES: '5', JWT_ACCESS_TOKEN_EXPIRE_MINUTES: '0' })).toEqual([
      'JWT_ACCESS_TOKEN_EXPIRE_MINUTES',
    ]);
  });

  test('config: WORKER_ROLES names what a worker does, by default everything, each role once', () => {
    expect(parse({}).worker.roles).toEqual(['jobs', 'embeddings', 'search', 'uploads', 'mail', 'callbacks']);
    expect(parse({ WORKER_ROLES: 'search, jobs,search' }).worker.roles).toEqual(['search', 'jobs']);
    for (const WORKER_ROLES of [',', 'searching'])
      expect(() => parse({ WORKER_ROLES })).toThrow(/WORKER_ROLES: expected some of jobs/);
  });

  test('config: SEARCH_MEMORY_MB bounds the libraries in memory', () => {
    expect(parse({}).search.memoryBytes).toBe(512 * 1024 * 1024);
    expect(() => parse({ SEARCH_MEMORY_MB: '8' })).toThrow(/SEARCH_MEMORY_MB/);
  });

  test('config: SEARCH_URLS names the workers that answer searches, by default the one worker', () => {
    expect(parse({}).worker.searchUrls).toEqual(['http://127.0.0.1:8001']);
    expect(parse({ SEARCH_URLS: 'http://a:1/, https://b.example' }).worker.searchUrls).toEqual([
      'http://a:1',
      'https://b.example',
    ]);
    for (const SEARCH_URLS of [',', 'http://a:1,ftp://b', 'http://user:secret@a'])
      expect(() => parse({ SEARCH_URLS })).toThrow(/SEARCH_URLS/);
  });

  test('config: API and worker on one port is an error, unless the worker runs elsewhere or both choose free ports', () => {
    expect(fieldsOf({ PORT: '8001' })).toEqual(['WORKER_PORT']);
    expect(parse({ PORT: '8001', WORKER_URL: 'http://worker:8001' }).port).toBe(8001);
    expect(parse({ PORT: '0', WORKER_PORT: '0' })).toMatchObject({ port: 0, worker: { port: 0 } });
  });

  test.each([
    'PUBLIC_URL',
    'WORKER_URL',
    'API_URL',
    'QSTASH_URL',
  ])('config: a query or a fragment in %s is an error, since paths are appended to it', (name) => {
    expect(fieldsOf({ [name]: 'https://x.example/?a=1' })).toEqual([name]);
    expect(fieldsOf({ [name]: 'https://x.example/#a' })).toEqual([name]);
  });

  test('config: a rate limit of 0, unlimited, is an error for every tier but admins', () => {
    expect(fieldsOf({ RATE_LIMIT_FREE_TIER: '0', RATE_LIMIT_PREMIUM_TIER: '0' })).toEqual([
      'RATE_LIMIT_FREE_TIER',
      'RATE_LIMIT_PREMIUM_TIER',
    ]);
    expect(parse({ RATE_LIMIT_ADMIN_TIER: '0' }).limits.admin).toEqual({ perMinute: 0 });
  });

  test('config: production requires its secrets and PUBLIC_URL, staging its secrets', () => {
    expect(fieldsOf({ ENV: 'prod' }).sort()).toEqual(['JWT_SECRET_KEY', 'PUBLIC_URL', 'WORKER_SIGNING_KEY']);
    expect(fieldsOf({ ENV: 'staging' }).sort()).toEqual(['JWT_SECRET_KEY', 'WORKER_SIGNING_KEY']);
  });

  test('config: TEST_MODE is an error in production', () => {
    expect(fieldsOf({ ...PROD, TEST_MODE: 'true' })).toEqual(['TEST_MODE']);
    expect(parse({ TEST_MODE: '1' }).testMode).toBe(true);
  });

  test('config: the published default of JWT_SECRET_KEY is replaced in dev and an error elsewhere', () => {
    const JWT_SECRET_KEY = 'change-this-secret-key-in-production';
    expect(parse({ JWT_SECRET_KEY }).auth.secret.reveal()).toBe(GENERATED.jwtSecret);
    expect(errorsOf({ ...PROD, JWT_SECRET_KEY }).message).toMatch(/JWT_SECRET_KEY: expected a secret of your own/);
  });

  test.each([
    ['dev', {}],
    ['prod', PROD],
  ])('config: a published or short JWT_SECRET_KEY_PREVIOUS is an error in %s, since it still verifies', (_, env) => {
    for (const JWT_SECRET_KEY_PREVIOUS of ['change-this-secret-key-in-production', 'short'])
      expect(fieldsOf({ ...env, JWT_SECRET_KEY_PREVIOUS })).toEqual(['JWT_SECRET_KEY_PREVIOUS']);
  });

  test('config: the length of JWT_SECRET_KEY is measured in bytes, not in characters', () => {
    expect(parse({ JWT_SECRET_KEY: 'ü'.repeat(16) }).auth.secret.reveal()).toHaveLength(16);
    expect(fieldsOf({ JWT_SECRET_KEY: 'u'.repeat(31) })).toEqual(['JWT_SECRET_KEY']);
  });

  test.each([
    [{ GOOGLE_CLIENT_SECRET: 's' }, 'GOOGLE_CLIENT_ID'],
    [{ OIDC_CLIENT_ID: 'i', OIDC_CLIENT_SECRET: 's' }, 'OIDC_ISSUER'],
    [{ OIDC_ISSUER: 'https://id.example' }, 'OIDC_CLIENT_ID'],
    [{ OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_ID: 'i' }, 'OIDC_CLIENT_SECRET'],
    [{ GITHUB_CLIENT_ID: 'i' }, 'GITHUB_CLIENT_SECRET'],
    [{ UPSTASH_REDIS_REST_URL: 'https://u.example' }, 'UPSTASH_REDIS_REST_TOKEN'],
    [{ UPSTASH_REDIS_REST_TOKEN: 't' }, 'UPSTASH_REDIS_REST_URL'],
    [{ QSTASH_TOKEN: 't', WORKER_URL: 'https://w.example' }, 'QSTASH_CURRENT_SIGNING_KEY'],
    [{ QSTASH_TOKEN: 't', QSTASH_CURRENT_SIGNING_KEY: 'c' }, 'WORKER_URL'],
    [{ QSTASH_NEXT_SIGNING_KEY: 'n' }, 'QSTASH_CURRENT_SIGNING_KEY'],
    [{ JWT_ALGORITHM: 'ES256' }, 'JWT_PRIVATE_KEY'],
  ] as [Environment, string][])('config: %j without its counterpart is an error of the missing %s', (env, missing) => {
    expect(fieldsOf(env)).toEqual([missing]);
  });

  test('config: ES256 takes its private key from JWT_PRIVATE_KEY', () => {
    const JWT_PRIVATE_KEY = '-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----\n';
    expect(parse({ JWT_ALGORITHM: 'ES256', JWT_PRIVATE_KEY }).auth.privateKey?.reveal()).toBe(JWT_PRIVATE_KEY.trim());
  });
});

describe('parseConfig: secrets', () => {
  const secretNames = Object.entries(SETTINGS)
    .filter(([, setting]) => 'secret' in setting && setting.secret)
    .map(([name]) => name);

  test('config: no error shows the value of a secret', () => {
    for (const name of secretNames) {
      const env = { [name]: `§${SECRET}`.slice(0, 20), PORT: 'wrong' };
      expect(errorsOf(env).message).not.toContain('§');
    }
  });

  test('config: a printed configuration shows [redacted] in place of its secrets', () => {
    const env = Object.fromEntries(
      secretNames.map((name) => [name, name.endsWith('_URL') ? `postgres://u:${SECRET}@h/db` : SECRET]),
    );
    const config = parse({
      ...env,
      WORKER_URL: 'https://w.example',
      JWT_PRIVATE_KEY: '',
      REDIS_URL: `redis://:${SECRET}@h`,
      SMTP_URL: `smtp://u:${SECRET}@h`,
      UPSTASH_REDIS_REST_URL: '',
      UPSTASH_REDIS_REST_TOKEN: '',
      GOOGLE_CLIENT_ID: 'g',
      GITHUB_CLIENT_ID: 'g',
      OIDC_CLIENT_ID: 'g',
      OIDC_ISSUER: 'https://id.example',
    });
    for (const shown of [
      JSON.stringify(config),
      inspect(config, { depth: 10 }),
      `${config.auth.secret}`,
      String(config.auth.masterKey),
    ]) {
      expect(shown).not.toContain('s3cr3t');
      expect(shown).toContain('[redacted]');
    }
  });
});
