/** Stops reading a body where it becomes too long, and reads none that says so of itself. */
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../../kernel/core/errors.ts';
import type { AppEnv } from '../env.ts';

export function limitBody(maxSize: number, detail: string): MiddlewareHandler<AppEnv> {
  const refuse = () => {
    throw new AppError('payload_too_large', detail);
  };
  const whileRead = bodyLimit({ maxSize, onError: refuse });
  return async function limitBody(c, next) {
    // Not left to Hono: it looks at the body first, and Node cuts the connection of a body that somebody began to read,
    // half a second later and with whatever is then under way on it.
    const isSized = c.req.header('transfer-encoding') === undefined;
    if (isSized && Number(c.req.header('content-length') ?? 0) > maxSize) refuse();
    return whileRead(c, next);
  };
}
