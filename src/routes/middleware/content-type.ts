/** Refuses a body of another type than the operation reads: 415, naming those it does. */
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import type { AppEnv } from '../env.ts';

/** A request without a body and without a Content-Type passes where `optional`. */
export function requireContentType(types: readonly string[], { optional = false } = {}): MiddlewareHandler<AppEnv> {
  return async function requireContentType(c, next) {
    const given = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
    const missing = given === undefined || given === '';
    if (!(optional && missing) && !types.includes(given ?? '')) {
      const shown = missing ? 'has no Content-Type' : `is ${given}`;
      throw new AppError('unsupported_media_type', `The body ${shown}; this operation takes ${types.join(' or ')}`);
    }
    await next();
  };
}
