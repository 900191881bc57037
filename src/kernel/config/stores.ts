/** Connections to the database and the key-value store: a URL as given, or one built from its parts. */

import { Secret } from '../core/secret.ts';
import type { AddIssue } from './reader.ts';
import type { Settings } from './settings.ts';
import { buildPostgresUrl, buildRedisUrl, type DatabaseConfig, parseDatabaseUrl } from './urls.ts';

export type KeyValueConfig =
  | { readonly kind: 'memory' }
  | { readonly kind: 'redis'; readonly url: Secret<string> }
  | { readonly kind: 'upstash'; readonly url: string; readonly token: Secret<string> };

export function keyValueStore(raw: Settings, addIssue: AddIssue): KeyValueConfig {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = raw;
  if (url !== undefined && token !== undefined) return { kind: 'upstash', url, token: new Secret(token) };
  if (url !== undefined) addIssue('UPSTASH_REDIS_REST_TOKEN', 'expected beside UPSTASH_REDIS_REST_URL');
  if (token !== undefined) addIssue('UPSTASH_REDIS_REST_URL', 'expected beside UPSTASH_REDIS_REST_TOKEN');
  if (raw.REDIS_URL !== undefined) return { kind: 'redis', url: new Secret(redisUrl(raw.REDIS_URL, raw.REDIS_TLS, addIssue)) };
  if (raw.REDIS_HOST === undefined) return { kind: 'memory' };
  const parts = {
    host: raw.REDIS_HOST,
    port: raw.REDIS_PORT,
    password: raw.REDIS_PASSWORD,
    database: raw.REDIS_CACHE_DB,
    tls: raw.REDIS_TLS,
  };
  return { kind: 'redis', url: new Secret(buildRedisUrl(parts)) };
}

/** ioredis uses no TLS when the scheme is in upper case or when `tls` in the query is empty: both are ruled out here. */
function redisUrl(given: string, tls: boolean, addIssue: AddIssue): string {
  const { protocol, searchParams } = new URL(given);
  if (searchParams.has('tls') || (tls && protocol !== 'rediss:')) addIssue('REDIS_URL', 'expected a rediss: URL for TLS');
  return given.replace(/^\w+:/, protocol);
}

export function databaseOf(raw: Settings, addIssue: AddIssue): DatabaseConfig | undefined {
  const { POSTGRES_SSLMODE: sslMode, POSTGRES_POOL_MAX: poolMax } = raw;
  if (raw.DATABASE_URL !== undefined) {
    const parsed = parseDatabaseUrl(raw.DATABASE_URL, sslMode, raw.DATABASE_AUTH_TOKEN);
    if (!parsed)
      addIssue(
        'DATABASE_URL',
        'expected the path of a file, or a host and a database name, with user and password percent-encoded',
      );
    return parsed?.kind === 'postgres' ? { ...parsed, poolMax } : parsed;
  }
  if (raw.POSTGRES_SERVER === undefined) return { kind: 'sqlite', path: `${raw.DATA_DIR}/pharos.db` };
  const url = buildPostgresUrl({
    host: raw.POSTGRES_SERVER,
    port: raw.POSTGRES_PORT,
    user: raw.POSTGRES_USER,
    password: raw.POSTGRES_PASSWORD,
    database: raw.POSTGRES_DB,
  });
  return { kind: 'postgres', url: new Secret(url), sslMode, poolMax };
}
