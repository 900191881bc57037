/** A pool of connections to PostgreSQL, and messages for operators when the server cannot be used. */
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import postgres, { type Options, type Sql } from 'postgres';
import type { SslMode } from '../kernel/config/urls.ts';
import type { Metrics } from '../kernel/core/metrics.ts';
import { postgresParts } from '../kernel/db/postgres-url.ts';
import { createCountedSockets, limitPool } from './postgres-pool.ts';

export interface PostgresOptions {
  readonly url: string;
  readonly sslMode: SslMode;
  /** Maximum number of connections; idle ones are closed after a minute. Default 20. */
  readonly max?: number | undefined;
  /** Milliseconds a statement may take. Default 30,000. */
  readonly statementTimeoutMs?: number;
  /** Milliseconds that a query or transaction may wait for a connection of the pool. Default 10,000. */
  readonly waitMs?: number;
  /** Seconds that opening a connection may take. Default 10. */
  readonly connectTimeoutS?: number;
  /**
   * For a client of kept statements (`kernel/db/prepared.ts`): a plan that was made for a table of few rows would stay after it has
   * grown. A pooler has to accept the parameter, so other clients do not send it.
   */
  readonly planEachTime?: boolean;
  /** Receives the metrics of the pool. */
  readonly metrics?: Metrics | undefined;
}

const CONNECT_TIMEOUT_S = 10;
/** Longest pause, in seconds, between two attempts to connect to a server that is down. Short, so that queries do not wait after its return. */
const PAUSE_S = 1;
const IDLE_TIMEOUT_S = 60;
/** Seconds after which a connection is replaced, because of load balancers and outdated query plans. */
const LIFETIME_S = 30 * 60;
const STATEMENT_TIMEOUT_MS = 30_000;
/** As long as a connection may take to open. A request that waits longer gets a 503 with Retry-After. */
const WAIT_MS = 10_000;
/** Milliseconds after which the locks of a transaction whose process hangs are released. */
const IDLE_IN_TRANSACTION_MS = 60_000;
/** PostgreSQL 14: the oldest version that its community supports. */
const OLDEST = 140_000;

export function connectPostgres({
  url,
  sslMode,
  max = 20,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
  waitMs = WAIT_MS,
  connectTimeoutS = CONNECT_TIMEOUT_S,
  planEachTime = false,
  metrics,
}: PostgresOptions): Sql {
  const to = postgresParts(url);
  const counted = metrics && createCountedSockets(to);
  const client = postgres({
    ...to,
    // Lists: a string would be split at its colons, which IPv6 addresses contain.
    host: [to.host] as never,
    port: [to.port] as never,
    max,
    idle_timeout: IDLE_TIMEOUT_S,
    max_lifetime: LIFETIME_S,
    connect_timeout: connectTimeoutS,
    backoff: (attempts) => Math.min(3 ** attempts / 100, PAUSE_S) * (0.5 + Math.random() / 2),
    ssl: sslMode === 'verify-full' ? verifying(to.host) : SSL[sslMode],
    // The types of the columns are known; this saves a round trip per connection.
    fetch_types: false,
    onnotice: () => undefined,
    connection: {
      application_name: 'pharos',
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      ...(planEachTime && { plan_cache_mode: 'force_custom_plan' }),
    },
    // Missing in the types of the options, but documented: https://github.com/porsager/postgres#custom-socket
    ...(counted && { socket: counted.socket }),
  });
  return limitPool(client, { max, waitMs, metrics }, counted?.open);
}

const SSL: Record<Exclude<SslMode, 'verify-full'>, NonNullable<Options<Record<string, never>>['ssl']>> = {
  disable: false,
  prefer: 'prefer',
  require: 'require',
};

/** Compares with the configured host: Node takes the name from SNI, which cannot hold an IP address. */
const verifying = (host: string) => ({
  rejectUnauthorized: true,
  checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(host, certificate),
});

/** `host:port/database` of a URL, fit for a log. */
export function placeOfPostgres(url: string): string {
  const { host, port, database } = postgresParts(url);
  return `${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

/** Rejects with an Error for operators: host, port and database, the fault, and a remedy. */
export async function checkPostgres(client: Sql, url: string): Promise<void> {
  const [row] = await client<{ number: string; version: string; encoding: string }[]>`
    select current_setting('server_version_num') as number, current_setting('server_version') as version,
      current_setting('server_encoding') as encoding`.catch((cause: unknown) => {
    throw new Error(explainPostgres(cause, url), { cause });
  });
  const place = placeOfPostgres(url);
  if (Number(row?.number) < OLDEST)
    throw new Error(`PostgreSQL at ${place} is too old: its version is ${row?.version}, and 14 or newer is required`);
  if (row?.encoding === 'UTF8') return;
  const { database } = postgresParts(url);
  throw new Error(
    `The database at ${place} has the encoding ${row?.encoding}, which cannot hold every text: make one with "createdb --template=template0 --encoding=UTF8 ${database}", or name another (DATABASE_URL, or POSTGRES_DB)`,
  );
}

/** A message for operators: the place, the fault and a remedy. It never contains the password. */
export function explainPostgres(error: unknown, url: string): string {
  const place = placeOfPostgres(url);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const { username: user, database } = postgresParts(url);
  const server = `PostgreSQL at ${place}`;
  switch (code) {
    case 'ECONNREFUSED':
      return `${server} refused the connection: is it running, and is the port right? (DATABASE_URL, or POSTGRES_SERVER and POSTGRES_PORT)`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${server}: there is no such host (DATABASE_URL, or POSTGRES_SERVER)`;
    case 'CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return `${server} does not respond: is it reachable from here, or does a firewall drop the connection?`;
    case '28P01':
    case '28000':
      return `${server} rejected user "${user}": check the user and password, and pg_hba.conf (POSTGRES_USER, POSTGRES_PASSWORD)`;
    case '3D000':
      return `${server} has no database "${database}": create it with "createdb ${database}", or correct POSTGRES_DB`;
    case '42501':
      return `${server}: user "${user}" lacks rights: "GRANT ALL ON DATABASE ${database} TO ${user}" and, in it, "GRANT ALL ON SCHEMA public TO ${user}"`;
    case '53300':
      return `${server} has no connections left: raise max_connections, or run fewer processes`;
    default:
      return `${server} cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}
