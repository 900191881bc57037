/** The libraries that a search thread holds: loaded when they are asked for, brought up to date before each answer. */
import { type BoundedMap, createBoundedMap } from '../../../src/kernel/core/bounded-map.ts';
import { createMutex } from '../../../src/kernel/core/concurrency.ts';
import type { Log } from '../../../src/kernel/core/log.ts';
import { readLibraryVersion } from '../../../src/kernel/db/library-changes.ts';
import { createFreshRuns } from './fresh-runs.ts';
import { BrokenIndex, type Library, type LibrarySize, LibraryTooLarge, type UpdatableIndex } from './library.ts';
import { admit, applyChanges, buildLibrary, type RefreshDependencies } from './refresh-library.ts';
import type { Snapshots } from './snapshots.ts';
import { createSuccessor, type Successor } from './successor.ts';

export interface LibrariesDependencies<I extends UpdatableIndex> extends Omit<RefreshDependencies<I>, 'onGrowth'> {
  readonly log: Log;
  /** Undefined: none are kept. */
  readonly snapshots: Snapshots | undefined;
  /** Called with what a library holds whenever it is used; no bytes: its memory has been given back. */
  onSize(ownerId: string, size: LibrarySize): void;
  /** Chunks from which a library answers while another index of it is built. Default 2,000: a smaller one is built in no time. */
  readonly minChunksBehind?: number;
}

export interface Libraries<I extends UpdatableIndex> {
  /**
   * The owner's library with every change that was committed before the call. Rejects with LibraryTooLarge. Its slots are valid
   * until the caller waits for something.
   */
  use(ownerId: string): Promise<Library<I>>;
  /** Gives the memory back once the library's snapshot is written. What is being answered is answered. */
  evict(ownerId: string): Promise<void>;
  /** Writes the snapshots that are due. */
  saveDue(): Promise<void>;
  /** Writes the snapshots of all libraries that have changed. */
  close(): Promise<void>;
}

/** Milliseconds after which a library that was too large is tried again. */
const TOO_LARGE_MS = 10 * 60_000;
const MAX_TOO_LARGE = 10_000;
const NOTHING: LibrarySize = { documents: 0, chunks: 0, bytes: 0 };

const MIN_CHUNKS_BEHIND = 2_000;

interface Entry<I extends UpdatableIndex> {
  library: Library<I> | undefined;
  /** Builds another index of the library, by what answers. */
  readonly successor: Successor;
  /** The library as of a moment after the call. */
  readonly fresh: () => Promise<Library<I>>;
  /** Held while the index changes, and while it is encoded. */
  readonly lock: ReturnType<typeof createMutex>;
}

export function createLibraries<I extends UpdatableIndex>(dependencies: LibrariesDependencies<I>): Libraries<I> {
  const { db, clock, engine, log, snapshots, pause, onSize, minChunksBehind = MIN_CHUNKS_BEHIND } = dependencies;
  const entries = new Map<string, Entry<I>>();
  const tooLarge: BoundedMap<string, true> = createBoundedMap({
    capacity: MAX_TOO_LARGE,
    evict: 'oldest',
    now: () => clock.monotonic(),
  });

  function entryOf(ownerId: string): Entry<I> {
    const known = entries.get(ownerId);
    if (known) return known;
    const lock = createMutex();
    const fresh = createFreshRuns(() => lock.run(() => refresh(ownerId, entry)));
    const successor = createSuccessor<I>({
      build: (within) => build({ ...dependencies, ...within }, ownerId),
      ...{ pause, maxBytes: dependencies.maxBytes, current: () => entry.library?.index },
      // An entry that was evicted meanwhile answers those that wait for it, and counts no longer.
      isWanted: () => entries.get(ownerId) === entry,
      onGrowth: () => tell(ownerId, entry),
      take: (library) =>
        lock.run(async () => {
          entry.library = library;
        }),
      onFailure: (error) => log.warning('library not built anew', { owner: ownerId, error }),
    });
    const entry: Entry<I> = { library: undefined, successor, lock, fresh };
    entries.set(ownerId, entry);
    return entry;
  }

  /** Says what the library holds, with the index that is built beside it. */
  function tell(ownerId: string, { library, successor }: Entry<I>): void {
    const { documents, chunks, bytes } = library?.index ?? NOTHING;
    onSize(ownerId, { documents, chunks, bytes: bytes + successor.bytes });
  }

  async function refresh(ownerId: string, entry: Entry<I>): Promise<Library<I>> {
    const onGrowth = (size: LibrarySize) => {
      if (entries.get(ownerId) === entry) onSize(ownerId, { ...size, bytes: size.bytes + entry.successor.bytes });
    };
    const own = { ...dependencies, onGrowth };
    try {
      const library = entry.library ?? (await snapshots?.read(ownerId, engine));
      const applied = library ? await applyChanges(own, library) : 'unusable';
      const canWait = library && library.index.chunks >= minChunksBehind && entry.successor.hasRoom(library.index);
      if (library && (applied === 'current' || (applied === 'of_another_model' && canWait))) {
        entry.library = library;
        if (applied === 'of_another_model') entry.successor.start();
      } else {
        // Two indexes of one library would need twice its memory.
        entry.library = undefined;
        entry.library = await build(own, ownerId);
      }
      admit(own, entry.library.index);
      return entry.library;
    } catch (error) {
      if (error instanceof LibraryTooLarge) tooLarge.set(ownerId, true, clock.monotonic() + TOO_LARGE_MS);
      // A database that is away leaves the index as it is: changes that were read are applied again.
      if (error instanceof LibraryTooLarge || error instanceof BrokenIndex) entry.library = undefined;
      if (!entry.library) {
        if (entries.get(ownerId) === entry) {
          entries.delete(ownerId);
          onSize(ownerId, NOTHING);
        }
      }
      throw error;
    }
  }

  async function build(own: RefreshDependencies<I>, ownerId: string): Promise<Library<I>> {
    const startedAt = clock.monotonic();
    const library = await buildLibrary(own, ownerId);
    const { documents, chunks, bytes } = library.index;
    const ms = Math.round(clock.monotonic() - startedAt);
    log.info('library indexed', { owner: ownerId, documents, chunks, bytes, version: library.version, ms });
    return library;
  }

  /** The words of an account that was deleted meanwhile do not go to the disk again. */
  async function isKept({ ownerId, version }: Library<I>): Promise<boolean> {
    try {
      return (await readLibraryVersion(db, ownerId)).version >= version;
    } catch (error) {
      log.warning('snapshot not written', { owner: ownerId, error });
      return false;
    }
  }

  async function save(entry: Entry<I>): Promise<void> {
    const { library } = entry;
    if (!library || !snapshots || !(await isKept(library))) return;
    await snapshots.write(library, (encode) => entry.lock.run(() => encode(engine, pause)));
  }

  return {
    use: async (ownerId) => {
      if (tooLarge.get(ownerId)) throw new LibraryTooLarge('the library was too large a short time ago');
      return await entryOf(ownerId).fresh();
    },
    evict: async (ownerId) => {
      const entry = entries.get(ownerId);
      if (!entry) return;
      entries.delete(ownerId);
      try {
        if (entry.library && entry.library.unsaved > 0) await save(entry);
      } finally {
        if (!entries.has(ownerId)) onSize(ownerId, NOTHING);
      }
    },
    saveDue: async () => {
      for (const entry of [...entries.values()]) if (entry.library && snapshots?.isDue(entry.library)) await save(entry);
    },
    close: async () => {
      for (const entry of [...entries.values()]) if (entry.library && entry.library.unsaved > 0) await save(entry);
      entries.clear();
    },
  };
}
