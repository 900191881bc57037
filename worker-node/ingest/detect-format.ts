/** Detects the format of a document from its declared type, its first bytes and its name. */
import { isMarkedUtf16 } from '../../src/kernel/core/byte-order-mark.ts';
import { StageError } from '../../src/kernel/core/errors.ts';
import {
  type ContentType,
  FORMATS,
  type Format,
  formatOfFilename,
  formatOfMediaType,
  SUPPORTED_FORMATS,
} from '../../src/kernel/model/formats.ts';

/** Declared types that carry no information. */
const GENERIC_TYPES = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'application/unknown', 'text/*', '*/*']);

interface Signature {
  /** The bytes as Latin-1. */
  readonly bytes: string;
  readonly offset?: number;
  /** The kind of file, for the message. */
  readonly label: string;
  /** Where it identifies one media type; a supported one is then read. */
  readonly mediaType?: string;
}

/** First bytes of binary formats. */
const SIGNATURES: readonly Signature[] = [
  { bytes: '%PDF-', label: 'PDF', mediaType: 'application/pdf' },
  { bytes: 'PK\x03\x04', label: 'a ZIP archive or an Office document' },
  { bytes: 'PK\x05\x06', label: 'a ZIP archive' },
  { bytes: '\xd0\xcf\x11\xe0', label: 'an Office document' },
  { bytes: '\x89PNG', label: 'a PNG image' },
  { bytes: 'GIF87a', label: 'a GIF image' },
  { bytes: 'GIF89a', label: 'a GIF image' },
  { bytes: '\xff\xd8\xff', label: 'a JPEG image' },
  { bytes: 'WEBP', label: 'a WebP image', offset: 8 },
  { bytes: 'WAVE', label: 'an audio file', offset: 8 },
  { bytes: 'OggS', label: 'an audio or video file' },
  { bytes: 'ftyp', label: 'a video file', offset: 4 },
  { bytes: '\x1f\x8b', label: 'a gzip archive' },
  { bytes: '\x28\xb5\x2f\xfd', label: 'a zstd archive' },
  { bytes: '7z\xbc\xaf', label: 'an archive' },
  { bytes: 'Rar!\x1a', label: 'an archive' },
  { bytes: '\x7fELF', label: 'a program' },
  { bytes: 'SQLite format 3\0', label: 'a database' },
];
const SAMPLE_BYTES = 65_536;
/** About one random byte in nine is a control character; text has almost none. */
const MAX_CONTROL_SHARE = 0.05;

/**
 * The format of `bytes`; `name` is the file name or the URL's path. Throws a permanent StageError that names an
 * unsupported format.
 */
export function detectFormat(bytes: Uint8Array, { mediaType: declared }: ContentType, name: string): Format {
  const head = latin1(bytes.subarray(0, 512));
  const signature =
    SIGNATURES.find(({ bytes: start, offset = 0 }) => head.startsWith(start, offset)) ??
    SIGNATURES.find(({ mediaType }) => mediaType === declared);
  const format = formatOfMediaType(signature ? (signature.mediaType ?? '') : declared);
  if (!format && signature) throw unsupported(signature.label);
  if (!format && !GENERIC_TYPES.has(declared))
    throw unsupported(/^[\w.+-]+\/[\w.+-]+$/.test(declared) ? declared.slice(0, 100) : 'this content type');
  if (format && FORMATS[format].bytes === 'binary') return format;
  if (isBinary(bytes)) throw new StageError('permanent', 'The content is binary; expected text');
  const byName = formatOfFilename(name);
  // Servers often send Markdown as text/plain. A declared text/html is reliable.
  if (format) return format === 'text' && byName === 'markdown' ? 'markdown' : format;
  return /^\s*(?:<!--[\s\S]*?-->\s*)?<(?:!doctype html|html|head|body)\b/i.test(head) ? 'html' : (byName ?? 'text');
}

const unsupported = (label: string) =>
  new StageError('permanent', `Not supported yet: ${label}. Supported formats are ${SUPPORTED_FORMATS}`);

const latin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);

/** UTF-16 text with a byte-order mark counts as text although every second byte may be NUL. */
function isBinary(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (isMarkedUtf16(sample)) return false;
  let controls = 0;
  for (const byte of sample) if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) controls++;
  return controls > sample.length * MAX_CONTROL_SHARE;
}
