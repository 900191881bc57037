/** Finds the words that begin with some letters, or end with them, without looking at all: among the ids that it names are theirs. */
import { renumbered } from './renumbering.ts';
import type { SectionReader, SectionWriter } from './sections.ts';
import { type Letters, WordOrder } from './word-order.ts';

/** Of a word that ends with others the last letters may be an ending: the order is that of the letters before so many. */
export const LONGEST_ENDING = 2;
/** Words that no order has yet: a question looks at all of them. */
const MAX_ADDED = 512;

/** A word in UTF-16 units, as words are compared. */
export interface WordUnits {
  readonly units: Uint16Array;
  readonly length: number;
}

const beginning = ({ units, length }: WordUnits): Letters => ({ units, length, first: 0, step: 1 });
/** `rest` letters of the ending follow the word. */
const ending = ({ units, length }: WordUnits, rest = 0): Letters => ({
  ...{ units, length },
  first: length + rest - 1 - LONGEST_ENDING,
  step: -1,
});

export class WordOrders {
  #beginnings: WordOrder;
  #endings: WordOrder;
  #added: number[] = [];

  /** `unitsOf` answers the same of an id at every call, in an array that the next call may overwrite. */
  constructor(
    unitsOf: (id: number) => WordUnits,
    { beginnings, endings }: { beginnings?: Uint32Array; endings?: Uint32Array } = {},
  ) {
    this.#beginnings = new WordOrder((id) => beginning(unitsOf(id)), beginnings);
    this.#endings = new WordOrder((id) => ending(unitsOf(id)), endings);
  }

  get bytes(): number {
    return this.#beginnings.bytes + this.#endings.bytes + this.#added.length * 8;
  }

  /** Adds a word that it does not have. */
  add(id: number): void {
    this.#added.push(id);
  }

  /** Called when words were added: many of them are ordered. */
  settle(): void {
    if (this.#added.length > MAX_ADDED) this.#order();
  }

  /** Each once. */
  beginningWith(part: WordUnits): ArrayLike<number>[] {
    return [this.#beginnings.from(beginning(part)), this.#added];
  }

  /** Every word that is one edit from it or none, among others. Some may be named twice. */
  oneEditFrom(word: WordUnits): ArrayLike<number>[] {
    const { units, length } = word;
    // One edit leaves the letters before some place as they are, or those behind it, but for a swap of the two beside the place.
    const place = Math.max(1, (length - LONGEST_ENDING) >> 1);
    const swapped = units.slice(0, length);
    swapped.set([units[place] as number, units[place - 1] as number], place - 1);
    return [
      this.#beginnings.from(beginning({ units, length: place })),
      this.#beginnings.from(beginning({ units: swapped, length })),
      this.#endings.from(ending({ units: units.subarray(place, length), length: length - place })),
      this.#added,
    ];
  }

  /** Those with the part behind others, with an ending or without. Some may be named twice. */
  endingWith(part: WordUnits): ArrayLike<number>[] {
    const rests = Array.from({ length: LONGEST_ENDING + 1 }, (_, rest) => this.#endings.from(ending(part, rest)));
    return [...rests, this.#added];
  }

  /** `numbers`: those of words in the file, by renumbering.ts. */
  write(writer: SectionWriter, numbers: Uint32Array | null): void {
    this.#order();
    const written = ({ ids }: WordOrder) => (numbers ? renumbered(ids, numbers) : ids);
    writer.add('words.beginnings', written(this.#beginnings));
    writer.add('words.endings', written(this.#endings));
  }

  static read(reader: SectionReader, unitsOf: (id: number) => WordUnits): WordOrders {
    return new WordOrders(unitsOf, { beginnings: reader.uint32('words.beginnings'), endings: reader.uint32('words.endings') });
  }

  #order(): void {
    const ids = Uint32Array.from(this.#added);
    this.#beginnings.add(ids);
    this.#endings.add(ids);
    this.#added = [];
  }
}
