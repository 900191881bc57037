/** Problem responses (RFC 9457), for every path of the worker that does not follow OpenAI's API. */
import type { Context } from 'hono';
import { AppError } from '../../src/kernel/core/errors.ts';
import { toProblem } from '../../src/kernel/core/problem.ts';
import { toDatabaseAppError } from '../../src/kernel/db/connection-errors.ts';

/** A thrown value as an AppError; undefined for an unexpected error, whose text must not leave the process. */
export const asAppError = (error: unknown): AppError | undefined =>
  error instanceof AppError ? error : toDatabaseAppError(error);

/** Responds with the error; undefined is a 500 without details. */
export function problem<E extends { Variables: { requestId: string } }>(c: Context<E>, error: AppError | undefined): Response {
  const { status, headers, body } = toProblem(error, { instance: c.req.path, requestId: c.get('requestId') });
  return c.body(JSON.stringify(body), status, { ...headers });
}
