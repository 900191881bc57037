/**
 * Errors with a machine-readable code and a `detail` that is safe to show to clients; internals belong in `cause`.
 * Nothing here knows HTTP: `problem.ts` maps codes to statuses.
 */

export const ERROR_CODES = [
  'invalid_input',
  'invalid_request',
  'malformed_body',
  'unsupported_media_type',
  'uri_too_long',
  'payload_too_large',
  'quota_exceeded',
  'request_timeout',
  'unauthenticated',
  'invalid_credentials',
  'insufficient_user_authentication',
  'forbidden',
  'not_found',
  'conflict',
  'gone',
  'precondition_failed',
  'rate_limited',
  'backlog_full',
  'not_configured',
  'upstream_failed',
  'unavailable',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** One invalid field: `path` in dotted form (`tags.0`), `message` a predicate such as "is empty". */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface AppErrorOptions {
  readonly cause?: unknown;
  readonly errors?: readonly FieldError[];
  /** Seconds until the same request may succeed. */
  readonly retryAfter?: number;
  /** Seconds for which a login is recent enough for the operation (RFC 9470). */
  readonly maxAge?: number;
}

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  /** Shown to the client; never holds internals or secrets. */
  readonly detail: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfter: number | undefined;
  readonly maxAge: number | undefined;

  constructor(code: ErrorCode, detail: string, options: AppErrorOptions = {}) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.errors = options.errors;
    this.retryAfter = options.retryAfter;
    this.maxAge = options.maxAge;
  }
}

/** A job retries after a `transient` failure and ends after a `permanent` one. */
export type FailureClass = 'transient' | 'permanent';

/** Failure of a stage. `message` is shown to the document's owner. */
export class StageError extends Error {
  override readonly name = 'StageError';
  readonly failure: FailureClass;
  /** Seconds from the origin's `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(failure: FailureClass, message: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.failure = failure;
    this.retryAfter = options.retryAfter;
  }
}
