/** BM25 over chunks. A group of alternatives counts as one term, whose frequency is the weighted sum of theirs. */
import type { ChunkTable } from './chunk-table.ts';
import { grown } from './grown.ts';
import type { TermGroup, WordOptions, WordScores } from './library-index.ts';
import { frequencyTable } from './occurrences.ts';
import type { BlockList, PostingBlocks } from './posting-blocks.ts';

const CONTEXT_WEIGHT = 2;
const K1 = 1.2;
const B = 0.75;
/** Of a longer question, the rarest groups are looked for: frequent words of 1,000 would take longer than all else. */
const MAX_GROUPS = 256;
const MAX_ALTERNATIVES = 64;
const GROUPS_MARKED = 32;
const MIN_WEIGHT = 1e-6;
/** A question asks several times for each of its words, and once for words that begin or end like them. */
const MAX_FREQUENCIES = 4_096;

interface WeightedLists {
  readonly lists: readonly BlockList[];
  readonly weight: number;
}

interface Group {
  /** Its place in the question. */
  readonly index: number;
  readonly weight: number;
  readonly alternatives: readonly WeightedLists[];
  /** Postings, of removed chunks too. */
  readonly postings: number;
}

export class Bm25 {
  readonly #chunks: ChunkTable;
  readonly #blocks: PostingBlocks;
  readonly #idOf: (term: string) => number;
  #scores: Float32Array = new Float32Array(0);
  #matched: Uint32Array = new Uint32Array(0);
  #touched: Uint32Array = new Uint32Array(0);
  #touchedCount = 0;
  /** Of the group that is being summed, by slot; all 0 in between. */
  #sums: Float32Array = new Float32Array(0);
  #summed: Uint32Array = new Uint32Array(0);
  /** By term, of those that were asked for since the chunks changed. */
  readonly #frequencies = new Map<number, number>();

  constructor(chunks: ChunkTable, blocks: PostingBlocks, idOf: (term: string) => number) {
    this.#chunks = chunks;
    this.#blocks = blocks;
    this.#idOf = idOf;
  }

  get bytes(): number {
    return this.#scores.length * 20;
  }

  search(groups: readonly TermGroup[], options: WordOptions): WordScores {
    const { contextWeight = CONTEXT_WEIGHT, k1 = K1, b = B } = options;
    this.#reset();
    const { textLengths, contextLengths, count, totalText, totalContext } = this.#chunks;
    // A title alone, at half weight, is shorter than a word.
    const mean = (totalText + contextWeight * totalContext || 1) / Math.max(1, count);
    const frequencyOf = frequencyTable(Math.max(contextWeight, MIN_WEIGHT));
    const frequencies = new Uint32Array(groups.length);
    const [scores, matched, touched, sums, summed] = [this.#scores, this.#matched, this.#touched, this.#sums, this.#summed];
    let touchedCount = 0;
    for (const group of this.#groupsOf(groups)) {
      const found = this.#sum(group, frequencyOf);
      frequencies[group.index] = found;
      const weight = group.weight * (k1 + 1) * Math.log(1 + (count - found + 0.5) / (found + 0.5));
      const mark = group.index < GROUPS_MARKED ? 1 << group.index : 0;
      for (let at = 0; at < found; at++) {
        const slot = summed[at] as number;
        const frequency = sums[slot] as number;
        const length = (textLengths[slot] as number) + contextWeight * (contextLengths[slot] as number);
        const before = scores[slot] as number;
        if (before === 0) touched[touchedCount++] = slot;
        scores[slot] = before + (weight * frequency) / (frequency + k1 * (1 - b + (b * length) / mean));
        matched[slot] = (matched[slot] as number) | mark;
        sums[slot] = 0;
      }
      this.#touchedCount = touchedCount;
    }
    return { slots: touched.subarray(0, touchedCount), scores, matched, frequencies };
  }

  /** In how many live chunks the term of the id occurs. */
  frequency(id: number): number {
    if (id < 0) return 0;
    const known = this.#frequencies.get(id);
    if (known !== undefined) return known;
    const frequency = this.#count(id);
    if (this.#frequencies.size >= MAX_FREQUENCIES) this.#frequencies.clear();
    this.#frequencies.set(id, frequency);
    return frequency;
  }

  /** Called before chunks are shown or removed. */
  forget(): void {
    this.#frequencies.clear();
  }

  #count(id: number): number {
    let frequency = 0;
    for (const { list, base, hasRemoved } of this.#blocks.listsOf(id))
      if (!hasRemoved) frequency += list.end - list.start;
      else
        for (let at = list.start; at < list.end; at++)
          frequency += this.#chunks.live[base + (list.slots[at] as number)] as number;
    return frequency;
  }

  /** Sums the group's frequencies by slot, and answers in how many live chunks it occurs. */
  #sum({ alternatives }: Group, frequencyOf: Float32Array): number {
    const sums = this.#sums;
    const summed = this.#summed;
    const { live } = this.#chunks;
    let found = 0;
    for (const { lists, weight } of alternatives)
      for (const { list, base, hasRemoved } of lists) {
        const { slots, counts } = list;
        for (let at = list.start; at < list.end; at++) {
          const slot = base + (slots[at] as number);
          if (hasRemoved && live[slot] === 0) continue;
          const before = sums[slot] as number;
          if (before === 0) summed[found++] = slot;
          sums[slot] = before + weight * (frequencyOf[counts[at] as number] as number);
        }
      }
    return found;
  }

  #groupsOf(groups: readonly TermGroup[]): Group[] {
    const found: Group[] = [];
    for (const [index, { terms, weight = 1 }] of groups.entries()) {
      const weights = new Map<number, number>();
      for (const { term, weight: own = 1 } of terms.slice(0, MAX_ALTERNATIVES)) {
        const id = this.#idOf(term);
        if (id >= 0) weights.set(id, Math.max(weights.get(id) ?? MIN_WEIGHT, own));
      }
      const alternatives = [...weights].map(([id, own]) => ({ lists: this.#blocks.listsOf(id), weight: own }));
      const postings = alternatives.reduce(
        (sum, { lists }) => sum + lists.reduce((all, { list }) => all + list.end - list.start, 0),
        0,
      );
      if (postings > 0) found.push({ index, weight: Math.max(weight, MIN_WEIGHT), alternatives, postings });
    }
    if (found.length <= MAX_GROUPS) return found;
    return found.sort((a, b) => a.postings - b.postings).slice(0, MAX_GROUPS);
  }

  #reset(): void {
    for (let at = 0; at < this.#touchedCount; at++) {
      const slot = this.#touched[at] as number;
      this.#scores[slot] = 0;
      this.#matched[slot] = 0;
    }
    this.#touchedCount = 0;
    const { slots } = this.#blocks;
    if (slots <= this.#scores.length) return;
    this.#scores = grown(this.#scores, slots);
    const { length } = this.#scores;
    this.#matched = new Uint32Array(length);
    this.#touched = new Uint32Array(length);
    this.#sums = new Float32Array(length);
    this.#summed = new Uint32Array(length);
  }
}
