/** The words of a library as they stand in its texts, in lower case: what typing errors are corrected to and beginnings completed with. */
import { EditDistance, MAX_UNITS } from './edit-distance.ts';
import { grown } from './grown.ts';
import type { Vocabulary } from './library-index.ts';
import type { SectionReader, SectionWriter } from './sections.ts';
import { StringTable } from './string-table.ts';

/** Words of this length are corrected by one edit, and by two. */
const ONE_EDIT = 4;
const TWO_EDITS = 8;
/** The nearest words that are looked at, until one still occurs. */
const CANDIDATES = 16;
/** Letters as written in the texts, by the term's id: forgotten when a load is complete. */
const MAX_REMEMBERED = 50_000;
/** Longer strings are cut, in texts and in questions alike. */
const MAX_TERM_UNITS = 128;

interface Candidate {
  readonly id: number;
  readonly edits: number;
  readonly count: number;
}

export class Words implements Vocabulary {
  /** Terms and words: most are both. */
  #strings = new StringTable();
  /** By id: in how many chunks the string was put as a word; 0 where it is a term only. */
  #counts: Uint32Array = new Uint32Array(128);
  /** By id of a word: its term. */
  #terms: Uint32Array = new Uint32Array(128);
  /** By id: UTF-16 units, and a bit for each of them. Both are 0 where a word is not corrected to. */
  #units: Uint8Array = new Uint8Array(128);
  #letters: Uint32Array = new Uint32Array(128);
  readonly #remembered = new Map<string, number>();
  readonly #termIds = new Map<string, number>();
  readonly #distance = new EditDistance();
  readonly #scratch = new Uint16Array(MAX_TERM_UNITS);
  readonly #frequencyOf: (term: number) => number;

  /** `frequencyOf` answers in how many live chunks a term occurs. */
  constructor(frequencyOf: (term: number) => number) {
    this.#frequencyOf = frequencyOf;
  }

  get bytes(): number {
    return this.#strings.bytes + this.#counts.length * 13 + (this.#remembered.size + this.#termIds.size) * 80;
  }

  /** The id of a term, -1 where no text has had it. */
  termOf(term: string): number {
    return this.#strings.idOf(term.slice(0, MAX_TERM_UNITS));
  }

  addTerm(term: string): number {
    const known = this.#termIds.get(term);
    if (known !== undefined) return known;
    const id = this.#add(term.slice(0, MAX_TERM_UNITS));
    if (this.#termIds.size < MAX_REMEMBERED) this.#termIds.set(term, id);
    return id;
  }

  /** Counts a chunk that has the word, which the analysis turned into the term. */
  addWord(written: string, term: number): void {
    let id = this.#remembered.get(written);
    if (id === undefined) {
      const word = written.toLowerCase();
      if (word.length > MAX_UNITS) return;
      id = this.#add(word);
      if (this.#counts[id] === 0) this.#describe(id, word, term);
      if (this.#remembered.size < MAX_REMEMBERED) this.#remembered.set(written, id);
    }
    (this.#counts[id] as number)++;
  }

  /** Frees what only helps while many texts are put. */
  settle(): void {
    this.#remembered.clear();
    this.#termIds.clear();
  }

  frequency(term: string): number {
    return this.#frequencyOf(this.termOf(term));
  }

  correct(typed: string): string | undefined {
    const word = typed.toLowerCase();
    if (word.length < ONE_EDIT || word.length > MAX_UNITS || DIGIT.test(word)) return undefined;
    const known = this.#strings.idOf(word);
    if (known >= 0 && this.#occurs(known)) return undefined;
    const most = word.length >= TWO_EDITS ? 2 : 1;
    for (let edits = 1; edits <= most; edits++) {
      const nearest = this.#nearest(word, edits).find(({ id }) => this.#occurs(id));
      if (nearest) return this.#strings.get(nearest.id);
    }
    return undefined;
  }

  complete(prefix: string, limit: number): { word: string; term: string; frequency: number }[] {
    const counts = this.#counts;
    const best = new Best(limit * 2);
    this.#strings.eachWithPrefix(prefix.toLowerCase().slice(0, MAX_TERM_UNITS), (id) => {
      if (counts[id] !== 0) best.offer({ id, edits: 0, count: counts[id] as number });
    });
    const words = best.sorted().flatMap(({ id }) => {
      const term = this.#terms[id] as number;
      const frequency = this.#frequencyOf(term);
      return frequency > 0 ? [{ word: this.#strings.get(id), term: this.#strings.get(term), frequency }] : [];
    });
    return words.slice(0, limit);
  }

  write(writer: SectionWriter): void {
    const { size } = this.#strings;
    this.#strings.write(writer, 'strings');
    writer.add('words.counts', this.#counts.subarray(0, size));
    writer.add('words.terms', this.#terms.subarray(0, size));
    writer.add('words.units', this.#units.subarray(0, size));
    writer.add('words.letters', this.#letters.subarray(0, size));
  }

  static read(reader: SectionReader, frequencyOf: (term: number) => number): Words {
    const words = new Words(frequencyOf);
    words.#strings = StringTable.read(reader, 'strings');
    words.#counts = reader.uint32('words.counts');
    words.#terms = reader.uint32('words.terms');
    words.#units = reader.bytes('words.units');
    words.#letters = reader.uint32('words.letters');
    return words;
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

  #describe(id: number, word: string, term: number): void {
    this.#terms[id] = term;
    if (word.length < ONE_EDIT - 1 || DIGIT.test(word)) return;
    this.#units[id] = word.length;
    this.#letters[id] = lettersOf(word);
  }

  #occurs(id: number): boolean {
    return this.#counts[id] !== 0 && this.#frequencyOf(this.#terms[id] as number) > 0;
  }

  /** Words that are exactly so many edits away, the most frequent first. */
  #nearest(word: string, edits: number): readonly Candidate[] {
    const typed = Uint16Array.from({ length: word.length }, (_, index) => word.charCodeAt(index));
    const letters = lettersOf(word);
    const best = new Best(CANDIDATES);
    const units = this.#units;
    const allLetters = this.#letters;
    const { size } = this.#strings;
    const least = word.length - edits;
    const span = 2 * edits;
    for (let id = 0; id < size; id++) {
      // Unsigned: lengths that are too small wrap around.
      if (((units[id] as number) - least) >>> 0 > span || bitsOf((allLetters[id] as number) ^ letters) > span) continue;
      const length = this.#strings.unitsOf(id, this.#scratch);
      if (this.#distance.between(typed, word.length, this.#scratch, length, edits) === edits)
        best.offer({ id, edits, count: this.#counts[id] as number });
    }
    return best.sorted();
  }
}

/** The candidates with the highest counts. */
class Best {
  readonly #limit: number;
  readonly #held: Candidate[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  offer(candidate: Candidate): void {
    const last = this.#held.at(-1);
    if (this.#held.length >= this.#limit && last && last.count >= candidate.count) return;
    let at = this.#held.length;
    while (at > 0 && (this.#held[at - 1] as Candidate).count < candidate.count) at--;
    this.#held.splice(at, 0, candidate);
    if (this.#held.length > this.#limit) this.#held.pop();
  }

  sorted(): readonly Candidate[] {
    return this.#held;
  }
}

const DIGIT = /\p{N}/u;

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
