/** Gives every request an id, the client's own if it is valid, and returns it in the response. */
import { createMiddleware } from 'hono/factory';
import type { Ids } from '../../kernel/core/ports.ts';
import type { AppEnv } from '../env.ts';
import { setResponseHeader } from './response-headers.ts';

/** Ids that are safe in logs and headers. hono/request-id accepts fewer: no `.`, `:`, `/` or `+`, which trace ids contain. */
const VALID = /^[\w.:=/+-]{1,128}$/;

export function requestId({ ids }: { ids: Ids }) {
  return createMiddleware<AppEnv>(function requestId(c, next) {
    const given = c.req.header('x-request-id');
    const id = given !== undefined && VALID.test(given) ? given : ids.next();
    c.set('requestId', id);
    setResponseHeader(c, 'X-Request-Id', id);
    return next();
  });
}
