/** How large a body may be, by path. Runs after authentication, so that only known callers may send megabytes. */
import type { MiddlewareHandler } from 'hono';
import { bodyLimit as honoBodyLimit } from 'hono/body-limit';
import { AppError } from '../../kernel/core/errors.ts';
import { MAX_UPLOAD_BYTES } from '../../services/resources/uploaded-file.ts';
import type { AppEnv } from '../env.ts';
import type { Runtime } from '../runtime.ts';
import { isMultipart } from './content-type.ts';

const MB = 1024 * 1024;

/** Public paths take login forms and signed reports. */
const PUBLIC_LIMIT = MB;
/** A webhook event with a document in it: 5 MB of content, escaped as JSON may escape it. */
const EVENT_LIMIT = 8 * MB;
/** 10 MB of content and the JSON around it. */
const DEFAULT_LIMIT = 12 * MB;
/** A document as JSON: 5 MB of text, escaped. */
const DOCUMENT_LIMIT = 12 * MB;
/** The parts of a form beside its file. */
const FORM_OVERHEAD = MB;

const UPLOAD_HINT = `POST /resources/upload-url takes files up to ${MAX_UPLOAD_BYTES / MB} MB`;

/** The largest file in a form, and the detail of the error for a larger one. */
export interface UploadSize {
  readonly bytes: number;
  readonly megabytes: number;
  readonly tooLarge: string;
}

export function uploadSize({ maxUploadBytes = MAX_UPLOAD_BYTES }: Pick<Runtime, 'maxUploadBytes'>): UploadSize {
  const bytes = Math.min(maxUploadBytes, MAX_UPLOAD_BYTES);
  const megabytes = Math.floor(bytes / MB);
  const tooLarge = `The upload is larger than ${megabytes} MB`;
  return { bytes, megabytes, tooLarge: bytes < MAX_UPLOAD_BYTES ? `${tooLarge}; ${UPLOAD_HINT}` : tooLarge };
}

export interface BodyLimitOptions {
  readonly isPublic: (path: string) => boolean;
}

/** Throws `payload_too_large` before the body is read if its length is declared, else where it becomes too long. */
export function bodyLimit(runtime: Pick<Runtime, 'maxUploadBytes'>, { isPublic }: BodyLimitOptions): MiddlewareHandler<AppEnv> {
  const publicPath = limitTo(PUBLIC_LIMIT);
  const event = limitTo(EVENT_LIMIT);
  const document = documentLimit(uploadSize(runtime));
  const other = limitTo(DEFAULT_LIMIT);
  return function bodyLimit(c, next) {
    // These have no body, and looking for one makes Node build the whole request.
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    if (c.req.path.startsWith('/webhooks/ingest/')) return event(c, next);
    if (isPublic(c.req.path)) return publicPath(c, next);
    return c.req.path.startsWith('/resources') ? document(c, next) : other(c, next);
  };
}

function documentLimit(size: UploadSize): MiddlewareHandler<AppEnv> {
  const form = limitTo(size.bytes + FORM_OVERHEAD, size.tooLarge);
  const jsonBytes = Math.min(DOCUMENT_LIMIT, size.bytes);
  const other = limitTo(jsonBytes, `The body is larger than ${Math.floor(jsonBytes / MB)} MB; ${UPLOAD_HINT}`);
  return (c, next) => (isMultipart(c.req.header('content-type')) ? form(c, next) : other(c, next));
}

function limitTo(maxSize: number, detail = `The request body is larger than ${maxSize / MB} MB`): MiddlewareHandler<AppEnv> {
  const refuse = () => {
    throw new AppError('payload_too_large', detail);
  };
  const whileReading = honoBodyLimit({ maxSize, onError: refuse });
  return async function limitTo(c, next) {
    // Hono would open the body before it compares a declared length. Node then closes the connection half a second after the
    // response, under the next request on it.
    const isSized = c.req.header('transfer-encoding') === undefined;
    if (isSized && Number(c.req.header('content-length') ?? 0) > maxSize) refuse();
    return whileReading(c, next);
  };
}
