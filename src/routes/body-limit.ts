/** How large a body may be, by what the path takes. After authentication: strangers make nobody buffer megabytes. */
import type { MiddlewareHandler } from 'hono';
import { bodyLimit as honoBodyLimit } from 'hono/body-limit';
import { AppError } from '../kernel/errors.ts';
import type { AppEnv } from './env.ts';
import { isOpenPath } from './open-paths.ts';

const MB = 1024 * 1024;

/** Forms of a login, a signed report: nothing open takes more. */
const OPEN_LIMIT = MB;
/** An event with a document in it: 5 MB of content, escaped. */
const EVENT_LIMIT = 8 * MB;
/** 10 MB of content, and room for the JSON around it. */
const DEFAULT_LIMIT = 12 * MB;
/** A file of 50 MB, and room for the form around it. */
const UPLOAD_LIMIT = 51 * MB;

const limitOf = (maxSize: number) =>
  honoBodyLimit({
    maxSize,
    onError: () => {
      throw new AppError('payload_too_large', `The request body is larger than ${maxSize / MB} MB`);
    },
  });

export function bodyLimit(): MiddlewareHandler<AppEnv> {
  const open = limitOf(OPEN_LIMIT);
  const event = limitOf(EVENT_LIMIT);
  const upload = limitOf(UPLOAD_LIMIT);
  const other = limitOf(DEFAULT_LIMIT);
  return function bodyLimit(c, next) {
    // Nobody reads a body here, and looking for one makes Node build the whole request.
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    if (c.req.path.startsWith('/webhooks/ingest/')) return event(c, next);
    if (isOpenPath(c.req.path)) return open(c, next);
    const form = c.req.header('content-type')?.startsWith('multipart/form-data') ?? false;
    return form && c.req.path.startsWith('/resources') ? upload(c, next) : other(c, next);
  };
}
