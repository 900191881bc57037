/** Refuses addresses that proxies and browsers would cut, and names the way for what does not fit in one. */
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import type { AppEnv } from '../env.ts';

/** The length that RFC 9110 section 4.1 recommends to support. */
const MAX_URL = 8_000;

/** `instead`: the method and path that take the same in a body. */
export function limitUrl(instead: string): MiddlewareHandler<AppEnv> {
  return async function limitUrl(c, next) {
    if (c.req.url.length > MAX_URL)
      throw new AppError('uri_too_long', `The address has more than ${MAX_URL} characters: send the question by ${instead}`);
    await next();
  };
}
