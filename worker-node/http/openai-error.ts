/** Errors in the shape OpenAI's clients read (https://platform.openai.com/docs/guides/error-codes). */
import type { Context } from 'hono';
import { AppError, type ErrorCode } from '../../src/kernel/core/errors.ts';
import { isDatabaseAway } from '../../src/kernel/db/connection-errors.ts';

type Status = 400 | 401 | 403 | 404 | 405 | 408 | 413 | 429 | 500 | 503;

export interface OpenAIErrorOptions {
  readonly cause?: unknown;
  readonly param?: string;
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class OpenAIError extends Error {
  override readonly name = 'OpenAIError';
  readonly status: Status;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: Status, message: string, { cause, param, code, headers }: OpenAIErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.param = param ?? null;
    this.code = code ?? null;
    this.headers = headers ?? {};
  }
}

/** Status and code for the AppErrors of the embedder and of the signature check. */
const BY_CODE: Partial<Record<ErrorCode, { readonly status: Status; readonly code?: string }>> = {
  invalid_input: { status: 400 },
  unauthenticated: { status: 401, code: 'invalid_api_key' },
  request_timeout: { status: 408, code: 'request_timeout' },
  rate_limited: { status: 429, code: 'rate_limit_exceeded' },
  unavailable: { status: 503, code: 'service_unavailable' },
};

/** Undefined for an unexpected error, whose message must not leave the process. */
export function toOpenAIError(error: unknown): OpenAIError | undefined {
  if (error instanceof OpenAIError) return error;
  // API keys are looked up in the database.
  if (isDatabaseAway(error))
    return new OpenAIError(503, 'The database cannot be reached right now', { headers: { 'Retry-After': '5' } });
  if (!(error instanceof AppError)) return undefined;
  const known = BY_CODE[error.code];
  if (!known) return undefined;
  return new OpenAIError(known.status, error.detail, {
    cause: error,
    ...(known.code === undefined ? {} : { code: known.code }),
    headers: {
      ...(known.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...(error.retryAfter === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(error.retryAfter))) }),
    },
  });
}

/** Responds with the error; undefined is a 500 without details. */
export function renderOpenAIError(c: Context, error: OpenAIError | undefined): Response {
  const { status, message, param, code, headers } =
    error ?? new OpenAIError(500, 'Something went wrong on our side. The X-Request-Id header helps us find out what.');
  const type = status >= 500 ? 'server_error' : status === 429 ? 'rate_limit_error' : 'invalid_request_error';
  // Clients of the Pharos API read `detail`.
  return c.json({ error: { message, type, param, code }, detail: message }, status, headers);
}
