/**
 * Opens ZIP archives of strangers (APPNOTE 6.3.10). The directory is listed before anything is inflated, and what is
 * inflated is counted as it comes. Names of entries are keys and never paths.
 */
import { crc32, inflateRawSync } from 'node:zlib';
import { StageError } from '../../src/kernel/core/errors.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

export interface ZipArchive {
  /** The names of files, in the order of the directory. */
  readonly names: readonly string[];
  /**
   * The content of a file; undefined where the archive has none of this name. A name that differs only in case is found
   * too. Throws a permanent StageError for content that is encrypted, damaged, ambiguous or too large.
   */
  read(name: string): Uint8Array | undefined;
}

const MEBIBYTE = 1024 * 1024;
const MAX_INFLATED = 200 * MEBIBYTE;
const MAX_RATIO = 100;
/** Small archives of repeated rows are honest at higher ratios, and so much costs little. */
const ALWAYS_INFLATED = 10 * MEBIBYTE;
type Unpack = (data: Uint8Array, size: number) => Uint8Array;
const METHODS: Readonly<Record<number, Unpack>> = {
  0: (data) => data,
  8: (data, size) => inflateRawSync(data, { maxOutputLength: Math.max(size, 1) }),
};

/** The bytes that all files of an archive of `size` bytes may have together. */
export const inflatedLimit = (size: number): number => Math.max(ALWAYS_INFLATED, Math.min(MAX_INFLATED, MAX_RATIO * size));

/** Throws a permanent StageError for an archive that is damaged, has too many entries or declares too much. */
export function openZip(bytes: Uint8Array): ZipArchive {
  const entries = readZipDirectory(bytes).filter(({ name }) => !name.endsWith('/'));
  const byName = Map.groupBy(entries, ({ name }) => name);
  const byLowerCase = Map.groupBy(entries, ({ name }) => name.toLowerCase());
  const limit = inflatedLimit(bytes.length);
  let inflated = 0;

  return {
    names: [...byName.keys()],
    read(name) {
      const found = byName.get(name) ?? byLowerCase.get(name.toLowerCase());
      const entry = found?.[0];
      if (!entry) return undefined;
      if (found.some(({ crc, size }) => crc !== entry.crc || size !== entry.size))
        throw refusal(`The archive has several different entries named ${shown(name)}. Save the document again`);
      inflated += entry.size;
      if (inflated > limit)
        throw refusal(`The document expands to more than ${Math.floor(limit / MEBIBYTE)} MiB. Send it in smaller parts`);
      return contentOf(bytes, entry);
    },
  };
}

function contentOf(bytes: Uint8Array, { name, encrypted, method, start, compressedSize, size, crc }: ZipEntry): Uint8Array {
  if (encrypted) throw refusal('The document is encrypted with a password. Remove the password and send it again');
  const unpack = METHODS[method];
  if (!unpack)
    throw refusal(`The entry ${shown(name)} is compressed by method ${method}; expected deflate. Save the document again`);
  let content: Uint8Array;
  try {
    content = unpack(bytes.subarray(start, start + compressedSize), size);
  } catch {
    throw damaged(name);
  }
  if (content.length !== size || crc32(content) !== crc) throw damaged(name);
  return content;
}

const shown = (name: string) => JSON.stringify(name.slice(0, 100));
const refusal = (message: string) => new StageError('permanent', message);
const damaged = (name: string) =>
  refusal(`The entry ${shown(name)} is damaged: its content does not match its size and checksum. Send the document again`);

/**
 * The name of the entry that `reference` names, relative to the entry `base`: `../media/a.png`, `/ppt/slides/slide1.xml` or
 * a percent-encoded name. Undefined for a reference to a place outside of the archive.
 */
export function entryName(base: string, reference: string): string | undefined {
  const root = 'zip://archive/';
  if (!URL.canParse(reference, root)) return undefined;
  const url = new URL(reference, new URL(base.split('/').map(encodeURIComponent).join('/'), root));
  if (!url.href.startsWith(root)) return undefined;
  try {
    return decodeURIComponent(url.pathname.slice(1));
  } catch {
    return url.pathname.slice(1);
  }
}
