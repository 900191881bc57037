/**
 * The index that takes the place of a library's own: built while that one answers, as after a switch of the model, so that no
 * question waits for it. Both are in memory until it is whole.
 */
import { type Library, type LibrarySize, LibraryTooLarge, type UpdatableIndex } from './library.ts';
import type { RefreshDependencies } from './refresh-library.ts';

export interface SuccessorDependencies<I extends UpdatableIndex> {
  build(within: Pick<RefreshDependencies<I>, 'maxBytes' | 'pause' | 'onGrowth'>): Promise<Library<I>>;
  pause(): Promise<void>;
  /** Of both indexes together. */
  readonly maxBytes: number;
  /** The index that answers. */
  current(): LibrarySize | undefined;
  /** Whether the library is still in memory. */
  isWanted(): boolean;
  /** Called as the successor grows, and once it has taken its place. */
  onGrowth(): void;
  /** Makes the library the one that answers. */
  take(library: Library<I>): Promise<void>;
  onFailure(error: unknown): void;
}

export interface Successor {
  /** What the index that is being built holds. */
  readonly bytes: number;
  /** Begins to build, unless it does already. */
  start(): void;
  /** Whether both may be in memory, as far as is known. */
  hasRoom(current: LibrarySize): boolean;
}

class NoLongerWanted extends Error {
  override readonly name = 'NoLongerWanted';
}

export function createSuccessor<I extends UpdatableIndex>(dependencies: SuccessorDependencies<I>): Successor {
  const { build, pause, maxBytes, current, isWanted, onGrowth, take, onFailure } = dependencies;
  let isRunning = false;
  let bytes = 0;
  /** It did not fit beside the library. */
  let isTooLarge = false;

  function grow(to: number): void {
    bytes = to;
    if (isWanted()) onGrowth();
  }

  async function run(): Promise<void> {
    try {
      const library = await build({
        maxBytes: maxBytes - (current()?.bytes ?? 0),
        pause: async () => {
          if (!isWanted()) throw new NoLongerWanted('the library has left the memory');
          await pause();
        },
        onGrowth: (size) => grow(size.bytes),
      });
      if (isWanted()) await take(library);
    } catch (error) {
      if (error instanceof LibraryTooLarge) isTooLarge = true;
      else if (!(error instanceof NoLongerWanted)) onFailure(error);
    } finally {
      isRunning = false;
      grow(0);
    }
  }

  return {
    get bytes() {
      return bytes;
    },
    start: () => {
      if (isRunning) return;
      isRunning = true;
      void run();
    },
    // It will need about as much as the library does.
    hasRoom: (index) => !isTooLarge && index.bytes * 2 <= maxBytes,
  };
}
