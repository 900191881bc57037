/** The `Content-Type` header (RFC 9110 section 8.3.1). */

export interface ContentType {
  /** Media type without parameters, lower case; empty where none was declared. */
  readonly mediaType: string;
  /** Lower case; null where none was declared. */
  readonly charset: string | null;
}

/** What a media type looks like; parameters may follow. */
export const MEDIA_TYPE = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}(?: *;.*)?$/;

/**
 * Splits a `Content-Type` header; its other parameters are dropped. Of several types in one header the last counts that is one,
 * with the charset of an earlier one of the same type (Fetch standard, "extract a MIME type"). What is no type declares nothing.
 */
export function parseContentType(header: string | null): ContentType {
  let found: ContentType = { mediaType: '', charset: null };
  for (const value of (header ?? '').split(',').slice(0, MAX_TYPES)) {
    const [mediaType = '', ...parameters] = value.split(';').map((part) => part.trim().toLowerCase());
    if (!MEDIA_TYPE.test(mediaType) || mediaType === '*/*') continue;
    const charset = parameters.map((parameter) => CHARSET.exec(parameter)?.[1]).find(Boolean) ?? null;
    found = { mediaType, charset: charset ?? (found.mediaType === mediaType ? found.charset : null) };
  }
  return found;
}

/** Servers that repeat the header do so once or twice. */
const MAX_TYPES = 10;
const CHARSET = /^charset\s*=\s*["']?([\w.:-]+)["']?$/;
