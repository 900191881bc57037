/**
 * The postings of a library by blocks of 8,192 chunk slots, so that a slot within a block takes two bytes. New chunks go to
 * the log of one block, which is packed when the block is full. A chunk that is removed keeps its postings until its block
 * is packed again, and its slot is free from then on.
 */
import type { ChunkOccurrences } from './chunk-occurrences.ts';
import { packLog } from './pack-log.ts';
import { PostingLog } from './posting-log.ts';
import {
  bytesOf,
  listOf,
  listOfLog,
  merge,
  NO_POSTINGS,
  type PostingList,
  type Postings,
  readPostings,
  writePostings,
} from './postings.ts';
import type { SectionReader, SectionWriter } from './sections.ts';

export const BLOCK_SLOTS = 8_192;
/** A full block takes new chunks again when this many slots of it are free. */
const REUSABLE_SLOTS = BLOCK_SLOTS / 4;
/** A block is packed again when more removed chunks than these, and than a quarter of its live ones, have postings in it. */
const MIN_REMOVED = 64;
/** A settling packs at most this many blocks for their removed chunks: searches wait for it. */
const BLOCKS_PER_SETTLING = 1;

interface Block {
  readonly base: number;
  postings: Postings;
  log: PostingLog | null;
  /** Slots from here on were never given out. */
  used: number;
  /** Slots below `used` to give out again. */
  free: number[];
  /** Chunks that are removed but have postings. */
  removed: number;
  /** Chunks that are not to be found yet. */
  hidden: number;
}

export interface BlockList {
  readonly list: PostingList;
  /** Is added to the list's slots. */
  readonly base: number;
  /** Whether chunks of the list may not be live. */
  readonly hasRemoved: boolean;
}

export class PostingBlocks {
  #blocks: Block[] = [];
  /** The block that takes new chunks. */
  #open: Block | null = null;

  get slots(): number {
    return this.#blocks.reduce((most, { base, used }) => Math.max(most, base + used), 0);
  }

  get bytes(): number {
    return this.#blocks.reduce(
      (sum, { postings, log, free }) => sum + bytesOf(postings) + (log?.bytes ?? 0) + free.length * 8,
      0,
    );
  }

  /** A slot for a new chunk, by steps, which is hidden until `show`. `held` tells by slot which chunks there are. */
  *allocating(held: Uint8Array): Generator<void, number> {
    let block = this.#open;
    if (block && block.free.length === 0 && block.used === BLOCK_SLOTS) {
      yield* this.#packing(block, held);
      block = null;
    }
    block ??= this.#blockWithRoom();
    this.#open = block;
    block.hidden++;
    return block.base + (block.free.pop() ?? block.used++);
  }

  add(slot: number, occurrences: ChunkOccurrences): void {
    const block = this.#blockOf(slot);
    block.log ??= new PostingLog();
    block.log.add(slot - block.base, occurrences);
  }

  show(slot: number): void {
    this.#blockOf(slot).hidden--;
  }

  remove(slot: number): void {
    this.#blockOf(slot).removed++;
  }

  *settling(held: Uint8Array): Generator<void, void> {
    const open = this.#open;
    if (open?.log && open.log.size * 4 > open.postings.slots.length) yield* this.#packing(open, held);
    const due = this.#blocks.filter(
      ({ used, free, removed }) => removed > Math.max(MIN_REMOVED, (used - free.length - removed) / 4),
    );
    for (const block of due.slice(0, BLOCKS_PER_SETTLING)) yield* this.#packing(block, held);
  }

  /** The term's chunks, block by block. A block may have two lists of it, without a chunk in common. */
  listsOf(term: number): BlockList[] {
    const lists: BlockList[] = [];
    for (const { base, postings, log, removed, hidden } of this.#blocks) {
      const hasRemoved = removed + hidden > 0;
      const packed = listOf(postings, term);
      if (packed) lists.push({ list: packed, base, hasRemoved });
      const logged = log && listOfLog(log, term);
      if (logged) lists.push({ list: logged, base, hasRemoved });
    }
    return lists;
  }

  /** Sets 1 for each term that has postings, by steps: those of removed chunks count until their block is packed. */
  *markingTerms(held: Uint8Array): Generator<void, void> {
    for (const { postings, log } of this.#blocks) {
      for (const cursor = postings.terms.cursor(); cursor.term !== Infinity; cursor.next()) held[cursor.term] = 1;
      if (log) for (let entry = 0; entry < log.size; entry++) held[log.terms[entry] as number] = 1;
      yield;
    }
  }

  /** Packs one block in which removed chunks have postings, by steps, and answers whether there was one. */
  *purging(held: Uint8Array): Generator<void, boolean> {
    const block = this.#blocks.find(({ removed }) => removed > 0);
    if (block) yield* this.#packing(block, held);
    return block !== undefined;
  }

  /** Packs what is not packed, so that removed chunks have no postings any more. */
  *packingAll(held: Uint8Array): Generator<void, void> {
    for (const block of this.#blocks) if (block.log || block.removed > 0) yield* this.#packing(block, held);
  }

  /** All blocks are packed. `numbers`: those of terms in the file, by renumbering.ts. */
  *writing(writer: SectionWriter, numbers: Uint32Array | null): Generator<void, void> {
    writer.addJson(
      'blocks',
      this.#blocks.map(({ used, free, removed }) => ({ used, free, removed })),
    );
    for (const [index, { postings }] of this.#blocks.entries()) {
      const terms = numbers ? postings.terms.renumbered(numbers) : postings.terms;
      writePostings({ ...postings, terms }, writer, `block${index}`);
      yield;
    }
  }

  static read(reader: SectionReader): PostingBlocks {
    const blocks = new PostingBlocks();
    blocks.#blocks = reader.json<Pick<Block, 'used' | 'free' | 'removed'>[]>('blocks').map((block, index) => ({
      ...block,
      base: index * BLOCK_SLOTS,
      log: null,
      hidden: 0,
      postings: readPostings(reader, `block${index}`),
    }));
    blocks.#open = blocks.#blocks.find(({ used }) => used < BLOCK_SLOTS) ?? null;
    return blocks;
  }

  #blockOf(slot: number): Block {
    return this.#blocks[Math.floor(slot / BLOCK_SLOTS)] as Block;
  }

  #blockWithRoom(): Block {
    const reusable = this.#blocks.find(({ used, free }) => used < BLOCK_SLOTS || free.length >= REUSABLE_SLOTS);
    if (reusable) return reusable;
    const base = this.#blocks.length * BLOCK_SLOTS;
    const block: Block = { base, postings: NO_POSTINGS, log: null, used: 0, free: [], removed: 0, hidden: 0 };
    this.#blocks.push(block);
    return block;
  }

  /** Between the steps the block has its postings as they were. */
  *#packing(block: Block, held: Uint8Array): Generator<void, void> {
    const ofBlock = new Uint8Array(BLOCK_SLOTS);
    ofBlock.set(held.subarray(block.base, block.base + block.used));
    const { postings, log } = block;
    const fresh = log ? yield* packLog(log, ofBlock) : NO_POSTINGS;
    block.postings = postings.slots.length === 0 ? fresh : yield* merge(postings, fresh, ofBlock);
    log?.free();
    block.log = null;
    block.removed = 0;
    block.free = [];
    // From the end, so that the last slots are given up and the first are given out first.
    while (block.used > 0 && ofBlock[block.used - 1] === 0) block.used--;
    for (let slot = block.used - 1; slot >= 0; slot--) if (ofBlock[slot] === 0) block.free.push(slot);
  }
}
