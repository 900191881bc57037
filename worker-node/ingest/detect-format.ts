/** What a body is, by what was declared and by its first bytes. */
import { StageError } from '../../src/kernel/core/errors.ts';

export type Format = 'html' | 'markdown' | 'text';

const FORMATS: Readonly<Record<string, Format>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'html',
  'text/markdown': 'markdown',
  'text/x-markdown': 'markdown',
  'text/plain': 'text',
};
/** Declared types that say nothing. */
const VAGUE = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'application/unknown', 'text/*', '*/*']);
const EXTENSIONS: readonly (readonly [RegExp, Format])[] = [
  [/\.(?:md|markdown|mdown|mkd)$/i, 'markdown'],
  [/\.x?html?$/i, 'html'],
  [/\.(?:txt|text)$/i, 'text'],
];
/** How bodies begin that are not text, as Latin-1, and the offset of those bytes. */
const SIGNATURES: readonly (readonly [string, string, number?])[] = [
  ['%PDF-', 'PDF'],
  ['PK\x03\x04', 'a ZIP archive or an Office document'],
  ['PK\x05\x06', 'a ZIP archive'],
  ['\xd0\xcf\x11\xe0', 'an Office document'],
  ['\x89PNG', 'a PNG image'],
  ['GIF87a', 'a GIF image'],
  ['GIF89a', 'a GIF image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['WEBP', 'a WebP image', 8],
  ['WAVE', 'a sound file', 8],
  ['OggS', 'a sound or film'],
  ['ftyp', 'a film', 4],
  ['\x1f\x8b', 'a gzip archive'],
  ['\x28\xb5\x2f\xfd', 'a zstd archive'],
  ['7z\xbc\xaf', 'an archive'],
  ['Rar!\x1a', 'an archive'],
  ['\x7fELF', 'a program'],
  ['SQLite format 3\0', 'a database'],
];
const DECLARED_NAMES: Readonly<Record<string, string>> = { 'application/pdf': 'PDF' };
const SAMPLE_BYTES = 65_536;
/** Random bytes hold one control character in nine; text next to none. */
const MAX_CONTROL_SHARE = 0.05;

export interface DeclaredType {
  /** Media type without parameters, lower case; empty where none was declared. */
  readonly essence: string;
  readonly charset: string | null;
}

export function parseContentType(header: string | null): DeclaredType {
  const [essence = '', ...parameters] = (header ?? '').split(';');
  const charset = parameters
    .map((one) => /^\s*charset\s*=\s*"?([^";\s]+)"?\s*$/i.exec(one)?.[1])
    .find((found) => found !== undefined);
  return { essence: essence.trim().toLowerCase(), charset: charset ?? null };
}

/** `name` is the file's name or the URL's path. Throws a permanent StageError that names what we cannot read. */
export function detectFormat(bytes: Uint8Array, { essence }: DeclaredType, name: string): Format {
  const head = latin1(bytes.subarray(0, 512));
  const foreign = SIGNATURES.find(([signature, , at = 0]) => head.startsWith(signature, at))?.[1] ?? DECLARED_NAMES[essence];
  if (foreign) throw unsupported(foreign);
  const declared = FORMATS[essence];
  if (!declared && !VAGUE.has(essence))
    throw unsupported(/^[\w.+-]+\/[\w.+-]+$/.test(essence) ? essence.slice(0, 100) : 'this content type');
  if (isBinary(bytes)) throw new StageError('permanent', 'This is binary content, not a text we can read');
  const byName = EXTENSIONS.find(([extension]) => extension.test(name))?.[1];
  // Servers send Markdown as plain text; they do not send HTML as anything else unless they mean it.
  if (declared) return declared === 'text' && byName === 'markdown' ? 'markdown' : declared;
  return /^\s*(?:<!--[\s\S]*?-->\s*)?<(?:!doctype html|html|head|body)\b/i.test(head) ? 'html' : (byName ?? 'text');
}

const unsupported = (what: string) =>
  new StageError('permanent', `Not supported yet: ${what}. HTML, Markdown and plain text are`);

const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);

/** UTF-16 with its mark is text though every second byte is NUL. */
function isBinary(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if ((sample[0] === 0xff && sample[1] === 0xfe) || (sample[0] === 0xfe && sample[1] === 0xff)) return false;
  let controls = 0;
  for (const byte of sample) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) controls++;
  return controls > sample.length * MAX_CONTROL_SHARE;
}
