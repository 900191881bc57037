/** AppError -> RFC 9457 problem+json: the only place where an error code meets a status code. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { AppError, type ErrorCode, type FieldError } from '../kernel/core/errors.ts';
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
    if (error.status === 415) {
      return new AppError('unsupported_media_type', 'This operation does not take that Content-Type', { cause: error });
    }
  }
  return undefined;
}

/** The status an error is answered with. */
export const statusOf = (error: AppError): ContentfulStatusCode => STATUS[error.code];

export function problem(c: Context<AppEnv>, error: AppError | undefined): Response {
  const status = error ? statusOf(error) : 500;
  const headers: Record<string, string> = {};
  if (status === 401) headers['WWW-Authenticate'] = 'Bearer';
  if (error?.retryAfter !== undefined) headers['Retry-After'] = String(Math.max(1, Math.ceil(error.retryAfter)));
  return answer(c, status, headers, {
    type: error ? `urn:pharos:error:${error.code}` : 'about:blank',
    detail: error?.detail ?? 'Something went wrong on our side. The request id below helps us find out what.',
    ...(error?.errors ? { errors: error.errors } : {}),
  });
}

/** A known path under a method it does not have (RFC 9110 section 15.5.6); `allowed` are those it has. */
export function methodNotAllowed(c: Context<AppEnv>, allowed: readonly string[]): Response {
  const methods = allowed.join(', ');
  return answer(c, 405, { Allow: methods }, { type: 'about:blank', detail: `This path answers ${methods}` });
}

function answer(
  c: Context<AppEnv>,
  status: ContentfulStatusCode,
  headers: Record<string, string>,
  { type, detail, ...more }: { type: string; detail: string; errors?: readonly FieldError[] },
): Response {
  const body = {
    type,
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    instance: new URL(c.req.url).pathname,
    request_id: c.get('requestId'),
    ...more,
  };
  return c.body(JSON.stringify(body), status, { ...headers, 'Content-Type': 'application/problem+json' });
}
