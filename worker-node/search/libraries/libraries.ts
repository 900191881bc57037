/** The libraries that a search thread holds: loaded when they are asked for, brought up to date before each answer. */
import { type BoundedMap, createBoundedMap } from '../../../src/kernel/core/bounded-map.ts';
import { createMutex } from '../../../src/kernel/core/concurrency.ts';
import type { Log } from '../../../src/kernel/core/log.ts';
import { readLibraryVersion } from '../../../src/kernel/db/library-changes.ts';
import { createFreshRuns } from './fresh-runs.ts';
import { BrokenIndex, type Library, LibraryEvicted, type LibrarySize, LibraryTooLarge, type UpdatableIndex } from './library.ts';
import { admit, applyChanges, buildLibrary, type RefreshDependencies, settle } from './refresh-library.ts';
import { bytesAnew, createRenewals } from './renewals.ts';
import { inTurns, type Snapshots } from './snapshots.ts';
import { createSuccessor, type Successor } from './successor.ts';

export interface LibrariesDependencies<I extends UpdatableIndex> extends Omit<RefreshDependencies<I>, 'onGrowth'> {
  readonly log: Log;
  /** Undefined: none are kept. */
  readonly snapshots: Snapshots | undefined;
  /** Called with what a library holds whenever it is used; no bytes: its memory has been given back. */
  onSize(ownerId: string, size: LibrarySize): void;
  /** Chunks from which a library answers while another index of it is built. Default 2,000: a smaller one is built in no time. */
  readonly minChunksBehind?: number;
  /** Bytes of removed documents for which an index is built anew: renewals.ts. */
  readonly minDeadBytes?: number;
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
/** The same where others needed the memory while it was built: these are built in the meantime. */
const EVICTED_MS = 60_000;
const MAX_TOO_LARGE = 10_000;
const NOTHING: LibrarySize = { documents: 0, chunks: 0, bytes: 0 };

const MIN_CHUNKS_BEHIND = 2_000;
/** Parts of an index that are freed before it is encoded: more than any has. */
const MAX_PARTS = 1_000;

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
  const {
    db,
    clock,
    engine,
    log,
    snapshots,
    pause,
    onSize,
    minChunksBehind = MIN_CHUNKS_BEHIND,
    minDeadBytes,
    maxBytes,
  } = dependencies;
  const renewals = createRenewals({ clock, minDeadBytes });
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
      build: async (within) => {
        const library = await build({ ...dependencies, ...within }, ownerId);
        // What has changed since would otherwise be applied before the next answer.
        await applyChanges({ ...dependencies, onGrowth: within.onGrowth }, library);
        return library;
      },
      ...{ pause, maxBytes: dependencies.maxBytes, current: () => entry.library?.index },
      // An entry that was evicted meanwhile answers those that wait for it, and counts no longer.
      isWanted: () => entries.get(ownerId) === entry,
      onGrowth: () => tell(ownerId, entry),
      take: (library, isWanted) =>
        lock.run(async () => {
          if (!isWanted()) return;
          library.deletionAt ??= entry.library?.deletionAt;
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
      const isCurrent = applied === 'current' && !(await isLargeForRemoved(library));
      if (library && (isCurrent || (applied === 'of_another_model' && canWait))) {
        entry.library = library;
        if (applied === 'of_another_model' || isDue(ownerId, entry)) entry.successor.start();
      } else {
        // Two indexes of one library would need twice its memory.
        entry.library = undefined;
        entry.successor.stop();
        entry.library = await build({ ...own, pause: () => pauseWanted(ownerId, entry) }, ownerId);
      }
      admit(own, entry.library.index);
      return entry.library;
    } catch (error) {
      if (error instanceof LibraryTooLarge) refuse(ownerId, error);
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

  /** Whether the index is larger than the memory because of removed documents. */
  async function isLargeForRemoved(library: Library<I> | undefined): Promise<boolean> {
    if (!library || library.index.bytes <= maxBytes) return false;
    // A snapshot does not say what is of removed documents.
    await settle(library.index, pause);
    return library.index.bytes > maxBytes && bytesAnew(library.index) <= maxBytes;
  }

  function isDue(ownerId: string, { library, successor }: Entry<I>): boolean {
    if (!library || !renewals.isDue(ownerId, library.index) || !successor.hasRoom(library.index)) return false;
    renewals.begin(ownerId);
    return true;
  }

  /** Throws LibraryEvicted where the library has left the memory: the account of the memory does not have it any more. */
  async function pauseWanted(ownerId: string, entry: Entry<I>): Promise<void> {
    if (entries.get(ownerId) !== entry) throw new LibraryEvicted('the library had to leave the memory while it was built');
    await pause();
  }

  function refuse(ownerId: string, error: LibraryTooLarge): void {
    const ms = error instanceof LibraryEvicted ? EVICTED_MS : TOO_LARGE_MS;
    tooLarge.set(ownerId, true, clock.monotonic() + ms);
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
    // In parts: a question waits for one of them, where it would wait for all while the library is encoded.
    for (let part = 0; part < MAX_PARTS; part++)
      if (!(await entry.lock.run(() => inTurns(library.index.purging(), pause)))) break;
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
