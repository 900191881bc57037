/** The bytes of a source, and their digest. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { basename, dirname, sep } from 'node:path';
import { noDocument } from '../../src/kernel/model/detect-format.ts';
import type { Source } from './find-sources.ts';

/** The API's limit of a file. */
export const MAX_BYTES = 50 * 1024 * 1024;

export type FileSource = Extract<Source, { kind: 'file' }>;

/**
 * Throws for a file that has become a link, that lies elsewhere by now, or that is too large. One in a folder that is certainly no
 * document need not be sent; one that was named is sent, because the server decides what it reads and may be newer.
 */
export const readFileSource = (source: FileSource): Promise<File> =>
  withFile(source, async (handle) => {
    const bytes = await handle.readFile();
    const kind = source.root === undefined ? undefined : noDocument(bytes);
    if (kind !== undefined) throw new Error(`it is ${kind.label}, which is not sent from a folder; ${kind.advice}`);
    return fileOf(bytes, basename(source.path));
  });

/** SHA-256 in hexadecimal digits, of a file that is read piece by piece. Throws as `readFileSource` does. */
export const digestOf = (source: FileSource): Promise<string> =>
  withFile(source, async (handle) => {
    const hash = createHash('sha256');
    for await (const piece of handle.createReadStream({ autoClose: false })) hash.update(piece as Buffer);
    return hash.digest('hex');
  });

async function withFile<T>({ path, root }: FileSource, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  // A folder on the way may have been replaced by a link since the file was found.
  if (root !== undefined && !`${await realpath(dirname(path))}${sep}`.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw new Error('it lies outside of the folder by now');
  }
  // A pipe in its place would make it wait.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new Error('it is not a file any more');
    if (stats.size > MAX_BYTES) throw tooLarge();
    return await work(handle);
  } finally {
    await handle.close();
  }
}

/** Throws for a file that is too large. */
export function fileOf(bytes: Uint8Array, name: string): File {
  if (bytes.byteLength > MAX_BYTES) throw tooLarge();
  return new File([new Uint8Array(bytes)], name);
}

const tooLarge = () => new Error(`it is larger than ${MAX_BYTES / 1024 / 1024} MB`);
