/** Problem responses (RFC 9457), for every path of the worker that does not follow OpenAI's API. */
import type { Context } from 'hono';
import { AppError } from '../../src/kernel/core/errors.ts';
import { toProblem } from '../../src/kernel/core/problem.ts';
import { isDatabaseAway, isTooLarge } from '../../src/kernel/db/connection-errors.ts';

/** A thrown value as an AppError; undefined for an unexpected error, whose text must not leave the process. */
export function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (isTooLarge(error)) return new AppError('payload_too_large', 'This is larger than the database takes', { cause: error });
  if (!isDatabaseAway(error)) return undefined;
  return new AppError('unavailable', 'The database cannot be reached right now', { cause: error, retryAfter: 5 });
}

export function problem(c: Context<{ Variables: { requestId: string } }>, error: AppError | undefined): Response {
  const { status, headers, body } = toProblem(error, { instance: c.req.path, requestId: c.get('requestId') });
  return c.body(JSON.stringify(body), status, { ...headers });
}
