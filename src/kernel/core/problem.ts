/** Problem details (RFC 9457): the one place where an error code gets its HTTP status. Free of any HTTP framework. */
import type { AppError, ErrorCode, FieldError } from './errors.ts';

const STATUS = {
  invalid_input: 422,
  invalid_request: 400,
  malformed_body: 400,
  unsupported_media_type: 415,
  uri_too_long: 414,
  payload_too_large: 413,
  quota_exceeded: 413,
  request_timeout: 408,
  unauthenticated: 401,
  invalid_credentials: 401,
  insufficient_user_authentication: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  precondition_failed: 412,
  rate_limited: 429,
  backlog_full: 429,
  not_configured: 501,
  upstream_failed: 502,
  unavailable: 503,
} as const satisfies Readonly<Record<ErrorCode, number>>;

/** Titles are the reason phrases of RFC 9110 section 15 and RFC 6585 section 4. */
const TITLE = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
} as const;

export type ProblemStatus = keyof typeof TITLE;

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: ProblemStatus;
  readonly detail: string;
  /** Path of the request. */
  readonly instance: string;
  readonly request_id: string;
  readonly errors?: readonly FieldError[];
}

/** A response in parts, for the caller's framework to send: `body` as JSON. */
export interface Problem {
  readonly status: ProblemStatus;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ProblemBody;
}

export interface ProblemRequest {
  /** Path of the request. */
  readonly instance: string;
  readonly requestId: string;
}

export const statusOf = (code: ErrorCode) => STATUS[code];

/** `undefined` stands for an unexpected error: 500 with a fixed detail, so that no internals reach the client. */
export function toProblem(error: AppError | undefined, request: ProblemRequest): Problem {
  const status = error ? STATUS[error.code] : 500;
  return problem(
    status,
    {
      ...(status === 401 ? { 'WWW-Authenticate': challengeOf(error) } : {}),
      ...(error?.retryAfter === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(error.retryAfter))) }),
    },
    {
      type: error ? `urn:pharos:error:${error.code}` : 'about:blank',
      detail: error?.detail ?? 'The server failed to handle this request. Quote the request id when you report it.',
      ...(error?.errors ? { errors: error.errors } : {}),
    },
    request,
  );
}

/** RFC 6750 section 3, and RFC 9470 section 3 for a login that is not recent enough. */
function challengeOf(error: AppError | undefined): string {
  return error?.maxAge === undefined ? 'Bearer' : `Bearer error="${error.code}", max_age=${error.maxAge}`;
}

/** 405 for a path that exists under other methods; `Allow` lists them (RFC 9110 section 15.5.6). */
export function toMethodNotAllowed(allowed: readonly string[], request: ProblemRequest): Problem {
  const methods = allowed.join(', ');
  return problem(405, { Allow: methods }, { type: 'about:blank', detail: `This path supports ${methods}` }, request);
}

/** 421 for a path that another server of this kind serves (RFC 9110 section 15.5.20). */
export const toMisdirected = (detail: string, request: ProblemRequest): Problem =>
  problem(421, {}, { type: 'about:blank', detail }, request);

/** The response to a request that is too malformed to have a path, or that no app has seen. It ends the connection. */
export function toTransportProblem(status: ProblemStatus, detail: string, requestId: string) {
  const body = JSON.stringify({ type: 'about:blank', title: TITLE[status], status, detail, request_id: requestId });
  const headers = {
    'Content-Type': PROBLEM_MEDIA_TYPE,
    'Content-Length': String(new TextEncoder().encode(body).byteLength),
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  };
  return { status, reason: TITLE[status], headers, body };
}

function problem(
  status: ProblemStatus,
  headers: Readonly<Record<string, string>>,
  { type, detail, ...rest }: { type: string; detail: string; errors?: readonly FieldError[] },
  { instance, requestId }: ProblemRequest,
): Problem {
  return {
    status,
    headers: { ...headers, 'Content-Type': PROBLEM_MEDIA_TYPE },
    body: { type, title: TITLE[status], status, detail, instance, request_id: requestId, ...rest },
  };
}
