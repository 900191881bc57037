/** Where terms stand at given distances from each other. */
import { grown } from './grown.ts';
import type { PhraseTerm } from './library-index.ts';
import { POSITION_BITS, readOccurrences } from './occurrences.ts';
import type { BlockList, PostingBlocks } from './posting-blocks.ts';
import { BLOCK_SLOTS } from './posting-blocks.ts';

/** The lists of each place of the phrase in one block. */
type Places = { readonly lists: BlockList[]; readonly offset: number }[];

export class PhraseSearch {
  readonly #blocks: PostingBlocks;
  readonly #idOf: (term: string) => number;
  /** By slot within the block: how many places of the phrase, from the rarest on, the chunk holds. */
  readonly #held = new Uint16Array(BLOCK_SLOTS);
  /** By chunk slot: 1 where the phrase that was searched last occurs, which is in `#marked`. */
  #found: Uint8Array = new Uint8Array(0);
  #marked: number[] = [];

  constructor(blocks: PostingBlocks, idOf: (term: string) => number) {
    this.#blocks = blocks;
    this.#idOf = idOf;
  }

  /** By chunk slot: 1 where the phrase occurs. The array is overwritten by the next call. */
  search(terms: readonly PhraseTerm[], live: Uint8Array): Uint8Array {
    for (const slot of this.#marked) this.#found[slot] = 0;
    this.#marked = [];
    this.#found = grown(this.#found, this.#blocks.slots);
    const found = this.#found;
    for (const [base, places] of this.#placesByBlock(terms)) {
      if (places.length < terms.length) continue;
      const candidates = this.#candidates(places);
      if (candidates.length === 0) continue;
      const slots = places.length === 1 ? candidates : this.#together(places);
      for (const slot of slots) {
        found[base + slot] = live[base + slot] as number;
        this.#marked.push(base + slot);
      }
    }
    return found.subarray(0, this.#blocks.slots);
  }

  #placesByBlock(terms: readonly PhraseTerm[]): Map<number, Places> {
    const blocks = new Map<number, Places>();
    for (const { terms: alternatives, offset } of terms) {
      const byBase = new Map<number, BlockList[]>();
      for (const id of new Set(alternatives.map(this.#idOf)))
        for (const found of id < 0 ? [] : this.#blocks.listsOf(id)) {
          const lists = byBase.get(found.base);
          if (lists) lists.push(found);
          else byBase.set(found.base, [found]);
        }
      for (const [base, lists] of byBase) {
        const places = blocks.get(base);
        if (places) places.push({ lists, offset });
        else blocks.set(base, [{ lists, offset }]);
      }
    }
    return blocks;
  }

  /** Slots of the block that hold every place; `#held` has the number of places for these, and less for others. */
  #candidates(places: Places): number[] {
    const held = this.#held.fill(0);
    places.sort((a, b) => sizeOf(a.lists) - sizeOf(b.lists));
    let slots: number[] = [];
    for (const [index, { lists }] of places.entries()) {
      slots = [];
      for (const { list } of lists)
        for (let at = list.start; at < list.end; at++) {
          const slot = list.slots[at] as number;
          if (held[slot] !== index) continue;
          held[slot] = index + 1;
          slots.push(slot);
        }
      if (slots.length === 0) break;
    }
    return slots;
  }

  /** Of the candidates, the slots where all places have a start in common. */
  #together(places: Places): number[] {
    let starts: Uint32Array | null = null;
    for (const { lists, offset } of places) {
      const here = this.#startsOf(lists, offset, places.length);
      starts = starts ? common(starts, here) : here;
      if (starts.length === 0) break;
    }
    return [...new Set(Array.from(starts ?? [], (start) => start >>> POSITION_BITS))];
  }

  /** Of every occurrence in a candidate, the slot and where the phrase would begin, ascending. */
  #startsOf(lists: readonly BlockList[], offset: number, places: number): Uint32Array {
    const into = { values: new Uint32Array(256), length: 0 };
    for (const { list } of lists) {
      let bytesAt = list.positionStart;
      for (let at = list.start; at < list.end; at++) {
        const slot = list.slots[at] as number;
        const packed = list.counts[at] as number;
        const wanted = this.#held[slot] === places;
        bytesAt = readOccurrences(packed, list.positions, bytesAt, wanted ? into : null, slot << POSITION_BITS);
      }
    }
    const starts = into.values.slice(0, into.length).filter((start) => (start & POSITION_MASK) >= offset);
    return starts.map((start) => start - offset).sort();
  }
}

const POSITION_MASK = (1 << POSITION_BITS) - 1;

function sizeOf(lists: readonly BlockList[]): number {
  return lists.reduce((sum, { list }) => sum + list.end - list.start, 0);
}

function common(left: Uint32Array, right: Uint32Array): Uint32Array {
  const both = new Uint32Array(Math.min(left.length, right.length));
  let length = 0;
  for (let a = 0, b = 0; a < left.length && b < right.length; ) {
    const difference = (left[a] as number) - (right[b] as number);
    if (difference === 0) both[length++] = left[a] as number;
    if (difference <= 0) a++;
    if (difference >= 0) b++;
  }
  return both.subarray(0, length);
}
