/** Whether a failed query means that the database cannot be had right now, rather than that the query is wrong. */
import { DrizzleQueryError } from 'drizzle-orm';

/** SQLite: locked, gone, full, read-only or damaged. Sockets: refused, cut, unanswered. Postgres: class 08, shutting down, no slots. */
const AWAY =
  /^(?:CLIENT_CLOSED|SQLITE_(?:BUSY|LOCKED|CANTOPEN|IOERR|READONLY|FULL|CORRUPT|NOTADB)|ECONN|ETIMEDOUT|ENOTFOUND|EPIPE|CONNECT_TIMEOUT|CONNECTION_|08|57P0[1-3]|53300)/;

export function isDatabaseAway(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return false;
  // Elsewhere than under a query a refused socket is somebody else's.
  return AWAY.test(cause.code) && (error instanceof DrizzleQueryError || cause.code.startsWith('SQLITE_'));
}
