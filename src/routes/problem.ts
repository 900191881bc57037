/** AppError -> RFC 9457 problem+json: the only place where an error code meets a status code. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { AppError, type ErrorCode } from '../kernel/errors.ts';
import type { AppEnv } from './env.ts';

const STATUS: Readonly<Record<ErrorCode, ContentfulStatusCode>> = {
  invalid_input: 422,
  malformed_body: 400,
  unsupported_media_type: 415,
  payload_too_large: 413,
  unauthenticated: 401,
  invalid_credentials: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  rate_limited: 429,
  backlog_full: 429,
  not_configured: 501,
  upstream_failed: 502,
  unavailable: 503,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** Any thrown value as an AppError, or undefined where it is a fault of ours whose text must not leave the server. */
export function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException) {
    if (error.status === 400) return new AppError('malformed_body', 'The request body could not be read', { cause: error });
    if (error.status === 413) return new AppError('payload_too_large', 'The request body is too large', { cause: error });
  }
  return undefined;
}

export function problem(c: Context<AppEnv>, error: AppError | undefined): Response {
  const status = error ? STATUS[error.code] : 500;
  const headers: Record<string, string> = { 'Content-Type': 'application/problem+json' };
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer';
  if (error?.retryAfter !== undefined) headers['Retry-After'] = String(Math.max(1, Math.ceil(error.retryAfter)));
  const body = {
    type: error ? `urn:pharos:error:${error.code}` : 'about:blank',
    title: TITLES[status] ?? 'Error',
    status,
    detail: error?.detail ?? 'Something went wrong on our side. The request id below helps us find out what.',
    instance: new URL(c.req.url).pathname,
    request_id: c.get('requestId'),
    ...(error?.errors ? { errors: error.errors } : {}),
  };
  return c.body(JSON.stringify(body), status, headers);
}
