/** Problem responses (RFC 9457), for every path of the worker that does not follow OpenAI's API. */
import type { Context } from 'hono';
import { AppError } from '../../src/kernel/core/errors.ts';
import { type Problem, toMisdirected, toProblem } from '../../src/kernel/core/problem.ts';
import { toDatabaseAppError } from '../../src/kernel/db/connection-errors.ts';

/** A thrown value as an AppError; undefined for an unexpected error, whose text must not leave the process. */
export const asAppError = (error: unknown): AppError | undefined =>
  error instanceof AppError ? error : toDatabaseAppError(error);

/** Responds with the error; undefined is a 500 without details. */
export function problem<E extends { Variables: { requestId: string } }>(c: Context<E>, error: AppError | undefined): Response {
  return send(c, toProblem(error, { instance: c.req.path, requestId: c.get('requestId') }));
}

/** Responds that another worker serves the path. */
export function misdirected<E extends { Variables: { requestId: string } }>(c: Context<E>, detail: string): Response {
  return send(c, toMisdirected(detail, { instance: c.req.path, requestId: c.get('requestId') }));
}

const send = (c: Pick<Context, 'body'>, { status, headers, body }: Problem): Response =>
  c.body(JSON.stringify(body), status, { ...headers });
