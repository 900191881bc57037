/** Stops reading a document's body where it becomes too long: nothing larger is ever held in memory. */

import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError } from '../kernel/errors.ts';
import type { AppEnv } from './env.ts';
import { MAX_UPLOAD_BYTES } from './resource-fields.ts';

const MB = 1024 * 1024;
/** 5 MB of text, escaped as JSON may escape it. */
const JSON_LIMIT = 12 * MB;
const FORM_LIMIT = MAX_UPLOAD_BYTES + MB;

const limitOf = (maxSize: number, detail: string) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new AppError('payload_too_large', detail);
    },
  });

export function uploadLimit(): MiddlewareHandler<AppEnv> {
  const form = limitOf(FORM_LIMIT, 'The upload is larger than 50 MB');
  const other = limitOf(JSON_LIMIT, 'The body is larger than 12 MB; POST /resources/upload takes files up to 50 MB');
  return function uploadLimit(c, next) {
    const isForm = c.req.header('content-type')?.toLowerCase().startsWith('multipart/') ?? false;
    return isForm ? form(c, next) : other(c, next);
  };
}
