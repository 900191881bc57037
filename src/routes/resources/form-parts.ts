/**
 * multipart/form-data, part by part (RFC 7578). The runtimes' `formData()` builds every part before anything can be refused;
 * here an unknown name, a repeated one or one part too many ends the reading.
 */
import { MultipartParseError, type MultipartPart, parseMultipart } from '@remix-run/multipart-parser';
import { MAX_FORM_PARTS } from '../../kernel/core/bounds.ts';
import { AppError } from '../../kernel/core/errors.ts';

export interface FormFile {
  readonly name: string;
  /** The `Content-Type` of the part; empty without one. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface FormPart {
  readonly name: string;
  readonly value: string | FormFile;
}

/** A part without its content holds these at most. */
const MAX_HEADER_BYTES = 8 * 1024;

const malformed = (cause?: unknown) =>
  new AppError('malformed_body', 'The body is not well-formed multipart/form-data', { cause });

/**
 * The parts of a form in their order. Throws `malformed_body` where the body is no form, and `invalid_input` for more than 100
 * parts; what comes behind the part at which the caller stops is not parsed.
 */
export function* formParts(body: Uint8Array, contentType: string): Generator<FormPart, void> {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) throw malformed();
  let count = 0;
  try {
    for (const part of parseMultipart(body, { ...NO_SIZES, boundary, maxHeaderSize: MAX_HEADER_BYTES })) {
      count += 1;
      if (count > MAX_FORM_PARTS) throw tooMany();
      yield toFormPart(part);
    }
  } catch (error) {
    // TypeError: a header that is not UTF-8.
    throw error instanceof MultipartParseError || error instanceof TypeError ? malformed(error) : error;
  }
  // The parser takes an empty body for an empty form.
  if (body.byteLength === 0) throw malformed();
}

/** The body is in memory and bounded already. */
const NO_SIZES = {
  maxParts: Number.POSITIVE_INFINITY,
  maxFileSize: Number.POSITIVE_INFINITY,
  maxTotalSize: Number.POSITIVE_INFINITY,
};

function tooMany(): AppError {
  const message = `has more than ${MAX_FORM_PARTS} parts`;
  return new AppError('invalid_input', `form: ${message}`, { errors: [{ path: 'form', message }] });
}

/** RFC 2046 section 5.1.1: 1 to 70 characters. */
function boundaryOf(contentType: string): string | undefined {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*(?:;|$)/i.exec(contentType) ?? [];
  return quoted ?? plain;
}

function toFormPart(part: MultipartPart): FormPart {
  const { name, filename } = parametersOf(part.headers['content-disposition'] ?? '');
  if (name === undefined) throw malformed();
  const bytes = contentOf(part);
  if (filename === undefined) return { name, value: new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes) };
  return { name, value: { name: filename, type: part.headers['content-type'] ?? '', bytes } };
}

/** Without a copy where the parser found the content in one piece. */
function contentOf({ content, bytes }: MultipartPart): Uint8Array {
  const [only] = content;
  return only && content.length === 1 ? only : bytes;
}

function parametersOf(disposition: string): { name?: string; filename?: string } {
  const found: Record<string, string> = {};
  for (const [, key = '', quoted, plain = ''] of disposition.matchAll(
    /;\s*(name|filename\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/gi,
  )) {
    found[key.toLowerCase()] ??= quoted === undefined ? plain.trim() : unquoted(quoted);
  }
  const { name, filename, 'filename*': extended } = found;
  const shown = (extended === undefined ? undefined : decodeExtended(extended)) ?? filename;
  return { ...(name === undefined ? {} : { name }), ...(shown === undefined ? {} : { filename: shown }) };
}

/** Browsers write quotes and line breaks in percent form (WHATWG HTML, "multipart/form-data"), others escape by a backslash. */
const unquoted = (text: string) =>
  text
    .replaceAll(/\\(["\\])/g, '$1')
    .replaceAll(/%(22|0A|0D)/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** RFC 8187; undefined for another charset or a wrong encoding, where the plain `filename` counts. */
function decodeExtended(value: string): string | undefined {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(value)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
