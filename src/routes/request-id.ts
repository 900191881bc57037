/** Gives every request an id, the caller's own where it is sane, and every response that id. */
import { createMiddleware } from 'hono/factory';
import type { Ids } from '../kernel/ports.ts';
import type { AppEnv } from './env.ts';

/** What may be copied into logs and headers as it is. */
const SANE = /^[\w.:=/+-]{1,128}$/;

export function requestId({ ids }: { ids: Ids }) {
  return createMiddleware<AppEnv>(async function requestId(c, next) {
    const given = c.req.header('x-request-id');
    const id = given !== undefined && SANE.test(given) ? given : ids.next();
    c.set('requestId', id);
    // Before the answer is made: a header that is added to a finished answer makes Node build it a second time.
    c.header('X-Request-Id', id);
    await next();
  });
}
