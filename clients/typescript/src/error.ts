/** The one error that the client throws, made from a problem response (RFC 9457) or from a lost connection. */

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export interface ProblemFields {
  /** The HTTP status; 0 where no answer arrived. */
  readonly status: number;
  /** The last part of the problem's type, such as `not_found`; `unreachable` where no answer arrived. */
  readonly code: string;
  readonly detail: string;
  /** The fields that were refused, of a 422. */
  readonly errors?: readonly FieldError[] | undefined;
  readonly requestId?: string | undefined;
  /** Seconds after which the request would pass. */
  readonly retryAfter?: number | undefined;
}

/** A request that failed. `message` is the server's `detail`. */
export class PharosError extends Error implements ProblemFields {
  override readonly name = 'PharosError';
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;

  constructor({ status, code, detail, errors = [], requestId, retryAfter }: ProblemFields, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = errors;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
  }
}

const MAX_DETAIL = 2_000;
const MAX_ERRORS = 100;
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value.slice(0, MAX_DETAIL) : undefined);

/** Reads the body of a response that is no success. A body that is no problem, such as a proxy's page, is not shown. */
export async function errorOf(response: Response, now: () => number): Promise<PharosError> {
  const isProblem = /^application\/(?:problem\+)?json\b/.test(response.headers.get('content-type') ?? '');
  const body: unknown = isProblem ? await response.json().catch(() => undefined) : await response.body?.cancel();
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  return new PharosError({
    status: response.status,
    code: text(problem.type)?.split(':').at(-1) ?? text(problem.error) ?? `http_${response.status}`,
    // OAuth's endpoints have errors of their own form (RFC 6749 section 5.2).
    detail:
      text(problem.detail) ??
      text(problem.error_description) ??
      `The server responded with ${response.status} ${response.statusText}`.trim(),
    errors: fieldErrorsOf(problem.errors),
    requestId: text(problem.request_id) ?? response.headers.get('x-request-id') ?? undefined,
    retryAfter: retryAfterOf(response.headers.get('retry-after'), now),
  });
}

function fieldErrorsOf(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_ERRORS).flatMap((item: unknown) => {
    const { path, message } = (typeof item === 'object' && item !== null ? item : {}) as Record<string, unknown>;
    return typeof path === 'string' && typeof message === 'string' ? [{ path, message }] : [];
  });
}

/** The seconds of a `Retry-After`, which is a number or a date (RFC 9110 section 10.2.3); undefined for anything else. */
export function retryAfterOf(header: string | null, now: () => number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  // Date.parse takes numbers for years.
  const at = /^[A-Z][a-z]{2}/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now()) / 1000);
}

export const unreachable = (origin: string, cause: unknown): PharosError =>
  new PharosError({ status: 0, code: 'unreachable', detail: `${origin} did not respond` }, { cause });
