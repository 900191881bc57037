/** The `Content-Type` header (RFC 9110 section 8.3.1). */

export interface ContentType {
  /** Media type without parameters, lower case; empty where none was declared. */
  readonly mediaType: string;
  /** Lower case; null where none was declared. */
  readonly charset: string | null;
}

/** What a media type looks like; parameters may follow. */
export const MEDIA_TYPE = /^[\w!#$&^.+-]{1,100}\/[\w!#$&^.+-]{1,100}(?: *;.*)?$/;

/** Splits a `Content-Type` header; its other parameters are dropped. */
export function parseContentType(header: string | null): ContentType {
  const [mediaType = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.map((parameter) => /^charset\s*=\s*"?([\w.:-]+)"?$/.exec(parameter)?.[1]).find(Boolean);
  return { mediaType, charset: charset ?? null };
}
