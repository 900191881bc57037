/** What goes wrong between here and a libSQL server, in the words that the rest of the program knows. */

/**
 * `code` is SQLite's, or of those below. Only LIBSQL_BUSY and LIBSQL_ROLLED_BACK say that nothing was done, and with
 * LIBSQL_EXPIRED that a whole transaction was undone; LIBSQL_LOST leaves open whether it was.
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
  /** Of a constraint, as the native driver says it; the protocol has only the text. */
  readonly extendedCode: string | undefined;

  constructor(code: LibsqlCode | (string & {}), message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.extendedCode = /UNIQUE constraint failed/.test(message) ? 'SQLITE_CONSTRAINT_UNIQUE' : undefined;
  }
}

/** How the server says what has a name of ours. */
const SAID: Readonly<Record<string, LibsqlCode>> = {
  STREAM_EXPIRED: 'LIBSQL_EXPIRED',
  TRANSACTION_TIMEOUT: 'LIBSQL_ROLLED_BACK',
  TRANSACTION_CLOSED: 'LIBSQL_ROLLED_BACK',
  TRANSACTION_BUSY: 'LIBSQL_BUSY',
  BLOCKED: 'LIBSQL_BLOCKED',
  PROXY_ERROR: 'LIBSQL_LOST',
};

/** Of what the client throws, and drizzle around it; anything else is the connection's. */
export function toLibsqlError(error: unknown): LibsqlHttpError {
  if (error instanceof LibsqlHttpError) return error;
  if (!(error instanceof Error)) return new LibsqlHttpError('LIBSQL_LOST', String(error));
  // The client wraps what closed a stream.
  if (error.cause instanceof LibsqlHttpError) return error.cause;
  if (error.name === 'LibsqlError' || error.name === 'LibsqlBatchError') {
    const code = 'code' in error ? String(error.code) : '';
    const message = error.cause instanceof Error ? error.cause.message : error.message;
    if (/clos/i.test(error.message) && (code === 'UNKNOWN' || code === 'HRANA_CLOSED_ERROR'))
      return new LibsqlHttpError('LIBSQL_CLOSED', message, error);
    return new LibsqlHttpError(SAID[code] ?? code, message, error);
  }
  // Arguments that no protocol could carry.
  if (error instanceof RangeError || (error instanceof TypeError && /type of value/.test(error.message)))
    return new LibsqlHttpError('ARGS_INVALID', error.message, error);
  return fromNetwork(error);
}

/** Of what `fetch` rejects with, on Node and on Workers. */
export function fromNetwork(error: unknown): LibsqlHttpError {
  const { cause } = error instanceof Error ? error : {};
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = cause instanceof Error && cause.message !== '' ? cause.message : error instanceof Error ? error.message : '';
  if (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))
    return new LibsqlHttpError('LIBSQL_TIMEOUT', 'the server did not answer in time', error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return new LibsqlHttpError('LIBSQL_TIMEOUT', reason, error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new LibsqlHttpError('LIBSQL_UNKNOWN_HOST', reason, error);
  if (code === 'ECONNREFUSED') return new LibsqlHttpError('LIBSQL_REFUSED', reason, error);
  return new LibsqlHttpError('LIBSQL_LOST', reason, error);
}

/** Of an answer that is no 2xx. */
export async function fromResponse(response: Response): Promise<LibsqlHttpError> {
  const text = (await response.text().catch(() => '')).trim();
  const { message, code } = told(text);
  const said = `the server answered ${response.status}${message === '' ? '' : `: ${message.slice(0, 200)}`}`;
  const { status } = response;
  if (code !== undefined && SAID[code] !== undefined) return new LibsqlHttpError(SAID[code], said);
  // A stream that was dropped, or that another instance of the server had.
  if ((status === 400 || status === 404) && /\b(?:stream|baton)\b/i.test(message))
    return new LibsqlHttpError('LIBSQL_EXPIRED', said);
  if (status === 401 || status === 403) return new LibsqlHttpError('LIBSQL_UNAUTHORISED', said);
  if (status === 404) return new LibsqlHttpError('LIBSQL_NO_DATABASE', said);
  if (status === 429) return new LibsqlHttpError('LIBSQL_BUSY', said);
  if (status >= 500) return new LibsqlHttpError('LIBSQL_LOST', said);
  return new LibsqlHttpError(code ?? 'SERVER_ERROR', said);
}

function told(text: string): { message: string; code?: string } {
  try {
    const { message, error, code } = JSON.parse(text) as Record<string, unknown>;
    return { message: String(message ?? error ?? ''), ...(typeof code === 'string' ? { code } : {}) };
  } catch {
    return { message: text };
  }
}

/** For the person who configured it: where, what is wrong, what to try. The token is in none of it. */
export function explainLibsql(error: unknown, place: string): string {
  const { code, message } = toLibsqlError(error);
  const told = `The libSQL server at ${place}`;
  switch (code) {
    case 'LIBSQL_REFUSED':
      return `${told} refused the connection: is it running, and is the port right? (DATABASE_URL)`;
    case 'LIBSQL_UNKNOWN_HOST':
      return `${told}: there is no such host (DATABASE_URL)`;
    case 'LIBSQL_TIMEOUT':
      return `${told} does not answer: is it reachable from here, or does a firewall drop the connection?`;
    case 'LIBSQL_UNAUTHORISED':
      return `${told} does not accept the token: make one with "turso db tokens create <database>" and set DATABASE_AUTH_TOKEN (${message})`;
    case 'LIBSQL_NO_DATABASE':
      return `${told} has no such database: "turso db list" shows the URLs there are (DATABASE_URL; ${message})`;
    case 'LIBSQL_BLOCKED':
      return `${told} blocks the operation, as it does when a quota is used up: ${message}`;
    default:
      return `${told} cannot be used: ${message}`;
  }
}
