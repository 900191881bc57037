/**
 * Snapshots of libraries: a file per owner, from which a library is loaded faster than from its rows. It is derived data: a file
 * that is missing, cut, damaged, or of another format, model or history is not used, and the library is built from its rows.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../../src/kernel/core/log.ts';
import type { Clock } from '../../../src/kernel/core/ports.ts';
import type { IndexEngine, Library, UpdatableIndex } from './library.ts';
import {
  decodeSnapshot,
  encodeSnapshotHeader,
  HEADER_MAX_BYTES,
  readSnapshotHeader,
  type SnapshotHeader,
} from './snapshot-format.ts';

export interface Snapshots {
  /** The library as it was written; undefined without a whole file. */
  read<I extends UpdatableIndex>(ownerId: string, engine: IndexEngine<I>): Promise<Library<I> | undefined>;
  /**
   * Writes the library, unless it is so small that its rows are read as fast. `locked` is called once, and calls its argument
   * while the index does not change. A failure is logged: the snapshot of before stays.
   */
  write<I extends UpdatableIndex>(library: Library<I>, locked: WhileLocked<I>): Promise<void>;
  /** Whether enough has changed for another snapshot, or a deletion has to leave the disk. */
  isDue(library: Library<UpdatableIndex>): boolean;
}

/** `pause` is called between the steps of encoding. */
export type WhileLocked<I extends UpdatableIndex> = (
  encode: (engine: IndexEngine<I>, pause: () => Promise<void>) => Promise<EncodedLibrary>,
) => Promise<EncodedLibrary>;

interface EncodedLibrary {
  readonly header: SnapshotHeader;
  readonly buffers: readonly Uint8Array[];
}

/** A library below is built in a few hundred milliseconds. */
const MIN_CHUNKS = 500;
/** Share of the documents that has to change for another snapshot. */
const CHANGED_SHARE = 0.1;
/** Milliseconds until a deleted document's words have left the disk, at the latest, are an hour; this leaves time to write. */
export const DELETION_MS = 30 * 60_000;
/** Milliseconds after which a temporary file belongs to no writer. */
const ABANDONED_MS = 60 * 60_000;

const SUFFIX = '.library';
const TEMPORARY = '.writing';
const isFileName = (ownerId: string) => /^[\w-]{1,128}$/.test(ownerId);

export interface SnapshotsDependencies {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Default 500. */
  readonly minChunks?: number;
}

export function createSnapshots({ folder, clock, log, minChunks = MIN_CHUNKS }: SnapshotsDependencies): Snapshots {
  const pathOf = (ownerId: string) => join(folder, `${ownerId}${SUFFIX}`);

  async function save(ownerId: string, { header, buffers }: EncodedLibrary): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = join(folder, `${ownerId}.${randomBytes(8).toString('hex')}${TEMPORARY}`);
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        for (const buffer of [encodeSnapshotHeader(header), ...buffers]) await file.writeFile(buffer);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, pathOf(ownerId));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  return {
    read: async (ownerId, engine) => {
      if (!isFileName(ownerId)) return undefined;
      const bytes = await readFile(pathOf(ownerId)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') log.warning('snapshot not read', { owner: ownerId, error });
        return undefined;
      });
      if (!bytes) return undefined;
      try {
        const { header, index } = decodeSnapshot(bytes);
        if (header.ownerId !== ownerId) throw new Error('the snapshot is of another library');
        const { model, version, changeId } = header;
        return { ownerId, index: engine.decode(index), model, version, changeId, unsaved: 0, deletionAt: undefined };
      } catch (error) {
        log.warning('snapshot not used', { owner: ownerId, error });
        await rm(pathOf(ownerId), { force: true });
        return undefined;
      }
    },
    write: async (library, locked) => {
      const { ownerId, index } = library;
      if (!isFileName(ownerId)) return;
      try {
        if (index.chunks < minChunks) {
          await rm(pathOf(ownerId), { force: true });
          library.unsaved = 0;
          library.deletionAt = undefined;
          return;
        }
        const startedAt = clock.monotonic();
        let encodingMs = 0;
        const encoded = await locked(async (engine, pause) => {
          const encodingAt = clock.monotonic();
          const buffers = await inTurns(engine.encode(index), pause);
          const length = buffers.reduce((sum, { byteLength }) => sum + byteLength, 0);
          const { model, version, changeId } = library;
          library.unsaved = 0;
          library.deletionAt = undefined;
          encodingMs = clock.monotonic() - encodingAt;
          return { header: { ownerId, model, version, changeId, length }, buffers };
        });
        await save(ownerId, encoded);
        const ms = Math.round(clock.monotonic() - startedAt);
        log.debug('snapshot written', {
          owner: ownerId,
          version: encoded.header.version,
          ms,
          encodingMs: Math.round(encodingMs),
        });
      } catch (error) {
        // It is due again with the next change.
        library.unsaved += 1;
        log.warning('snapshot not written', { owner: ownerId, error });
      }
    },
    isDue: ({ unsaved, deletionAt, index }) =>
      (unsaved > 0 && unsaved >= index.documents * CHANGED_SHARE) ||
      (deletionAt !== undefined && clock.monotonic() - deletionAt >= DELETION_MS),
  };
}

/** The result of work by steps. */
export async function inTurns<T>(steps: Generator<void, T>, pause: () => Promise<void>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await pause();
  }
}

/** The headers of the snapshots in a folder. A file that is none has no header. */
export async function* listSnapshots(
  folder: string,
): AsyncGenerator<{ readonly path: string; readonly header: SnapshotHeader | undefined }> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names.filter((one) => one.endsWith(SUFFIX))) {
    const path = join(folder, name);
    const header = await headerOf(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 'gone' as const;
      return undefined;
    });
    if (header !== 'gone') yield { path, header };
  }
}

async function headerOf(path: string): Promise<SnapshotHeader> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_MAX_BYTES), 0, HEADER_MAX_BYTES, 0);
    return readSnapshotHeader(buffer.subarray(0, bytesRead)).header;
  } finally {
    await file.close();
  }
}

/** Removes what writers that were killed have left. `now` is Unix time in milliseconds. */
export async function removeAbandoned(folder: string, now: number): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names.filter((one) => one.endsWith(TEMPORARY))) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && found.mtimeMs + ABANDONED_MS < now) await rm(path, { force: true });
  }
}
