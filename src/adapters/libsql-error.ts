/** Errors of a libSQL server and of the connection to it, with one code each, and whether a request may be repeated. */

/**
 * Codes beside SQLite's own. LIBSQL_BUSY means that nothing was done, LIBSQL_ROLLED_BACK and LIBSQL_EXPIRED that the whole
 * transaction was undone. After LIBSQL_LOST a write may or may not have happened.
 */
export type LibsqlCode =
  | 'LIBSQL_REFUSED'
  | 'LIBSQL_UNKNOWN_HOST'
  | 'LIBSQL_TIMEOUT'
  | 'LIBSQL_LOST'
  | 'LIBSQL_OUTCOME_UNKNOWN'
  | 'LIBSQL_BUSY'
  | 'LIBSQL_EXPIRED'
  | 'LIBSQL_ROLLED_BACK'
  | 'LIBSQL_BLOCKED'
  | 'LIBSQL_UNAUTHORISED'
  | 'LIBSQL_NO_DATABASE'
  | 'LIBSQL_CLOSED';

export class LibsqlHttpError extends Error {
  override readonly name = 'LibsqlHttpError';
  readonly code: string;
  /** Of a constraint, as in the native driver; the protocol has only the message. */
  readonly extendedCode: string | undefined;

  constructor(code: LibsqlCode | (string & {}), message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.extendedCode = /UNIQUE constraint failed/.test(message) ? 'SQLITE_CONSTRAINT_UNIQUE' : undefined;
  }
}

/**
 * When a request that failed is repeated. `wait`: any request, until a deadline, because another writer is active. `always`:
 * any request, because it had no effect. `read`: reads, and transactions before their COMMIT, because a write may have
 * happened. `never`: no request.
 */
export type Retry = 'wait' | 'always' | 'read' | 'never';

const RETRY: Readonly<Record<string, Retry>> = {
  SQLITE_BUSY: 'wait',
  SQLITE_LOCKED: 'wait',
  LIBSQL_BUSY: 'wait',
  LIBSQL_EXPIRED: 'always',
  LIBSQL_ROLLED_BACK: 'always',
  LIBSQL_LOST: 'read',
};

/** An extended code such as SQLITE_BUSY_SNAPSHOT counts as its primary code. */
export const retryOf = (code: string): Retry => RETRY[code] ?? RETRY[code.split('_').slice(0, 2).join('_')] ?? 'never';

/** Errors of one statement, after which its transaction continues. Any other error ends the transaction. */
const STATEMENT_ERROR = /^(?:SQLITE_(?:CONSTRAINT|UNKNOWN|ERROR|MISMATCH|RANGE|TOOBIG)|SQL_|ARGS_|RESPONSE_TOO_LARGE)/;

export const endsTransaction = (code: string): boolean => !STATEMENT_ERROR.test(code);

/** The server's codes that have a name above. */
const SERVER_CODES: Readonly<Record<string, LibsqlCode>> = {
  STREAM_EXPIRED: 'LIBSQL_EXPIRED',
  TRANSACTION_TIMEOUT: 'LIBSQL_ROLLED_BACK',
  TRANSACTION_CLOSED: 'LIBSQL_ROLLED_BACK',
  TRANSACTION_BUSY: 'LIBSQL_BUSY',
  BLOCKED: 'LIBSQL_BLOCKED',
  PROXY_ERROR: 'LIBSQL_LOST',
};

/** Converts an error of the client, which drizzle may have wrapped. Any other error counts as one of the connection. */
export function toLibsqlError(error: unknown): LibsqlHttpError {
  if (error instanceof LibsqlHttpError) return error;
  if (!(error instanceof Error)) return new LibsqlHttpError('LIBSQL_LOST', String(error));
  // The client wraps the error that closed a stream.
  if (error.cause instanceof LibsqlHttpError) return error.cause;
  if (error.name === 'LibsqlError' || error.name === 'LibsqlBatchError') {
    const code = 'code' in error ? String(error.code) : '';
    const message = error.cause instanceof Error ? error.cause.message : error.message;
    if (/clos/i.test(error.message) && (code === 'UNKNOWN' || code === 'HRANA_CLOSED_ERROR'))
      return new LibsqlHttpError('LIBSQL_CLOSED', message, error);
    return new LibsqlHttpError(SERVER_CODES[code] ?? code, message, error);
  }
  // Arguments that cannot be encoded.
  if (error instanceof RangeError || (error instanceof TypeError && /type of value/.test(error.message)))
    return new LibsqlHttpError('ARGS_INVALID', error.message, error);
  return fromNetwork(error);
}

