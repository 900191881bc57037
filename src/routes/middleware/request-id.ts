/** Gives every request an id, the caller's own where it is sane, and every response that id. */
import { createMiddleware } from 'hono/factory';
import type { Ids } from '../../kernel/core/ports.ts';
import type { AppEnv } from '../env.ts';
import { setResponseHeader } from './response-headers.ts';

/** What may be copied into logs and headers as it is. */
const SANE = /^[\w.:=/+-]{1,128}$/;

export function requestId({ ids }: { ids: Ids }) {
  return createMiddleware<AppEnv>(function requestId(c, next) {
    const given = c.req.header('x-request-id');
    const id = given !== undefined && SANE.test(given) ? given : ids.next();
    c.set('requestId', id);
    setResponseHeader(c, 'X-Request-Id', id);
    return next();
  });
}
