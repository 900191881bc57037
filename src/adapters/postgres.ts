/** A pool of connections to PostgreSQL, and what it means when there are none. */
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import postgres, { type Options, type Sql } from 'postgres';
import type { SslMode } from '../kernel/config/urls.ts';
import type { Metrics } from '../kernel/core/metrics.ts';
import { postgresParts } from '../kernel/db/postgres-url.ts';
import { createCountedSockets, limitPool } from './postgres-pool.ts';

export interface PostgresOptions {
  readonly url: string;
  readonly sslMode: SslMode;
  /** Connections at most; idle ones are closed after a while. Default 20. */
  readonly max?: number | undefined;
  /** Milliseconds a statement may take. Default 30,000. */
  readonly statementTimeoutMs?: number;
  /** Milliseconds that a query or transaction may wait for a connection of the pool. Default 10,000. */
  readonly waitMs?: number;
  /** Where the use of the pool is shown. */
  readonly metrics?: Metrics | undefined;
}

const CONNECT_TIMEOUT_S = 10;
/** The longest pause between two attempts at a server that is away: what waits for one, and its return, are not held up. */
const PAUSE_S = 1;
const IDLE_TIMEOUT_S = 60;
/** So that a connection behind a balancer, or one whose plans have aged, is replaced in time. */
const LIFETIME_S = 30 * 60;
const STATEMENT_TIMEOUT_MS = 30_000;
/** As long as opening one may take: whoever waits for longer is better off being told to come back. */
const WAIT_MS = 10_000;
/** A transaction whose process hangs holds its locks no longer than this. */
const IDLE_IN_TRANSACTION_MS = 60_000;
/** The oldest that its community supports, and that anything here was tried on. */
const OLDEST = 140_000;

export function connectPostgres({
  url,
  sslMode,
  max = 20,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
  waitMs = WAIT_MS,
  metrics,
}: PostgresOptions): Sql {
  const to = postgresParts(url);
  const counted = metrics && createCountedSockets(to);
  const client = postgres({
    ...to,
    // As lists: a text would be cut at its colons, of which an IPv6 address has some.
    host: [to.host] as never,
    port: [to.port] as never,
    max,
    idle_timeout: IDLE_TIMEOUT_S,
    max_lifetime: LIFETIME_S,
    connect_timeout: CONNECT_TIMEOUT_S,
    backoff: (attempts) => Math.min(3 ** attempts / 100, PAUSE_S) * (0.5 + Math.random() / 2),
    ssl: sslMode === 'verify-full' ? verifying(to.host) : SSL[sslMode],
    // Types beyond those of our columns are not asked for: a round trip less for every connection.
    fetch_types: false,
    onnotice: () => undefined,
    connection: {
      application_name: 'pharos',
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    },
    // Not among the types of the options, but of the library: https://github.com/porsager/postgres#custom-socket
    ...(counted && { socket: counted.socket }),
  });
  return limitPool(client, { max, waitMs, metrics }, counted?.open);
}

const SSL: Record<Exclude<SslMode, 'verify-full'>, NonNullable<Options<Record<string, never>>['ssl']>> = {
  disable: false,
  prefer: 'prefer',
  require: 'require',
};

/** Node takes the name to be compared from the TLS greeting, where an address has no place. */
const verifying = (host: string) => ({
  rejectUnauthorized: true,
  checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(host, certificate),
});

/** `host:port/database` of a URL, fit for a log. */
export function placeOfPostgres(url: string): string {
  const { host, port, database } = postgresParts(url);
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

/** Rejects with an Error for the person who configured it: host, port and database, what is wrong, what to try. */
export async function checkPostgres(client: Sql, url: string): Promise<void> {
  const [row] = await client<{ number: string; version: string }[]>`
    select current_setting('server_version_num') as number, current_setting('server_version') as version`.catch(
    (cause: unknown) => {
      throw new Error(explainPostgres(cause, url), { cause });
    },
  );
  if (Number(row?.number) >= OLDEST) return;
  throw new Error(`PostgreSQL at ${placeOfPostgres(url)} is too old: it is ${row?.version}, and 14 or newer is needed`);
}

/** Says what can be done about it; never the password. */
export function explainPostgres(error: unknown, url: string): string {
  const place = placeOfPostgres(url);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const { username: user, database } = postgresParts(url);
  const told = `PostgreSQL at ${place}`;
  switch (code) {
    case 'ECONNREFUSED':
      return `${told} refused the connection: is it running, and is the port right? (DATABASE_URL, or POSTGRES_SERVER and POSTGRES_PORT)`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${told}: there is no such host (DATABASE_URL, or POSTGRES_SERVER)`;
    case 'CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return `${told} does not answer: is it reachable from here, or does a firewall drop the connection?`;
    case '28P01':
    case '28000':
      return `${told} does not let user "${user}" in: check the user and password, and pg_hba.conf (POSTGRES_USER, POSTGRES_PASSWORD)`;
    case '3D000':
      return `${told} has no database "${database}": create it with "createdb ${database}", or correct POSTGRES_DB`;
    case '42501':
      return `${told}: user "${user}" lacks rights: "GRANT ALL ON DATABASE ${database} TO ${user}" and, in it, "GRANT ALL ON SCHEMA public TO ${user}"`;
    case '53300':
      return `${told} has no connections left: raise max_connections, or run fewer processes`;
    default:
      return `${told} cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}
