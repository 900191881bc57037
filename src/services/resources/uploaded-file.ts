/** Checks a document of which the bytes are at hand: that there is something to read, and in which format it is. */
import { AppError } from '../../kernel/core/errors.ts';
import { truncate } from '../../kernel/core/text.ts';
import { parseContentType } from '../../kernel/model/content-type.ts';
import { detectFormat } from '../../kernel/model/detect-format.ts';
import { definitionOf, formatOfMediaType, MAX_DOCUMENT_BYTES } from '../../kernel/model/format-lookup.ts';

export const MAX_UPLOAD_BYTES = MAX_DOCUMENT_BYTES;

export interface DocumentBytes {
  /** The field of the request that holds them, for messages. */
  readonly field: 'file' | 'content';
  readonly bytes: Uint8Array;
  /** What was said about their type; empty without it. */
  readonly declared: string;
  /** Empty without one. */
  readonly filename: string;
}

/**
 * The `Content-Type` under which the document is stored: the declared one if the bytes are in its format, else that of the
 * format that they are in. Throws `invalid_input` for nothing but white space and `unsupported_media_type` for a document that
 * cannot be read for sure.
 */
export function contentTypeOf({ field, bytes, declared: header, filename }: DocumentBytes): string {
  if (!bytes.some((byte) => byte > 0x20)) {
    const message = 'must not be empty';
    throw new AppError('invalid_input', `${field}: ${message}`, { errors: [{ path: field, message }] });
  }
  const declared = parseContentType(header);
  const detected = detectFormat(bytes, { declared, name: filename });
  if ('refusal' in detected) throw new AppError('unsupported_media_type', `${field}: ${detected.refusal}`);
  const { mediaType, bytes: kind } = definitionOf(detected.format);
  const type = formatOfMediaType(declared.mediaType) === detected.format ? declared.mediaType : mediaType;
  return kind === 'text' && declared.charset !== null ? `${type}; charset=${declared.charset}` : type;
}

/** A file name without path separators, control characters and those that turn the direction of text, at most 255 characters. */
export const cleanName = (name: string) => truncate(name.replaceAll(/[\p{Cc}\p{Bidi_Control}/\\]/gu, '_'), 255);
