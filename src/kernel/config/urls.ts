/** Connection URLs: built from parts with every part encoded, and parsed in every form the earlier Python service accepted. */

import { Secret } from '../core/secret.ts';
import { sqlitePath } from './sqlite-path.ts';

export type SslMode = 'disable' | 'prefer' | 'require' | 'verify-full';

export type DatabaseConfig =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'libsql'; readonly url: string; readonly authToken?: Secret<string> }
  | {
      readonly kind: 'postgres';
      readonly url: Secret<string>;
      readonly sslMode: SslMode;
      /** Connections that one process may hold; undefined: the adapter's default. */
      readonly poolMax?: number | undefined;
    };

export interface PostgresParts {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string | undefined;
  readonly database: string;
}

/** RFC 3986 userinfo and path: every part percent-encoded, an IPv6 host in brackets. */
export function buildPostgresUrl({ host, port, user, password, database }: PostgresParts): string {
  const credentials = password === undefined ? encode(user) : `${encode(user)}:${encode(password)}`;
  return `postgresql://${credentials}@${bracketed(host)}:${port}/${encode(database)}`;
}

export function buildRedisUrl({
  host,
  port,
  password,
  database,
  tls,
}: Omit<PostgresParts, 'user' | 'database'> & { database: number; tls: boolean }): string {
  return `${tls ? 'rediss' : 'redis'}://${password === undefined ? '' : `:${encode(password)}@`}${bracketed(host)}:${port}/${database}`;
}

/** Undefined for a URL that lacks a file, or a host and database, and for one that a driver could not decode. */
export function parseDatabaseUrl(url: string, sslMode: SslMode, authToken?: string): DatabaseConfig | undefined {
  const path = sqlitePath(url);
  if (path !== undefined) return isFile(path) ? { kind: 'sqlite', path } : undefined;
  if (/^(?:libsql|https?):/.test(url)) return parseLibsqlUrl(url, authToken);
  const normalised = url.replace(/^postgres(?:ql)?(?:\+asyncpg)?:/, 'postgresql:');
  if (!URL.canParse(normalised)) return undefined;
  const { hostname, pathname, username, password } = new URL(normalised);
  if (hostname === '' || pathname.length < 2 || ![username, password, pathname].every(isDecodable)) return undefined;
  return { kind: 'postgres', url: new Secret(normalised), sslMode };
}

/** The URL is printed, so a token in its query moves to `authToken`, and a URL with a user or password is invalid. */
function parseLibsqlUrl(given: string, authToken: string | undefined): DatabaseConfig | undefined {
  if (!URL.canParse(given)) return undefined;
  const url = new URL(given);
  if (url.hostname === '' || url.username !== '' || url.password !== '') return undefined;
  const token = authToken ?? url.searchParams.get('authToken');
  url.searchParams.delete('authToken');
  return { kind: 'libsql', url: url.href, ...(token === null ? {} : { authToken: new Secret(token) }) };
}

/** Not `:memory:`, whose data ends with its connection, and no parameters, which belong to other drivers. */
const isFile = (path: string) => path !== '' && !path.endsWith('/') && path !== ':memory:' && !path.includes('?');

/** Whether `part` is valid percent-encoded UTF-8 (RFC 3986 section 2.1). */
function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** Whether `value` is a host name or an address and nothing more; IPv6 with or without brackets. */
export const isHost = (value: string) => /^[^\s/?#@\\%]+$/.test(value) && URL.canParse(`http://${bracketed(value)}:1/`);

/** encodeURIComponent keeps `!'()*`, and throws on a lone surrogate, which `toWellFormed` replaces. */
const encode = (value: string) =>
  encodeURIComponent(value.toWellFormed()).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const bracketed = (host: string) => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
