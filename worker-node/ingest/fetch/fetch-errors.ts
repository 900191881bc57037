/** What went wrong on the way to a page, as its owner should read it, and whether another try may help. */
import { StageError } from '../../../src/kernel/core/errors.ts';

/** Thrown in the connector: the message tells nothing about the network we stand in. */
export class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddress';
}

const MAX_RETRY_AFTER_SECONDS = 3600;
const TRANSIENT_STATUSES = new Set([408, 425, 429]);
const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: 'The site did not understand the request',
  401: 'The site asks for a login',
  402: 'The site asks for payment',
  403: 'The site refuses access to this page',
  404: 'The page was not found',
  406: 'The site has no form of this page we can read',
  408: 'The site took too long',
  410: 'The page is gone for good',
  429: 'The site asks us to slow down',
  451: 'The page is withheld for legal reasons',
  500: 'The site failed to make the page',
  502: 'The site could not reach its own server',
  503: 'The site is not available at the moment',
  504: 'The site took too long',
};

/** `retryAfter` is the header as sent, in seconds or as a date; `now` in milliseconds. */
export function statusError(status: number, retryAfter: string | undefined, now: number): StageError {
  const words = STATUS_WORDS[status] ?? (status >= 500 ? 'The site failed' : 'The site did not answer with a page');
  const transient = status >= 500 || TRANSIENT_STATUSES.has(status);
  const seconds = transient ? parseRetryAfter(retryAfter, now) : undefined;
  return new StageError(
    transient ? 'transient' : 'permanent',
    `${words} (HTTP ${status})`,
    seconds === undefined ? {} : { retryAfter: seconds },
  );
}

export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\s*\d+\s*$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - now) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), MAX_RETRY_AFTER_SECONDS) : undefined;
}

const TLS_WORDS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
  UNABLE_TO_GET_ISSUER_CERT: 'the issuer of its certificate is unknown',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the issuer of its certificate is unknown',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};
const NETWORK_WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host name could not be found',
  EAI_AGAIN: 'its host name could not be looked up',
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection was cut',
  ETIMEDOUT: 'it did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'it did not answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it did not answer in time',
  EHOSTUNREACH: 'it cannot be reached',
  ENETUNREACH: 'it cannot be reached',
};

/** Whether the connector refused the address, somewhere in what led to `error`. */
export function isForbiddenAddress(error: unknown): boolean {
  return [...causes(error)].some((one) => one instanceof ForbiddenAddressError);
}

/** Any error of the resolver, the socket, TLS, HTTP parsing or decompression. Codes are named, messages are not shown. */
export function networkError(error: unknown, host: string): StageError {
  for (const one of causes(error)) {
    if (one instanceof StageError) return one;
    if (one instanceof ForbiddenAddressError)
      return new StageError('permanent', `The address of ${host} is not public`, { cause: error });
    const code = codeOf(one);
    if (code === undefined) continue;
    const tls =
      TLS_WORDS[code] ?? (/^(?:CERT_|ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code) ? 'the secure connection failed' : undefined);
    if (tls) return new StageError('permanent', `${host} cannot be trusted: ${tls}`, { cause: error });
    if (/^(?:Z_|ERR_BROTLI|ERR__ERROR_FORMAT|ERR_PADDING)/.test(code))
      return new StageError('permanent', `What ${host} sent is damaged: it cannot be decompressed`, { cause: error });
    if (/^HPE_|UND_ERR_HEADERS_OVERFLOW/.test(code))
      return new StageError('permanent', `What ${host} sent is not HTTP as we understand it`, { cause: error });
    const network = NETWORK_WORDS[code];
    if (network) return new StageError('transient', `${host} could not be read: ${network}`, { cause: error });
  }
  return new StageError('transient', `${host} could not be read`, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The error, what caused it, and the parts of an AggregateError (one per address tried). */
function* causes(error: unknown, depth = 0): Generator<unknown> {
  if (error === undefined || error === null || depth > 5) return;
  yield error;
  if (error instanceof AggregateError) for (const part of error.errors) yield* causes(part, depth + 1);
  if (error instanceof Error) yield* causes(error.cause, depth + 1);
}
