/** The words of a library as they stand in its texts, in lower case: what typing errors are corrected to and beginnings completed with. */
import { foldWord } from '../analysis/fold.ts';
import { EditDistance, MAX_UNITS } from './edit-distance.ts';
import { grown } from './grown.ts';
import type { FoundWord, Vocabulary } from './library-index.ts';
import { type CountedWord, MostFrequent } from './most-frequent.ts';
import { keptOf, renumbering } from './renumbering.ts';
import type { SectionReader, SectionWriter } from './sections.ts';
import { StringTable } from './string-table.ts';
import { LONGEST_ENDING, WordOrders, type WordUnits } from './word-orders.ts';

/** Words of this length are corrected by one edit, and by two. */
const ONE_EDIT = 4;
const TWO_EDITS = 8;
const ONE = 1;
/** Who makes two errors in a word rarely makes one in its first letter. */
const TWO = 2;
/** Of a compound, in UTF-16 units. */
const SHORTEST_FIRST_PART = 4;
/** Words that are looked at beyond those that are asked for, where some of these occur in removed documents alone. */
const MORE_CANDIDATES = 1_000;
/** Longer strings are cut, in texts and in questions alike. */
const MAX_TERM_UNITS = 128;

export class Words implements Vocabulary {
  /** Terms and words: most are both. */
  #strings = new StringTable();
  /** By id: in how many chunks the string was put as a word; 0 where it is a term only. */
  #counts: Uint32Array = new Uint32Array(128);
  /** By id of a word: its term. */
  #terms: Uint32Array = new Uint32Array(128);
  /** By id of a word: its UTF-16 units once it is folded (0 where they are too many), and MARKED where folding alters it. */
  #units: Uint8Array = new Uint8Array(128);
  /** By id of a word: a bit for each unit; UNCORRECTED where nothing is corrected to it. */
  #letters: Uint32Array = new Uint32Array(128);
  #orders = new WordOrders((id) => this.#unitsOf(id));
  readonly #distance = new EditDistance();
  readonly #scratch = new Uint16Array(MAX_TERM_UNITS);
  readonly #frequencyOf: (term: number) => number;

  /** `frequencyOf` answers in how many live chunks a term occurs. */
  constructor(frequencyOf: (term: number) => number) {
    this.#frequencyOf = frequencyOf;
  }

  get bytes(): number {
    return this.#strings.bytes + this.#counts.length * 13 + this.#orders.bytes;
  }

  get size(): number {
    return this.#strings.size;
  }

  /** The id of a term, -1 where no text has had it. */
  termOf(term: string): number {
    return this.#strings.idOf(term.slice(0, MAX_TERM_UNITS));
  }

  addTerm(term: string): number {
    return this.#add(term.slice(0, MAX_TERM_UNITS));
  }

  /** The id of the word that stands at `start` to `end`, which the analysis turned into the term; -1 for one too long to be typed. */
  wordOf(text: string, start: number, end: number, term: string, termId: number): number {
    if (end - start === term.length && text.startsWith(term, start)) return termId;
    return end - start > MAX_UNITS ? -1 : this.#add(text.slice(start, end).toLowerCase());
  }

