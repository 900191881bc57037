/** Problem responses (RFC 9457) through Hono. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { AppError } from '../kernel/core/errors.ts';
import { malformedJson } from '../kernel/core/json-bounds.ts';
import { type Problem, statusOf as statusOfCode, toMethodNotAllowed, toProblem } from '../kernel/core/problem.ts';
import type { AppEnv } from './env.ts';

/** A thrown value as an AppError; undefined for an unexpected error, whose text must not leave the server. */
export function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException) {
    if (error.status === 400 && error.message.startsWith('Malformed JSON')) return malformedJson(error.cause);
    if (error.status === 400) return new AppError('malformed_body', 'The request body could not be read', { cause: error });
    if (error.status === 413) return new AppError('payload_too_large', 'The request body is too large', { cause: error });
    if (error.status === 415) {
      return new AppError('unsupported_media_type', 'This operation does not take that Content-Type', { cause: error });
    }
  }
  return undefined;
}

/** The status of the response to `error`. */
export const statusOf = (error: AppError): ContentfulStatusCode => statusOfCode(error.code);

export const problem = (c: Context<AppEnv>, error: AppError | undefined): Response => send(c, toProblem(error, requestOf(c)));

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** A path that exists under other methods. HEAD comes with GET and is not named, as in the OpenAPI document. */
export const methodNotAllowedProblem = (c: Context<AppEnv>, allowed: readonly string[]): Response =>
  send(
    c,
    toMethodNotAllowed(
      METHODS.filter((method) => allowed.includes(method)),
      requestOf(c),
    ),
  );

const requestOf = (c: Context<AppEnv>) => ({ instance: new URL(c.req.url).pathname, requestId: c.get('requestId') });

const send = (c: Context<AppEnv>, { status, headers, body }: Problem): Response =>
  c.body(JSON.stringify(c.req.path.startsWith('/v1/') ? { ...body, error: toOpenAIError(body) } : body), status, { ...headers });

/** OpenAI's clients read this member; RFC 9457 section 3.2 lets a problem have others. */
const toOpenAIError = ({ status, detail, type }: Problem['body']) => ({
  message: detail,
  type: status >= 500 ? 'server_error' : status === 429 ? 'rate_limit_error' : 'invalid_request_error',
  param: null,
  code: type.startsWith('urn:') ? (type.split(':').at(-1) ?? null) : null,
});
