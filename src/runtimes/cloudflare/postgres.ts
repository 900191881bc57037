/** A connection to PostgreSQL from Workers for one request, through Hyperdrive or directly. */
import postgres, { type Sql } from 'postgres';
import type { Config } from '../../kernel/config/config.ts';
import { postgresParts } from '../../kernel/db/postgres-url.ts';

type PostgresConfig = Extract<Config['database'], { kind: 'postgres' }>;

/** Workers permits six open connections per request, including its fetches. */
const CONNECTIONS = 4;
const CONNECT_TIMEOUT_S = 10;
/** Seconds. An event stream queries rarely and may last an hour. */
const IDLE_TIMEOUT_S = 1;
const STATEMENT_TIMEOUT_MS = 30_000;

/** `pooled`: through a pool, which does not forward a connection's startup parameters. */
export function connectFromEdge({ url, sslMode }: PostgresConfig, { pooled }: { pooled: boolean }): Sql {
  const to = postgresParts(url.reveal());
  return postgres({
    ...to,
    host: [to.host] as never,
    port: [to.port] as never,
    max: CONNECTIONS,
    idle_timeout: IDLE_TIMEOUT_S,
    max_lifetime: null,
    connect_timeout: CONNECT_TIMEOUT_S,
    // The platform's TLS always verifies certificates. With `prefer`, postgres.js 3.4.9 waits for ever on Workers if the server has no TLS.
    ssl: sslMode === 'disable' ? false : 'require',
    fetch_types: false,
    onnotice: () => undefined,
    connection: pooled ? {} : { application_name: 'pharos', statement_timeout: STATEMENT_TIMEOUT_MS },
  });
}
