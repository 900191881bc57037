/** Connection URLs: built from parts with everything encoded, and read in all the forms the predecessor took. */

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
      /** Connections that a process may have at once; undefined: 20. */
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

/** Undefined where the URL names no file, or no host and database, or where a driver could not decode it. */
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

/** The address is printed, so a token in its query moves to where it is not, and a password is refused. */
function parseLibsqlUrl(given: string, authToken: string | undefined): DatabaseConfig | undefined {
  if (!URL.canParse(given)) return undefined;
  const url = new URL(given);
  if (url.hostname === '' || url.username !== '' || url.password !== '') return undefined;
  const token = authToken ?? url.searchParams.get('authToken');
  url.searchParams.delete('authToken');
  return { kind: 'libsql', url: url.href, ...(token === null ? {} : { authToken: new Secret(token) }) };
}

/** Data in `:memory:` would end with its connection; parameters of a file URL are another driver's. */
const isFile = (path: string) => path !== '' && !path.endsWith('/') && path !== ':memory:' && !path.includes('?');

/** RFC 3986 percent-encoding of UTF-8. */
function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

/** A host name or an address, with or without the brackets of IPv6, and nothing else that a URL may hold. */
export const isHost = (value: string) => /^[^\s/?#@\\%]+$/.test(value) && URL.canParse(`http://${bracketed(value)}:1/`);

/** encodeURIComponent leaves `!'()*` as they are, and throws on a lone surrogate, which no server could have stored. */
const encode = (value: string) =>
  encodeURIComponent(value.toWellFormed()).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const bracketed = (host: string) => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
