/** A connection to PostgreSQL from Workers: for one request, through Hyperdrive or straight to the server. */
import postgres, { type Sql } from 'postgres';
import type { Config } from '../../kernel/config/config.ts';
import { postgresParts } from '../../kernel/db/postgres-url.ts';

type PostgresConfig = Extract<Config['database'], { kind: 'postgres' }>;

/** Workers lets a request have six connections open at once, all of its fetches included. */
const CONNECTIONS = 4;
const CONNECT_TIMEOUT_S = 10;
/** An event stream asks seldom, and may last for an hour. */
const IDLE_TIMEOUT_S = 1;
const STATEMENT_TIMEOUT_MS = 30_000;

/** `pooled`: a pool stands between, which keeps what a connection is started with to itself. */
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
    // The platform's TLS always verifies. `prefer` would wait for ever where a server has none (postgres.js 3.4.9 on Workers).
    ssl: sslMode === 'disable' ? false : 'require',
    fetch_types: false,
    onnotice: () => undefined,
    connection: pooled ? {} : { application_name: 'pharos', statement_timeout: STATEMENT_TIMEOUT_MS },
  });
}
