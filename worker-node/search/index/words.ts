/** The words of a library as they stand in its texts, in lower case: what typing errors are corrected to and beginnings completed with. */
import { foldWord } from '../analysis/fold.ts';
import { EditDistance, MAX_UNITS } from './edit-distance.ts';
import { grown } from './grown.ts';
import type { FoundWord, Vocabulary } from './library-index.ts';
import type { SectionReader, SectionWriter } from './sections.ts';
import { StringTable } from './string-table.ts';

/** Words of this length are corrected by one edit, and by two. */
const ONE_EDIT = 4;
const TWO_EDITS = 8;
/** Who makes two errors in a word rarely makes one in its first letter. */
const TWO = 2;
/** Of a compound, in UTF-16 units. */
const SHORTEST_FIRST_PART = 4;
const LONGEST_ENDING = 2;
/** The nearest words that are looked at, until one still occurs. */
const CANDIDATES = 16;
/** Longer strings are cut, in texts and in questions alike. */
const MAX_TERM_UNITS = 128;

interface Candidate {
  readonly id: number;
  readonly count: number;
}

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
  readonly #distance = new EditDistance();
  readonly #scratch = new Uint16Array(MAX_TERM_UNITS);
  readonly #frequencyOf: (term: number) => number;

  /** `frequencyOf` answers in how many live chunks a term occurs. */
  constructor(frequencyOf: (term: number) => number) {
    this.#frequencyOf = frequencyOf;
  }

  get bytes(): number {
    return this.#strings.bytes + this.#counts.length * 13;
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
    const most = word.length >= TWO_EDITS ? 2 : 1;
    for (let edits = 1; edits <= most; edits++) {
      const candidates = this.#near(word, edits);
      if (edits === 1 && candidates[0]?.some(({ id }) => this.#occurs(id))) return undefined;
      const nearest = candidates[edits]?.find(({ id }) => this.#occurs(id));
      if (nearest) return this.#strings.get(nearest.id);
    }
    return undefined;
  }

  complete(prefix: string, limit: number): FoundWord[] {
    const folded = foldWord(prefix);
    const begins = this.#strings.prefixTest(folded);
    return this.#found(folded, limit, (id, marked) => (marked ? foldWord(this.#strings.get(id)).startsWith(folded) : begins(id)));
  }

  endingIn(suffix: string, limit: number): FoundWord[] {
    const folded = foldWord(suffix);
    const least = folded.length + SHORTEST_FIRST_PART;
    return this.#found(folded, limit, (id, marked) => {
      if (((this.#units[id] as number) & ~MARKED) < least) return false;
      const word = this.#strings.get(id);
      const at = (marked ? foldWord(word) : word).lastIndexOf(folded);
      const rest = ((this.#units[id] as number) & ~MARKED) - folded.length - at;
      return at >= SHORTEST_FIRST_PART && rest <= LONGEST_ENDING;
    });
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

  #describe(id: number, term: number): void {
    const word = this.#strings.get(id);
    const folded = foldWord(word);
    this.#terms[id] = term;
    this.#units[id] = folded.length > MAX_UNITS ? 0 : folded.length | (folded === word ? 0 : MARKED);
    this.#letters[id] = DIGIT.test(folded) ? UNCORRECTED : lettersOf(folded);
  }

  #occurs(id: number): boolean {
    return this.#counts[id] !== 0 && this.#frequencyOf(this.#terms[id] as number) > 0;
  }

  /** Words by the number of edits that they are away, each list with the most frequent first. */
  #near(word: string, most: number): (readonly Candidate[])[] {
    const typed = new Uint16Array(MAX_UNITS);
    const length = unitsOf(word, typed);
    const letters = lettersOf(word);
    const best = Array.from({ length: most + 1 }, () => new Best(CANDIDATES));
    const span = 2 * most;
    const least = length - most;
    const scratch = this.#scratch;
    const all = this.#letters;
    const { size } = this.#strings;
    for (let id = 0; id < size; id++) {
      // Letters come first: few words pass, so that the processor foresees the branch.
      if (bitsOf((all[id] as number) ^ letters) > span || this.#counts[id] === 0) continue;
      // Unsigned: lengths that are too small wrap around.
      if ((((this.#units[id] as number) & ~MARKED) - least) >>> 0 > span) continue;
      const marked = (this.#units[id] as number) & MARKED;
      const units = marked ? unitsOf(foldWord(this.#strings.get(id)), scratch) : this.#strings.unitsOf(id, scratch);
      const edits = this.#distance.between(typed, length, scratch, units, most);
      if (edits === TWO && scratch[0] !== typed[0]) continue;
      if (edits <= most) best[edits]?.offer({ id, count: this.#counts[id] as number });
    }
    return best.map((one) => one.sorted());
  }

  /** The most frequent words that occur, have the letters and pass the test. */
  #found(part: string, limit: number, passes: (id: number, marked: boolean) => boolean): FoundWord[] {
    const best = new Best(limit * 2);
    const letters = lettersOf(part);
    const all = this.#letters;
    const { size } = this.#strings;
    for (let id = 0; id < size; id++) {
      if ((letters & ~(all[id] as number)) !== 0 || this.#counts[id] === 0) continue;
      if (passes(id, ((this.#units[id] as number) & MARKED) !== 0)) best.offer({ id, count: this.#counts[id] as number });
    }
    const words = best.sorted().flatMap(({ id }) => {
      const term = this.#terms[id] as number;
      const frequency = this.#frequencyOf(term);
      return frequency > 0 ? [{ word: this.#strings.get(id), term: this.#strings.get(term), frequency }] : [];
    });
    return words.slice(0, limit);
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

/** A bit of `#units`: words have at most 64. */
const MARKED = 0x80;
const UNCORRECTED = 0xffff_ffff;
const DIGIT = /\p{N}/u;

function unitsOf(word: string, into: Uint16Array): number {
  for (let index = 0; index < word.length; index++) into[index] = word.charCodeAt(index);
  return word.length;
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
