/** Classifies the errors of failed queries that are not bugs: the database is unavailable, or a value is too large for it. */
import { DrizzleQueryError } from 'drizzle-orm';
import { AppError } from '../core/errors.ts';

/**
 * SQLite: locked, missing, full, read-only or damaged. A libSQL server: any failed request. Sockets: refused, reset, timed
 * out. PostgreSQL: class 08 (connection), 57P01 to 57P03 (shutdown), 53300 (too many connections), and as for SQLite 53100
 * (full), 25006 (read-only) and 58030 (an error of the disk).
 */
const AWAY =
  /^(?:CLIENT_CLOSED|LIBSQL_|SQLITE_(?:BUSY|LOCKED|CANTOPEN|IOERR|READONLY|FULL|CORRUPT|NOTADB)|ECONN|ETIMEDOUT|ENOTFOUND|EPIPE|CONNECT_TIMEOUT|CONNECTION_|08|25006|53100|57P0[1-3]|53300|58030)/;

/** The messages of socket errors on Workers, which have no codes. */
const SOCKET_AWAY = /^(?:proxy request failed|Network connection lost|Stream was cancelled|TLS|This socket has been closed)/;

/** Whether `error` means that the database is unavailable. */
export function isDatabaseAway(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  if (!(cause instanceof Error)) return false;
  if (!('code' in cause) || typeof cause.code !== 'string')
    return (error instanceof DrizzleQueryError || 'query' in cause) && SOCKET_AWAY.test(cause.message);
  // Only socket errors raised by a query count; others belong to other clients. postgres.js attaches the query.
  const underQuery = error instanceof DrizzleQueryError || 'query' in cause || /^(?:SQLITE|LIBSQL|CONNECTION)_/.test(cause.code);
  return underQuery && AWAY.test(cause.code);
}

/** A value beyond a limit: of a libSQL server's 5 MB per text or blob, or of PostgreSQL (class 54). */
const TOO_LARGE = /^(?:SQLITE_TOOBIG|54\w{3})$/;
/** PostgreSQL's class 22: a value that its type cannot hold. */
const BAD_VALUE = /^22\w{3}$/;
/** A constraint that depends on the values alone: NOT NULL, CHECK, or a column's type. Unique and foreign keys may change. */
const BAD_ROW = /^(?:23502|23514|SQLITE_MISMATCH|SQLITE_CONSTRAINT_(?:NOTNULL|CHECK|DATATYPE))$/;

function codeOf(error: unknown): string {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** SQLite's code with the kind of constraint; that of any other error. */
function extendedCodeOf(error: unknown): string {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof Error && 'extendedCode' in cause ? String(cause.extendedCode) : codeOf(error);
}

/** Why a database takes no write at all, though it can be read: of SQLite and libSQL, and of PostgreSQL. */
const REFUSES_WRITES: readonly (readonly [RegExp, string])[] = [
  [/^(?:SQLITE_FULL|53100)/, 'its disk is full'],
  [/^(?:SQLITE_READONLY|25006)/, 'it is read-only'],
  [/^(?:SQLITE_IOERR|58030)/, 'its disk reports errors'],
  [/^LIBSQL_BLOCKED$/, 'its provider blocks it'],
];

/** The reason, in words for clients, if `error` says that the database takes no writes; an AppError is asked for its cause. */
export function writeRefusal(error: unknown): string | undefined {
  const code = codeOf(error instanceof AppError ? error.cause : error);
  return REFUSES_WRITES.find(([codes]) => codes.test(code))?.[1];
}

/** No space left on the disk of SQLite or PostgreSQL. */
const NO_ROOM = /^(?:SQLITE_FULL|53100)$/;
const READ_ONLY = /^(?:SQLITE_READONLY|25006)/;

const isTooLarge = (error: unknown) => TOO_LARGE.test(codeOf(error));

/** Whether the database refuses the values of a query, now and at every later attempt. */
export const isUnstorable = (error: unknown) =>
  isTooLarge(error) || BAD_VALUE.test(codeOf(error)) || BAD_ROW.test(extendedCodeOf(error));

/** `payload_too_large` or `unavailable` for the errors that this file classifies; undefined for any other. */
export function toDatabaseAppError(cause: unknown): AppError | undefined {
  if (isTooLarge(cause)) return new AppError('payload_too_large', 'The request is larger than the database accepts', { cause });
  if (!isDatabaseAway(cause)) return undefined;
  if (NO_ROOM.test(codeOf(cause))) return new AppError('unavailable', 'The database has no room left', { cause, retryAfter: 5 });
  if (READ_ONLY.test(codeOf(cause)))
    return new AppError('unavailable', 'The database is read-only right now', { cause, retryAfter: 5 });
  return new AppError('unavailable', 'The database cannot be reached right now', { cause, retryAfter: 5 });
}
