/** Finds out what a document is. One that is compressed by gzip is unpacked first, and read as what is inside. */
import { gunzipSync } from 'node:zlib';
import { StageError } from '../../src/kernel/core/errors.ts';
import { parseContentType } from '../../src/kernel/model/content-type.ts';
import { detectFormat } from '../../src/kernel/model/detect-format.ts';
import { FORMATS, type Format } from '../../src/kernel/model/formats.ts';
import type { ReadFormat } from './readers/index.ts';
import type { ReaderInput } from './readers/reader.ts';
import { inflatedLimit } from './zip.ts';

export interface DocumentBytes {
  readonly bytes: Uint8Array;
  /** The `Content-Type` of the response or the upload; null without one. */
  readonly contentType: string | null;
  readonly filename: string | null;
  /** The address after redirects; null for uploaded content. */
  readonly url: string | null;
}

export interface OpenedDocument {
  /** The registered media type of what was sent. */
  readonly mediaType: string;
  readonly format: ReadFormat;
  readonly input: ReaderInput;
}

/** Throws a permanent StageError for what is not read. */
export function openDocument({ bytes, contentType, filename, url }: DocumentBytes): OpenedDocument {
  const declared = parseContentType(contentType);
  const name = filename ?? (url === null ? '' : new URL(url).pathname);
  const detect = (content: Uint8Array, claims: { declared: typeof declared; name: string }): Format => {
    const detected = detectFormat(content, claims);
    if ('refusal' in detected) throw new StageError('permanent', detected.refusal);
    return detected.format;
  };
  const outer = detect(bytes, { declared, name });
  const { mediaType } = FORMATS[outer];
  if (outer !== 'gzip') return { mediaType, format: outer, input: { bytes, ...declared, url, filename } };

  const unpacked = gunzip(bytes);
  if (unpacked.length === 0) throw new StageError('permanent', 'The gzip file is empty');
  // The type that was declared is that of the file around the document.
  const inside = { mediaType: '', charset: declared.charset };
  const format = detect(unpacked, { declared: inside, name: withoutGz(name) });
  if (format === 'gzip') throw new StageError('permanent', 'The document is compressed twice; unpack it once and send it again');
  const input = { bytes: unpacked, ...inside, url, filename: filename === null ? null : withoutGz(filename) };
  return { mediaType, format, input };
}

const withoutGz = (name: string) => name.replace(/\.gz$/i, '');

function gunzip(bytes: Uint8Array): Uint8Array {
  const limit = inflatedLimit(bytes.length);
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (cause) {
    const isTooLarge = cause instanceof RangeError;
    const message = isTooLarge
      ? `The gzip file expands to more than ${Math.floor(limit / 1024 / 1024)} MiB; unpack it and send it in smaller parts`
      : 'The gzip file is cut or damaged; compress the document again and send that';
    throw new StageError('permanent', message, { cause });
  }
}
