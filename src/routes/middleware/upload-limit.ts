/** Stops reading a document's body where it becomes too long: nothing larger is ever held in memory. */

import type { MiddlewareHandler } from 'hono';
import { MAX_UPLOAD_BYTES } from '../../services/resources/uploaded-file.ts';
import type { AppEnv } from '../env.ts';
import type { Runtime } from '../runtime.ts';
import { limitBody } from './limit-body.ts';

const MB = 1024 * 1024;
/** 5 MB of text, escaped as JSON may escape it. */
const JSON_LIMIT = 12 * MB;
/** The rest of the form around a file. */
const AROUND_FILE = MB;

const ELSEWHERE = `POST /resources/upload-url takes files up to ${MAX_UPLOAD_BYTES / MB} MB`;

/** How large a file in a form may be, and what whoever sends a larger one is told. */
export interface UploadSize {
  readonly bytes: number;
  readonly megabytes: number;
  readonly tooLarge: string;
}

export function uploadSize({ maxUploadBytes = MAX_UPLOAD_BYTES }: Pick<Runtime, 'maxUploadBytes'>): UploadSize {
  const bytes = Math.min(maxUploadBytes, MAX_UPLOAD_BYTES);
  const megabytes = Math.floor(bytes / MB);
  const tooLarge = `The upload is larger than ${megabytes} MB`;
  return { bytes, megabytes, tooLarge: bytes < MAX_UPLOAD_BYTES ? `${tooLarge}; ${ELSEWHERE}` : tooLarge };
}

export function uploadLimit(size: UploadSize = uploadSize({})): MiddlewareHandler<AppEnv> {
  const form = limitBody(size.bytes + AROUND_FILE, size.tooLarge);
  const jsonBytes = Math.min(JSON_LIMIT, size.bytes);
  const other = limitBody(jsonBytes, `The body is larger than ${Math.floor(jsonBytes / MB)} MB; ${ELSEWHERE}`);
  return function uploadLimit(c, next) {
    const isForm = c.req.header('content-type')?.toLowerCase().startsWith('multipart/') ?? false;
    return isForm ? form(c, next) : other(c, next);
  };
}
