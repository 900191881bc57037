/**
 * Errors carry a machine-readable code and a `detail` fit for a stranger's eyes. What only we may see
 * travels in `cause`. Nothing here knows HTTP: `src/routes/problem.ts` maps codes to status codes.
 */

export const ERROR_CODES = [
  'invalid_input',
  'invalid_request',
  'malformed_body',
  'unsupported_media_type',
  'payload_too_large',
  'unauthenticated',
  'invalid_credentials',
  'forbidden',
  'not_found',
  'conflict',
  'gone',
  'rate_limited',
  'backlog_full',
  'not_configured',
  'upstream_failed',
  'unavailable',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** One invalid field: `path` in dotted form (`tags.0`), `message` in plain words. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface AppErrorOptions {
  readonly cause?: unknown;
  readonly errors?: readonly FieldError[];
  /** Seconds from now after which the same request may succeed. */
  readonly retryAfter?: number;
}

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  /** Shown to the client; never holds internals or secrets. */
  readonly detail: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, detail: string, options: AppErrorOptions = {}) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = detail;
    this.errors = options.errors;
    this.retryAfter = options.retryAfter;
  }
}

/** How a job's failure is to be treated: `transient` is tried again, `permanent` is not. */
export type FailureClass = 'transient' | 'permanent';

/** A stage that could not do its work; `message` is what the document's owner reads. */
export class StageError extends Error {
  override readonly name = 'StageError';
  readonly failure: FailureClass;
  /** Seconds the origin asked us to wait (its `Retry-After`). */
  readonly retryAfter: number | undefined;

  constructor(failure: FailureClass, message: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.failure = failure;
    this.retryAfter = options.retryAfter;
  }
}
