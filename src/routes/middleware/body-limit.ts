/** How large a body may be, by what the path takes. After authentication: strangers make nobody buffer megabytes. */
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../env.ts';
import type { Runtime } from '../runtime.ts';
import { limitBody } from './limit-body.ts';
import { isPublicPath } from './public-paths.ts';
import { uploadLimit, uploadSize } from './upload-limit.ts';

const MB = 1024 * 1024;

/** Forms of a login, a signed report: nothing open takes more. */
const OPEN_LIMIT = MB;
/** An event with a document in it: 5 MB of content, escaped. */
const EVENT_LIMIT = 8 * MB;
/** 10 MB of content, and room for the JSON around it. */
const DEFAULT_LIMIT = 12 * MB;

const limitOf = (maxSize: number) => limitBody(maxSize, `The request body is larger than ${maxSize / MB} MB`);

export function bodyLimit(runtime: Pick<Runtime, 'maxUploadBytes'>): MiddlewareHandler<AppEnv> {
  const open = limitOf(OPEN_LIMIT);
  const event = limitOf(EVENT_LIMIT);
  const document = uploadLimit(uploadSize(runtime));
  const other = limitOf(DEFAULT_LIMIT);
  return function bodyLimit(c, next) {
    // Nobody reads a body here, and looking for one makes Node build the whole request.
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    if (c.req.path.startsWith('/webhooks/ingest/')) return event(c, next);
    if (isPublicPath(c.req.path)) return open(c, next);
    return c.req.path.startsWith('/resources') ? document(c, next) : other(c, next);
  };
}
