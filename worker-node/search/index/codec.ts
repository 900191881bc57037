/** An index as bytes: what a snapshot holds. */
import type { IndexParts, LibraryIndex } from './library-index.ts';
import { MemoryIndex } from './memory-index.ts';

export { DamagedIndex } from './sections.ts';

/** The parts of a file, in order, made by steps between which the index must not change. It may change afterwards. */
export function encodeIndex(index: LibraryIndex): Generator<void, Uint8Array[]> {
  if (!(index instanceof MemoryIndex)) throw new TypeError('only an index that createLibraryIndex made can be encoded');
  return index.encoding();
}

/** Throws `DamagedIndex` where the bytes are cut off, altered or of another format. The index does not keep the bytes. */
export function decodeIndex(parts: IndexParts, file: Uint8Array): LibraryIndex {
  return MemoryIndex.decode(parts, file);
}
