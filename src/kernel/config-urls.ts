/** Connection URLs: built from parts with everything encoded, and read in all the forms the predecessor took. */
import { sqlitePath } from './db/sqlite-path.ts';
import { Secret } from './secret.ts';

export type SslMode = 'disable' | 'prefer' | 'require' | 'verify-full';

export type DatabaseConfig =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'libsql'; readonly url: string; readonly authToken?: Secret<string> }
  | { readonly kind: 'postgres'; readonly url: Secret<string>; readonly sslMode: SslMode };

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
}: Omit<PostgresParts, 'user' | 'database'> & { database: number }): string {
  return `redis://${password === undefined ? '' : `:${encode(password)}@`}${bracketed(host)}:${port}/${database}`;
}

/** Undefined where the URL names no file, or no host and database. */
export function parseDatabaseUrl(url: string, sslMode: SslMode, authToken?: string): DatabaseConfig | undefined {
  const path = sqlitePath(url);
  if (path !== undefined) return path === '' ? undefined : { kind: 'sqlite', path };
  if (/^(?:libsql|https?):/.test(url)) {
    if (!URL.canParse(url)) return undefined;
    return { kind: 'libsql', url, ...(authToken === undefined ? {} : { authToken: new Secret(authToken) }) };
  }
  const normalised = url.replace(/^postgres(?:ql)?(?:\+asyncpg)?:/, 'postgresql:');
  if (!URL.canParse(normalised)) return undefined;
  const { hostname, pathname } = new URL(normalised);
  return hostname === '' || pathname.length < 2 ? undefined : { kind: 'postgres', url: new Secret(normalised), sslMode };
}

/** encodeURIComponent leaves `!'()*` as they are, and throws on a lone surrogate, which no server could have stored. */
const encode = (value: string) =>
  encodeURIComponent(value.toWellFormed()).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const bracketed = (host: string) => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
