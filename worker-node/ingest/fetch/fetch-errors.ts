/** Turns failures of a fetch into StageErrors: a message for the document's owner, and whether a retry may help. */
import { StageError } from '../../../src/kernel/core/errors.ts';
import { parseRetryAfter } from '../../../src/kernel/core/retry-after.ts';

/** Thrown by the connector. The message must not reveal addresses of the worker's network. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}

const MAX_RETRY_AFTER_SECONDS = 3600;
const TRANSIENT_STATUSES = new Set([408, 425, 429]);
const STATUS_MESSAGES: Readonly<Record<number, string>> = {
  400: 'The site did not understand the request',
  401: 'The site asks for a login',
  402: 'The site asks for payment',
  403: 'The site refuses access to this page',
  404: 'The page was not found',
  406: 'The site does not offer this page in a supported format',
  408: 'The site took too long',
  410: 'The page is gone permanently',
  429: 'The site asks to slow down',
  451: 'The page is unavailable for legal reasons',
  500: 'The site failed to produce the page',
  502: 'The site could not reach its own server',
  503: 'The site is not available at the moment',
  504: 'The site took too long',
};

/** The error for a response that is not 2xx; `retryAfter` is the header of that name, `now` in Unix milliseconds. */
export function statusError(status: number, retryAfter: string | undefined, now: number): StageError {
  const message = STATUS_MESSAGES[status] ?? (status >= 500 ? 'The site failed' : 'The site did not respond with a page');
  const transient = status >= 500 || TRANSIENT_STATUSES.has(status);
  const seconds = transient ? retryAfterSeconds(retryAfter, now) : undefined;
  return new StageError(
    transient ? 'transient' : 'permanent',
    `${message} (HTTP ${status})`,
    seconds === undefined ? {} : { retryAfter: seconds },
  );
}

/** Seconds of a `Retry-After` header, at most an hour; undefined where it is missing or invalid. */
export function retryAfterSeconds(header: string | undefined, now: number): number | undefined {
  const seconds = parseRetryAfter(header ?? null, now);
  return seconds === undefined ? undefined : Math.min(seconds, MAX_RETRY_AFTER_SECONDS);
}

const TLS_MESSAGES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  UNABLE_TO_GET_ISSUER_CERT: 'the issuer of its certificate is unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the issuer of its certificate is unknown',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};
const NETWORK_MESSAGES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host name could not be found',
  EAI_AGAIN: 'its host name could not be looked up',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection was cut',
  ETIMEDOUT: 'it did not respond in time',
  UND_ERR_CONNECT_TIMEOUT: 'it did not respond in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not respond in time',
  UND_ERR_BODY_TIMEOUT: 'it did not respond in time',
  EHOSTUNREACH: 'it cannot be reached',
  ENETUNREACH: 'it cannot be reached',
};

/** Whether `error` or one of its causes is a refusal by the connector. */
export function isForbiddenAddress(error: unknown): boolean {
  return [...causes(error)].some((cause) => cause instanceof ForbiddenAddressError);
}

/** What to do, for a person who may not run the server. */
const ALLOW = "the server's operator can allow it by INGEST_ALLOW_ADDRESSES";

/** The StageError for an error of the resolver, socket, TLS, HTTP parser or decompression. Its message is not passed on. */
export function networkError(error: unknown, host: string): StageError {
  for (const cause of causes(error)) {
    if (cause instanceof StageError) return cause;
    if (cause instanceof ForbiddenAddressError)
      return new StageError('permanent', `The address of ${host} is not public; ${ALLOW}`, { cause: error });
    const code = codeOf(cause);
    if (code === undefined) continue;
    const tls =
      TLS_MESSAGES[code] ?? (/^(?:CERT_|ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code) ? 'the secure connection failed' : undefined);
    if (tls) return new StageError('permanent', `${host} cannot be trusted: ${tls}`, { cause: error });
    if (/^(?:Z_|ERR_BROTLI|ERR__ERROR_FORMAT|ERR_PADDING)/.test(code))
      return new StageError('permanent', `The response of ${host} is damaged: it cannot be decompressed`, { cause: error });
    if (/^HPE_|UND_ERR_HEADERS_OVERFLOW/.test(code))
      return new StageError('permanent', `The response of ${host} is not valid HTTP`, { cause: error });
    const network = NETWORK_MESSAGES[code];
    if (network) return new StageError('transient', `${host} could not be read: ${network}`, { cause: error });
  }
  return new StageError('transient', `${host} could not be read`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The error, its causes, and the errors of an AggregateError (one per address tried). */
function* causes(error: unknown, depth = 0): Generator<unknown> {
  if (error === undefined || error === null || depth > 5) return;
  yield error;
  if (error instanceof AggregateError) for (const part of error.errors) yield* causes(part, depth + 1);
  if (error instanceof Error) yield* causes(error.cause, depth + 1);
}
