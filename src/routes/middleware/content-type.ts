/** Content types of request bodies. */
import type { MiddlewareHandler } from 'hono';
import { AppError } from '../../kernel/core/errors.ts';
import type { AppEnv } from '../env.ts';

/** The media type of a Content-Type header without its parameters, in lower case; empty if there is none. */
const mediaType = (header: string | undefined): string => header?.split(';')[0]?.trim().toLowerCase() ?? '';

export const isJson = (header: string | undefined): boolean => /^application\/(?:[\w.-]+\+)?json$/.test(mediaType(header));

export const isMultipart = (header: string | undefined): boolean => header?.toLowerCase().startsWith('multipart/') ?? false;

export const isUrlEncoded = (header: string | undefined): boolean =>
  header?.toLowerCase().startsWith('application/x-www-form-urlencoded') ?? false;

/**
 * Throws `unsupported_media_type` for a body of a type that is not in `types`. `optional`: a request without a
 * Content-Type, and so without a body, passes.
 */
export function requireContentType(types: readonly string[], { optional = false } = {}): MiddlewareHandler<AppEnv> {
  return async function requireContentType(c, next) {
    const given = mediaType(c.req.header('content-type'));
    if (!(optional && given === '') && !types.includes(given)) {
      const shown = given === '' ? 'has no Content-Type' : `is ${given}`;
      throw new AppError('unsupported_media_type', `The body ${shown}; this operation takes ${types.join(' or ')}`);
    }
    await next();
  };
}
