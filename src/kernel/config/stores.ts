/** Where data and short-lived state are kept: a URL, or one built from its parts. */

import { Secret } from '../core/secret.ts';
import type { AddIssue, Settings } from './reader.ts';
import { buildPostgresUrl, buildRedisUrl, type DatabaseConfig, parseDatabaseUrl } from './urls.ts';

export type KeyValueConfig =
  | { readonly kind: 'memory' }
  | { readonly kind: 'redis'; readonly url: Secret<string> }
  | { readonly kind: 'upstash'; readonly url: string; readonly token: Secret<string> };

export function keyValueStore(raw: Settings, refuse: AddIssue): KeyValueConfig {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = raw;
  if (url !== undefined && token !== undefined) return { kind: 'upstash', url, token: new Secret(token) };
  if (url !== undefined) refuse('UPSTASH_REDIS_REST_TOKEN', 'expected beside UPSTASH_REDIS_REST_URL');
  if (token !== undefined) refuse('UPSTASH_REDIS_REST_URL', 'expected beside UPSTASH_REDIS_REST_TOKEN');
  if (raw.REDIS_URL !== undefined) return { kind: 'redis', url: new Secret(redisUrl(raw.REDIS_URL, raw.REDIS_TLS, refuse)) };
  if (raw.REDIS_HOST === undefined) return { kind: 'memory' };
  const parts = {
    host: raw.REDIS_HOST,
    port: raw.REDIS_PORT ?? 6379,
    password: raw.REDIS_PASSWORD,
    database: raw.REDIS_CACHE_DB ?? 0,
    tls: raw.REDIS_TLS ?? false,
  };
  return { kind: 'redis', url: new Secret(buildRedisUrl(parts)) };
}

/** ioredis goes without TLS where the scheme is not written in small letters, or `tls` in the query is empty. */
function redisUrl(given: string, tls: boolean | undefined, refuse: AddIssue): string {
  const { protocol, searchParams } = new URL(given);
  if (searchParams.has('tls') || (tls && protocol !== 'rediss:')) refuse('REDIS_URL', 'expected a rediss: URL for TLS');
  return given.replace(/^\w+:/, protocol);
}

export function databaseOf(raw: Settings, dataDir: string, refuse: AddIssue): DatabaseConfig | undefined {
  const sslMode = raw.POSTGRES_SSLMODE ?? 'prefer';
  const poolMax = raw.POSTGRES_POOL_MAX;
  if (raw.DATABASE_URL !== undefined) {
    const parsed = parseDatabaseUrl(raw.DATABASE_URL, sslMode, raw.DATABASE_AUTH_TOKEN);
    if (!parsed)
      refuse(
        'DATABASE_URL',
        'expected the path of a file, or a host and a database name, with user and password percent-encoded',
      );
    return parsed?.kind === 'postgres' ? { ...parsed, poolMax } : parsed;
  }
  if (raw.POSTGRES_SERVER === undefined) return { kind: 'sqlite', path: `${dataDir}/pharos.db` };
  const url = buildPostgresUrl({
    host: raw.POSTGRES_SERVER,
    port: raw.POSTGRES_PORT ?? 5432,
    user: raw.POSTGRES_USER ?? 'postgres',
    password: raw.POSTGRES_PASSWORD,
    database: raw.POSTGRES_DB ?? 'pharos',
  });
  return { kind: 'postgres', url: new Secret(url), sslMode, poolMax };
}
