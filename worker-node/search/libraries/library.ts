/** An owner's library in memory, and what it is made by. */
import type { LibraryIndex } from '../index/library-index.ts';

/** What keeps a library up to date needs of its index. */
export type UpdatableIndex = Pick<
  LibraryIndex,
  'documents' | 'chunks' | 'bytes' | 'deadBytes' | 'putting' | 'remove' | 'settling' | 'purging'
>;

export interface IndexEngine<I extends UpdatableIndex> {
  create(): I;
  /** The parts of a file, in order, made by steps between which the index must not change. It may change afterwards. */
  encode(index: I): Generator<void, readonly Uint8Array[]>;
  /** Throws where the file is cut, damaged or of another format. The index does not keep the bytes. */
  decode(file: Uint8Array): I;
}

/** What a library holds in memory. */
export type LibrarySize = Pick<LibraryIndex, 'documents' | 'chunks' | 'bytes'>;
/** What its index holds, and what of that is of removed documents. */
export type IndexSize = Pick<LibraryIndex, 'bytes' | 'deadBytes'>;

export interface Library<I extends UpdatableIndex> {
  readonly ownerId: string;
  readonly index: I;
  /** Whose vectors the index holds; null: there was no active model. */
  readonly model: string | null;
  /** The last change of `library_changes` that the index has applied, and its random id; 0 and null before the first. */
  version: number;
  changeId: string | null;
  /** Changes applied since the last snapshot. A library that was built counts all of its documents. */
  unsaved: number;
  /** When the first deletion since the last snapshot was applied, by the monotonic clock. */
  deletionAt: number | undefined;
}

/** The memory does not hold the library: it alone needs more than all may have, or others needed it while this one was built. */
export class LibraryTooLarge extends Error {
  override readonly name: string = 'LibraryTooLarge';
}

/** The library had to leave the memory while it was built. */
export class LibraryEvicted extends LibraryTooLarge {
  override readonly name = 'LibraryEvicted';
}

/** An index failed in a change, so that it may hold a part of it. */
export class BrokenIndex extends Error {
  override readonly name = 'BrokenIndex';
}
