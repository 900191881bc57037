/** Which library is in the memory of which search thread, and which leave when the memory is full. */
import type { LibrarySize } from './libraries/library.ts';

/** A library in a thread's memory. */
export interface HeldLibrary {
  readonly ownerId: string;
  readonly thread: number;
}

export interface MemoryLedger {
  /** Notes that a library is being used. */
  use(ownerId: string): void;
  /**
   * Notes what a library holds now; no bytes: it has left. Returns those that have to leave for it, the least recently used
   * first. None is named twice before it has left or grown again.
   */
  note(held: HeldLibrary, size: LibrarySize): HeldLibrary[];
  /** Forgets the libraries of a thread that has ended. */
  forget(thread: number): void;
  /** Of the libraries that stay. */
  state(): LibrarySize & { readonly libraries: number };
}

export function createMemoryLedger({ maxBytes }: { readonly maxBytes: number }): MemoryLedger {
  /** By owner, the least recently used first. */
  const libraries = new Map<string, { readonly thread: number; readonly size: LibrarySize }>();

  const total = (part: keyof LibrarySize) => [...libraries.values()].reduce((sum, { size }) => sum + size[part], 0);

  return {
    use: (ownerId) => {
      const entry = libraries.get(ownerId);
      if (!entry) return;
      libraries.delete(ownerId);
      libraries.set(ownerId, entry);
    },
    note: ({ ownerId, thread }, size) => {
      libraries.delete(ownerId);
      if (size.bytes > 0) libraries.set(ownerId, { thread, size });
      const leaving: HeldLibrary[] = [];
      let excess = total('bytes') - maxBytes;
      for (const [owner, entry] of libraries) {
        if (excess <= 0 || owner === ownerId) break;
        libraries.delete(owner);
        excess -= entry.size.bytes;
        leaving.push({ ownerId: owner, thread: entry.thread });
      }
      return leaving;
    },
    forget: (thread) => {
      for (const [ownerId, entry] of libraries) if (entry.thread === thread) libraries.delete(ownerId);
    },
    state: () => ({ libraries: libraries.size, bytes: total('bytes'), documents: total('documents'), chunks: total('chunks') }),
  };
}
