/** A file somebody sends, in a form or by itself: what type it is of, whether it is text, how it may be called. */
import { AppError } from '../../kernel/core/errors.ts';
import { CONTENT_TYPES, type ContentType } from './source.ts';

export const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;

export const SUPPORTED = 'text/plain, text/markdown and text/html are supported';

const ALIASES: ReadonlyMap<string, ContentType> = new Map([
  ['text/x-markdown', 'text/markdown'],
  ['application/xhtml+xml', 'text/html'],
]);

const EXTENSIONS: ReadonlyMap<string, ContentType> = new Map([
  ['txt', 'text/plain'],
  ['text', 'text/plain'],
  ['md', 'text/markdown'],
  ['markdown', 'text/markdown'],
  ['html', 'text/html'],
  ['htm', 'text/html'],
  ['xhtml', 'text/html'],
]);

/** The supported type in a Content-Type, its charset kept; undefined for one that is not supported. */
export function supportedType(value: string): string | undefined {
  const [essence = '', ...parameters] = value.split(';').map((part) => part.trim().toLowerCase());
  const type = CONTENT_TYPES.find((known) => known === essence) ?? ALIASES.get(essence);
  const charset = parameters.find((parameter) => /^charset="?[\w.:-]+"?$/.test(parameter))?.replaceAll('"', '');
  return type && (charset ? `${type}; ${charset}` : type);
}

export interface FileClaims {
  /** The type its sender names; decides. */
  readonly named: string | undefined;
  /** The type that travels with the bytes; empty where there is none. */
  readonly declared: string;
  readonly filename: string;
}

/** The type that is named, else the declared one, else what the file's name says. Throws `unsupported_media_type`. */
export function typeOfFile({ named, declared, filename }: FileClaims): string {
  const generic = declared === '' || declared.startsWith('application/octet-stream');
  const byName = EXTENSIONS.get(/\.(\w+)$/.exec(filename)?.[1]?.toLowerCase() ?? '');
  // A browser calls an unknown text/plain: the name then knows better.
  const given = named ?? (generic ? (byName ?? declared) : declared);
  const type = supportedType(given);
  if (type === undefined) {
    const shown = given === '' ? 'a file of unknown type' : given.split(';')[0];
    throw new AppError('unsupported_media_type', `file: ${shown} cannot be read; ${SUPPORTED}`);
  }
  return named === undefined && type.startsWith('text/plain') && byName ? type.replace('text/plain', byName) : type;
}

/** Throws `invalid_input` for a file with nothing in it, `unsupported_media_type` for one that is no text. */
export function requireText(bytes: Uint8Array): void {
  if (!bytes.some((byte) => byte > 0x20)) {
    const message = 'must not be empty';
    throw new AppError('invalid_input', `file: ${message}`, { errors: [{ path: 'file', message }] });
  }
  // UTF-16 text is half NULs and says so in its first two bytes; elsewhere a NUL means that this is no text.
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (!utf16 && bytes.includes(0)) throw new AppError('unsupported_media_type', `file: is not text; ${SUPPORTED}`);
}

export const cleanName = (name: string) => name.replaceAll(/[\p{Cc}/\\]/gu, '_').slice(0, 255);
