/** What a failed query means: that the database cannot be had right now, or takes no value of that size, rather than a fault of ours. */
import { DrizzleQueryError } from 'drizzle-orm';

/**
 * SQLite: locked, gone, full, read-only or damaged. A libSQL server: whatever befell a request to it. Sockets: refused, cut,
 * unanswered. Postgres: class 08, shutting down, no slots.
 */
const AWAY =
  /^(?:CLIENT_CLOSED|LIBSQL_|SQLITE_(?:BUSY|LOCKED|CANTOPEN|IOERR|READONLY|FULL|CORRUPT|NOTADB)|ECONN|ETIMEDOUT|ENOTFOUND|EPIPE|CONNECT_TIMEOUT|CONNECTION_|08|57P0[1-3]|53300)/;

/** What sockets say on Workers, whose errors have no codes. */
const SOCKET_AWAY = /^(?:proxy request failed|Network connection lost|Stream was cancelled|TLS|This socket has been closed)/;

export function isDatabaseAway(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  if (!(cause instanceof Error)) return false;
  if (!('code' in cause) || typeof cause.code !== 'string')
    return (error instanceof DrizzleQueryError || 'query' in cause) && SOCKET_AWAY.test(cause.message);
  // Elsewhere than under a query a refused socket is somebody else's; postgres.js says under which.
  const underQuery = error instanceof DrizzleQueryError || 'query' in cause || /^(?:SQLITE|LIBSQL|CONNECTION)_/.test(cause.code);
  return underQuery && AWAY.test(cause.code);
}

/** Whether a value is larger than the database takes: a libSQL server has 5 MB for a text or a file. */
export function isTooLarge(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof Error && 'code' in cause && cause.code === 'SQLITE_TOOBIG';
}
