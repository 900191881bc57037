/** AppError -> RFC 9457, as the API answers; for every path of the worker that does not speak OpenAI's language. */
import type { Context } from 'hono';
import { AppError, type ErrorCode } from '../../src/kernel/core/errors.ts';
import { isDatabaseAway, isTooLarge } from '../../src/kernel/db/connection-errors.ts';

const STATUS = {
  unauthenticated: 401,
  not_found: 404,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  invalid_input: 422,
  rate_limited: 429,
  backlog_full: 429,
  not_configured: 501,
  upstream_failed: 502,
  unavailable: 503,
} as const satisfies Partial<Record<ErrorCode, number>>;

const statusOf = (code: ErrorCode) => (code in STATUS ? STATUS[code as keyof typeof STATUS] : 500);

/** Undefined for a fault of ours, whose text must not leave the process. */
export function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (isTooLarge(error)) return new AppError('payload_too_large', 'This is larger than the database takes', { cause: error });
  if (!isDatabaseAway(error)) return undefined;
  return new AppError('unavailable', 'The database cannot be reached right now', { cause: error, retryAfter: 5 });
}

export function problem(c: Context<{ Variables: { requestId: string } }>, error: AppError | undefined): Response {
  const status = error ? statusOf(error.code) : 500;
  const detail = error?.detail ?? 'Something went wrong on our side';
  const body = {
    type: 'about:blank',
    status,
    detail,
    instance: c.req.path,
    request_id: c.get('requestId'),
    ...(error?.errors ? { errors: error.errors } : {}),
  };
  return c.json(body, status, {
    'Content-Type': 'application/problem+json',
    ...(error?.retryAfter === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(error.retryAfter))) }),
  });
}
