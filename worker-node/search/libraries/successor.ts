/**
 * The index that takes the place of a library's own: built while that one answers, as after a switch of the model, so that no
 * question waits for it. Both are in memory until it is whole.
 */
import { type IndexSize, type Library, LibraryTooLarge, type UpdatableIndex } from './library.ts';
import type { RefreshDependencies } from './refresh-library.ts';
import { bytesAnew } from './renewals.ts';

export interface SuccessorDependencies<I extends UpdatableIndex> {
  build(within: Pick<RefreshDependencies<I>, 'maxBytes' | 'pause' | 'onGrowth'>): Promise<Library<I>>;
  pause(): Promise<void>;
  /** Of both indexes together. */
  readonly maxBytes: number;
  /** The index that answers. */
  current(): IndexSize | undefined;
  /** Whether the library is still in memory. */
  isWanted(): boolean;
  /** Called as the successor grows, and once it has taken its place. */
  onGrowth(): void;
  /** Makes the library the one that answers, if `isWanted` is true by then. */
  take(library: Library<I>, isWanted: () => boolean): Promise<void>;
  onFailure(error: unknown): void;
}

export interface Successor {
  /** What the index that is being built holds. */
  readonly bytes: number;
  /** Begins to build, unless it does already. */
  start(): void;
  /** Gives up what is being built: the library has another index now. */
  stop(): void;
  /** Whether both may be in memory, as far as is known. */
  hasRoom(current: IndexSize): boolean;
}

class NoLongerWanted extends Error {
  override readonly name = 'NoLongerWanted';
}

export function createSuccessor<I extends UpdatableIndex>(dependencies: SuccessorDependencies<I>): Successor {
  const { build, pause, maxBytes, current, isWanted, onGrowth, take, onFailure } = dependencies;
  let running: object | undefined;
  let bytes = 0;
  /** It did not fit beside the library. */
  let isTooLarge = false;

  function grow(to: number): void {
    bytes = to;
    if (isWanted()) onGrowth();
  }

  async function run(own: object): Promise<void> {
    const isOwnWanted = () => running === own && isWanted();
    try {
      const library = await build({
        maxBytes: maxBytes - (current()?.bytes ?? 0),
        pause: async () => {
          if (!isOwnWanted()) throw new NoLongerWanted('the library has left the memory, or has another index');
          await pause();
        },
        onGrowth: (size) => {
          if (running === own) grow(size.bytes);
        },
      });
      await take(library, isOwnWanted);
    } catch (error) {
      if (error instanceof LibraryTooLarge) isTooLarge = true;
      else if (!(error instanceof NoLongerWanted)) onFailure(error);
    } finally {
      if (running === own) {
        running = undefined;
        grow(0);
      }
    }
  }

  return {
    get bytes() {
      return bytes;
    },
    start: () => {
      if (running) return;
      running = {};
      void run(running);
    },
    stop: () => {
      if (!running) return;
      running = undefined;
      grow(0);
    },
    hasRoom: (index) => !isTooLarge && index.bytes + bytesAnew(index) <= maxBytes,
  };
}
