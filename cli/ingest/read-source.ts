/** The bytes of a source, with their digest. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { basename, dirname, sep } from 'node:path';
import type { Source } from './find-sources.ts';

/** The API's limit of a file. */
export const MAX_BYTES = 50 * 1024 * 1024;

export interface Bytes {
  readonly file: File;
  /** SHA-256 in hexadecimal digits. */
  readonly digest: string;
}

type FileSource = Extract<Source, { kind: 'file' }>;

/** Throws for a file that has become a link, that lies elsewhere by now, or that is too large. */
export async function readFileSource({ path, root }: FileSource): Promise<Bytes> {
  // A folder on the way may have been replaced by a link since the file was found.
  if (root !== undefined && !`${await realpath(dirname(path))}${sep}`.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw new Error('it lies outside of the folder by now');
  }
  // A pipe in its place would make it wait.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error('it is not a file any more');
    if (stats.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES / 1024 / 1024} MB`);
    return bytesOf(await handle.readFile(), basename(path));
  } finally {
    await handle.close();
  }
}

export function bytesOf(bytes: Uint8Array, name: string): Bytes {
  if (bytes.byteLength > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES / 1024 / 1024} MB`);
  return { file: new File([new Uint8Array(bytes)], name), digest: createHash('sha256').update(bytes).digest('hex') };
}