/** Converts a rejection of `fetch`, on Node and on Workers. */
export function fromNetwork(error: unknown): LibsqlHttpError {
  const { cause } = error instanceof Error ? error : {};
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = cause instanceof Error && cause.message !== '' ? cause.message : error instanceof Error ? error.message : '';
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))
    return new LibsqlHttpError('LIBSQL_TIMEOUT', 'the server did not respond in time', error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return new LibsqlHttpError('LIBSQL_TIMEOUT', reason, error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new LibsqlHttpError('LIBSQL_UNKNOWN_HOST', reason, error);
  if (code === 'ECONNREFUSED') return new LibsqlHttpError('LIBSQL_REFUSED', reason, error);
  return new LibsqlHttpError('LIBSQL_LOST', reason, error);
}

/** Converts a response whose status is not 2xx. */
export async function fromResponse(response: Response): Promise<LibsqlHttpError> {
  const text = (await response.text().catch(() => '')).trim();
  const { message, code } = parseErrorBody(text);
  const description = `the server responded with ${response.status}${message === '' ? '' : `: ${message.slice(0, 200)}`}`;
  const { status } = response;
  if (code !== undefined && SERVER_CODES[code] !== undefined) return new LibsqlHttpError(SERVER_CODES[code], description);
  // The stream was dropped, or belongs to another instance of the server.
  if ((status === 400 || status === 404) && /\b(?:stream|baton)\b/i.test(message))
    return new LibsqlHttpError('LIBSQL_EXPIRED', description);
  if (status === 401 || status === 403) return new LibsqlHttpError('LIBSQL_UNAUTHORISED', description);
  if (status === 404) return new LibsqlHttpError('LIBSQL_NO_DATABASE', description);
  if (status === 429) return new LibsqlHttpError('LIBSQL_BUSY', description);
  if (status >= 500) return new LibsqlHttpError('LIBSQL_LOST', description);
  return new LibsqlHttpError(code ?? 'SERVER_ERROR', description);
}

function parseErrorBody(text: string): { message: string; code?: string } {
  try {
    const { message, error, code } = JSON.parse(text) as Record<string, unknown>;
    return { message: String(message ?? error ?? ''), ...(typeof code === 'string' ? { code } : {}) };
  } catch {
    return { message: text };
  }
}

/** A message for operators: the place, the fault and a remedy. It never contains the token. */
export function explainLibsql(error: unknown, place: string): string {
  const { code, message } = toLibsqlError(error);
  const server = `The libSQL server at ${place}`;
  switch (code) {
    case 'LIBSQL_REFUSED':
      return `${server} refused the connection: is it running, and is the port right? (DATABASE_URL)`;
    case 'LIBSQL_UNKNOWN_HOST':
      return `${server}: there is no such host (DATABASE_URL)`;
    case 'LIBSQL_TIMEOUT':
      return `${server} does not respond: is it reachable from here, or does a firewall drop the connection?`;
    case 'LIBSQL_UNAUTHORISED':
      return `${server} does not accept the token: create one with "turso db tokens create <database>" and set DATABASE_AUTH_TOKEN (${message})`;
    case 'LIBSQL_NO_DATABASE':
      return `${server} has no such database: "turso db list" shows the existing URLs (DATABASE_URL; ${message})`;
    case 'LIBSQL_BLOCKED':
      return `${server} blocks the operation, as after a quota is used up: ${message}`;
    default:
      return `${server} cannot be used: ${message}`;
  }
}
