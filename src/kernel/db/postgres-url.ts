/** Parses PostgreSQL URLs. postgres.js does, too, but leaves the database's name percent-encoded. */
export interface PostgresAddress {
  /** Without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly database: string;
}

/** Port 5432 and user `postgres` by default. Throws TypeError for an invalid URL. */
export function postgresParts(url: string): PostgresAddress {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || 5432),
    username: decodeURIComponent(username) || 'postgres',
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
  };
}
