/** Downloads one file of a repository: continues a partial file, and keeps the file only if its checksum is right. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Hub, HubFile, Snapshot } from './hub.ts';

export interface DownloadOptions {
  readonly hub: Pick<Hub, 'open'>;
  readonly snapshot: Snapshot;
  readonly file: HubFile;
  /** Path of the finished file; the partial one has `.part` after it. */
  readonly target: string;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Called with the bytes received so far. */
  readonly progress?: ((bytes: number) => void) | undefined;
}

/** Attempts in a row that bring no byte. */
const TRIES = 4;
/** Milliseconds without a byte until a connection is aborted. */
const SILENCE_MS = 30_000;

class Transient extends Error {}

/** Whether the file at `path` has the given size and checksum. */
export async function isIntact(path: string, { size, checksum }: Pick<HubFile, 'size' | 'checksum'>): Promise<boolean> {
  const found = await sizeOf(path);
  if (found !== size) return false;
  const hash = createHash(checksum.algorithm === 'sha256' ? 'sha256' : 'sha1');
  if (checksum.algorithm === 'git-sha1') hash.update(`blob ${size}\0`);
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex') === checksum.hex;
}

/** Rejects with an Error that names the file. The partial file stays for the next attempt, unless its checksum is wrong. */
export async function download(options: DownloadOptions): Promise<void> {
  const { file, target, sleep } = options;
  const part = `${target}.part`;
  await mkdir(dirname(target), { recursive: true });
  for (let failures = 0; ; ) {
    const before = await sizeOf(part);
    if (before >= file.size && file.size > 0) break;
    try {
      await fetchRest(options, part, before);
      break;
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      failures = (await sizeOf(part)) > before ? 1 : failures + 1;
      if (failures >= TRIES)
        throw new Error(`${file.path}: ${error.message}; run the command again to continue`, { cause: error });
      await sleep(1000 * 2 ** (failures - 1));
    }
  }
  if (!(await isIntact(part, file))) {
    await rm(part, { force: true });
    throw new Error(
      `${file.path}: the ${file.checksum.algorithm} of the download is not the one that the Hub lists; the download was deleted`,
    );
  }
  await rename(part, target);
}

async function fetchRest({ hub, snapshot, file, progress }: DownloadOptions, part: string, from: number): Promise<void> {
  const silence = new AbortController();
  let watch = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await hub.open(snapshot, file.path, from, silence.signal).catch((error: unknown) => {
      throw new Transient(messageOf(error), { cause: error });
    });
    // The partial file is longer than the remote one, so it is not a prefix of it.
    if (response.status === 416) {
      await rm(part, { force: true });
      throw new Transient('the partial file is longer than the remote one');
    }
    if (response.status === 429 || response.status >= 500) throw new Transient(`the server responded with ${response.status}`);
    if (!response.ok || !response.body) throw new Error(`${file.path}: the server responded with ${response.status}`);
    const continued = response.status === 206;
    const handle = await open(part, continued ? 'a' : 'w');
    let bytes = continued ? from : 0;
    try {
      for await (const piece of response.body) {
        clearTimeout(watch);
        watch = setTimeout(() => silence.abort(), SILENCE_MS);
        await handle.write(piece);
        bytes += piece.byteLength;
        if (bytes > file.size) {
          await rm(part, { force: true });
          throw new Error(`${file.path}: the server sends more than the file has`);
        }
        progress?.(bytes);
      }
    } catch (error) {
      if (isDiskError(error) || (error instanceof Error && error.message.startsWith(file.path))) throw error;
      throw new Transient('the connection was cut', { cause: error });
    } finally {
      await handle.close();
    }
    if (bytes < file.size) throw new Transient('the connection was cut');
  } finally {
    clearTimeout(watch);
  }
}

const isDiskError = (error: unknown) =>
  error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS'].includes(String(error.code));

const sizeOf = (path: string) =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
