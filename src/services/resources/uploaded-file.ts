/** Checks of an uploaded file, sent in a form or alone: its type, its content, its name. */
import { isMarkedUtf16 } from '../../kernel/core/byte-order-mark.ts';
import { AppError } from '../../kernel/core/errors.ts';
import { truncate } from '../../kernel/core/text.ts';
import {
  ALL_MEDIA_TYPES,
  FORMATS,
  formatOfFilename,
  formatOfMediaType,
  parseContentType,
  SUPPORTED_MEDIA_TYPES,
} from '../../kernel/model/formats.ts';

export const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;

export const SUPPORTED = `${SUPPORTED_MEDIA_TYPES} are supported`;

/** What `supportedType` takes, as far as a pattern says it: letters may also be capitals. */
export const SUPPORTED_PATTERN = `^(?:${ALL_MEDIA_TYPES.map((type) => type.replaceAll(/[.+]/g, '\\$&')).join('|')})(?: *;.*)?$`;

/** The registered media type of a `Content-Type` value, with its charset; undefined if it is not supported. */
export function supportedType(value: string): string | undefined {
  const { mediaType, charset } = parseContentType(value);
  const format = formatOfMediaType(mediaType);
  return format && `${FORMATS[format].mediaType}${charset === null ? '' : `; charset=${charset}`}`;
}

export interface FileClaims {
  /** The `content_type` field of the request; overrides the others. */
  readonly named: string | undefined;
  /** The `Content-Type` of the part or the request; empty without one. */
  readonly declared: string;
  readonly filename: string;
}

/**
 * The type of a file: the named one, else the declared one, else that of the file name's extension. Throws
 * `unsupported_media_type`.
 */
export function typeOfFile({ named, declared, filename }: FileClaims): string {
  const generic = declared === '' || declared.startsWith('application/octet-stream');
  const formatByName = formatOfFilename(filename);
  const byName = formatByName && FORMATS[formatByName].mediaType;
  const given = named ?? (generic ? (byName ?? declared) : declared);
  const type = supportedType(given);
  if (type === undefined) {
    const shown = given === '' ? 'an unknown type' : given.split(';')[0];
    throw new AppError('unsupported_media_type', `file: ${shown} is not supported; ${SUPPORTED}`);
  }
  // Browsers declare text/plain for files they do not know, so the extension is the better evidence.
  return named === undefined && type.startsWith('text/plain') && byName ? type.replace('text/plain', byName) : type;
}

/**
 * Checks the bytes of a file of `contentType`. Throws `invalid_input` for a file with nothing but white space, and
 * `unsupported_media_type` for binary data that claims to be text.
 */
export function checkFileContent(bytes: Uint8Array, contentType: string): void {
  if (!bytes.some((byte) => byte > 0x20)) {
    const message = 'must not be empty';
    throw new AppError('invalid_input', `file: ${message}`, { errors: [{ path: 'file', message }] });
  }
  const format = formatOfMediaType(parseContentType(contentType).mediaType);
  if (format && FORMATS[format].bytes === 'binary') return;
  // UTF-16 text holds NUL bytes and begins with a byte-order mark; in other encodings a NUL byte means binary data.
  if (!isMarkedUtf16(bytes) && bytes.includes(0)) throw new AppError('unsupported_media_type', `file: is not text; ${SUPPORTED}`);
}

/** A file name without control characters and path separators, at most 255 characters. */
export const cleanName = (name: string) => truncate(name.replaceAll(/[\p{Cc}/\\]/gu, '_'), 255);