  /** Counts an occurrence of a word whose term is given. */
  count(id: number, termId: number): void {
    if (this.#counts[id] === 0) this.#describe(id, termId);
    (this.#counts[id] as number)++;
  }

  frequency(term: string): number {
    return this.#frequencyOf(this.termOf(term));
  }

  correct(typed: string): string | undefined {
    const word = foldWord(typed);
    if (word.length < ONE_EDIT || word.length > MAX_UNITS || DIGIT.test(word)) return undefined;
    const same = this.termOf(word);
    if (same >= 0 && this.#occurs(same)) return undefined;
    const [sameFolded, one] = this.#near(word, ONE, (units) => this.#orders.oneEditFrom(units));
    if (sameFolded) return undefined;
    const nearest = one ?? (word.length >= TWO_EDITS ? this.#twoEditsFrom(word) : undefined);
    return nearest && this.#strings.get(nearest.id);
  }

  complete(prefix: string, limit: number): FoundWord[] {
    const folded = foldWord(prefix);
    const begins = this.#strings.prefixTest(folded);
    const ranges = this.#orders.beginningWith(wordUnits(folded));
    return this.#found(limit, (found) => {
      for (const ids of ranges)
        for (let at = 0; at < ids.length; at++) {
          const id = ids[at] as number;
          const count = this.#counts[id] as number;
          if (!found.admits(id, count)) continue;
          const passes = this.#isMarked(id) ? foldWord(this.#strings.get(id)).startsWith(folded) : begins(id);
          if (passes) found.offer({ id, count });
        }
    });
  }

  endingIn(suffix: string, limit: number): FoundWord[] {
    const part = wordUnits(foldWord(suffix));
    const passing = new Set<number>();
    for (const ids of this.#orders.endingWith(part))
      for (let at = 0; at < ids.length; at++) if (this.#endsIn(ids[at] as number, part)) passing.add(ids[at] as number);
    return this.#found(limit, (found) => {
      for (const id of passing) found.offer({ id, count: this.#counts[id] as number });
    });
  }

  /** What the strings take that are neither terms of those that are held, 1 by term, nor words of such a term. */
  bytesWithout(held: Uint8Array): number {
    const { size } = this.#strings;
    let others = 0;
    for (let id = 0; id < size; id++) if (!this.#isOf(held, id)) others++;
    return (this.bytes * others) / Math.max(1, size);
  }

  /** Called when a round of changes is complete. */
  settle(): void {
    this.#orders.settle();
  }

  /** Numbers of the strings that a file keeps: terms of those that are held, 1 by term, and words of such a term. */
  numbersWith(held: Uint8Array): Uint32Array | null {
    return renumbering(this.#strings.size, (id) => this.#isOf(held, id));
  }

  /** By steps between which the words must not change. */
  *writing(writer: SectionWriter, numbers: Uint32Array | null): Generator<void, void> {
    const { size } = this.#strings;
    const kept = <T extends Uint8Array | Uint32Array>(column: T) =>
      numbers ? keptOf(column, numbers) : column.subarray(0, size);
    yield* this.#strings.writing(writer, 'strings', numbers);
    writer.add('words.counts', kept(this.#counts));
    writer.add('words.units', kept(this.#units));
    writer.add('words.letters', kept(this.#letters));
    yield;
    const terms = kept(this.#terms);
    if (numbers) for (let id = 0; id < terms.length; id++) terms[id] = numbers[terms[id] as number] as number;
    writer.add('words.terms', terms);
    yield;
    this.#orders.write(writer, numbers);
  }

  static read(reader: SectionReader, frequencyOf: (term: number) => number): Words {
    const words = new Words(frequencyOf);
    words.#strings = StringTable.read(reader, 'strings');
    words.#counts = reader.uint32('words.counts');
    words.#terms = reader.uint32('words.terms');
    words.#units = reader.bytes('words.units');
    words.#letters = reader.uint32('words.letters');
    words.#orders = WordOrders.read(reader, (id) => words.#unitsOf(id));
    return words;
  }

  #isOf(held: Uint8Array, id: number): boolean {
    return held[id] === 1 || (this.#counts[id] !== 0 && held[this.#terms[id] as number] === 1);
  }

  #add(string: string): number {
    const id = this.#strings.add(string);
    if (id >= this.#counts.length) {
      this.#counts = grown(this.#counts, id + 1);
      this.#terms = grown(this.#terms, id + 1);
      this.#units = grown(this.#units, id + 1);
      this.#letters = grown(this.#letters, id + 1);
    }
    return id;
  }

  #describe(id: number, term: number): void {
    const word = this.#strings.get(id);
    const folded = foldWord(word);
    this.#terms[id] = term;
    this.#units[id] = folded.length > MAX_UNITS ? 0 : folded.length | (folded === word ? 0 : MARKED);
    this.#letters[id] = DIGIT.test(folded) ? UNCORRECTED : lettersOf(folded);
    this.#orders.add(id);
  }

  #occurs(id: number): boolean {
    return this.#counts[id] !== 0 && this.#frequencyOf(this.#terms[id] as number) > 0;
  }

  #twoEditsFrom(word: string): CountedWord | undefined {
    const sameFirst = ({ units }: WordUnits) => this.#orders.beginningWith({ units, length: 1 });
    return this.#near(word, TWO, sameFirst)[TWO];
  }

  /** Of the words that are chosen and still occur, the most frequent by the number of edits that it is away. */
  #near(word: string, most: number, choose: (word: WordUnits) => ArrayLike<number>[]): (CountedWord | undefined)[] {
    const typed = wordUnits(word);
    const letters = lettersOf(word);
    const best = Array.from({ length: most + 1 }, () => new MostFrequent(1));
    for (const ids of choose(typed))
      for (let at = 0; at < ids.length; at++) {
        const id = ids[at] as number;
        // Letters come first: few words pass, so that the processor foresees the branch.
        if (bitsOf((this.#letters[id] as number) ^ letters) > 2 * most) continue;
        const count = this.#counts[id] as number;
        const nearest = best[this.#editsTo(id, typed, most)];
        // A word that is named twice is not before itself.
        if (nearest?.admits(id, count) && this.#occurs(id)) nearest.offer({ id, count });
      }
    return best.map((one) => one.sorted()[0]);
  }

  /** More than `most` where they are more, or are two of which one is in the first letter. */
  #editsTo(id: number, { units, length }: WordUnits, most: number): number {
    // Unsigned: lengths that are too small wrap around.
    if ((((this.#units[id] as number) & ~MARKED) - (length - most)) >>> 0 > 2 * most) return most + 1;
    const word = this.#unitsOf(id);
    const edits = this.#distance.between(units, length, word.units, word.length, most);
    return edits === TWO && word.units[0] !== units[0] ? most + 1 : edits;
  }

  /** Of the words that are offered, the most frequent that still occur. */
  #found(limit: number, offerTo: (found: MostFrequent) => void): FoundWord[] {
    let words: FoundWord[] = [];
    for (const most of [2 * limit, 2 * limit + MORE_CANDIDATES]) {
      const found = new MostFrequent(most);
      offerTo(found);
      words = this.#occurring(found.sorted(), limit);
      if (words.length === limit || found.sorted().length < most) break;
    }
    return words;
  }

  #occurring(found: readonly CountedWord[], limit: number): FoundWord[] {
    const words: FoundWord[] = [];
    for (const { id } of found) {
      if (words.length === limit) break;
      const term = this.#terms[id] as number;
      const frequency = this.#frequencyOf(term);
      if (frequency > 0) words.push({ word: this.#strings.get(id), term: this.#strings.get(term), frequency });
    }
    return words;
  }

  #endsIn(id: number, part: WordUnits): boolean {
    if (((this.#units[id] as number) & ~MARKED) < part.length + SHORTEST_FIRST_PART) return false;
    const { units, length } = this.#unitsOf(id);
    const first = Math.max(SHORTEST_FIRST_PART, length - part.length - LONGEST_ENDING);
    for (let at = length - part.length; at >= first; at--) {
      let same = 0;
      while (same < part.length && units[at + same] === part.units[same]) same++;
      if (same === part.length) return true;
    }
    return false;
  }

  #isMarked(id: number): boolean {
    return ((this.#units[id] as number) & MARKED) !== 0;
  }

  /** The folded word, one that is too long to be corrected as it is. The array is overwritten by the next call. */
  #unitsOf(id: number): WordUnits {
    const units = this.#scratch;
    const length = this.#isMarked(id) ? unitsOf(foldWord(this.#strings.get(id)), units) : this.#strings.unitsOf(id, units);
    return { units, length };
  }
}

/** A bit of `#units`: words have at most 64. */
const MARKED = 0x80;
const UNCORRECTED = 0xffff_ffff;
const DIGIT = /\p{N}/u;

function unitsOf(word: string, into: Uint16Array): number {
  for (let index = 0; index < word.length; index++) into[index] = word.charCodeAt(index);
  return word.length;
}

function wordUnits(word: string): WordUnits {
  const units = new Uint16Array(word.length);
  return { units, length: unitsOf(word, units) };
}

function lettersOf(word: string): number {
  let letters = 0;
  for (let index = 0; index < word.length; index++) letters |= 1 << (word.charCodeAt(index) & 31);
  return letters;
}

function bitsOf(value: number): number {
  let bits = value - ((value >>> 1) & 0x5555_5555);
  bits = (bits & 0x3333_3333) + ((bits >>> 2) & 0x3333_3333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
