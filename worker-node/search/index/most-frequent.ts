export interface CountedWord {
  readonly id: number;
  readonly count: number;
}

/** The words with the highest counts of those offered, in whatever order; equals by their ids. */
export class MostFrequent {
  readonly #limit: number;
  readonly #held: CountedWord[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether a word would be held if it were offered now: most are not, which is told before anything else of them is looked at. */
  admits(id: number, count: number): boolean {
    if (this.#held.length < this.#limit) return true;
    const last = this.#held.at(-1);
    return last !== undefined && (count > last.count || (count === last.count && id < last.id));
  }

  /** A word is offered once. */
  offer(word: CountedWord): void {
    if (!this.admits(word.id, word.count)) return;
    let at = 0;
    for (let end = this.#held.length; at < end; ) {
      const middle = (at + end) >>> 1;
      if (isBefore(word, this.#held[middle] as CountedWord)) end = middle;
      else at = middle + 1;
    }
    this.#held.splice(at, 0, word);
    if (this.#held.length > this.#limit) this.#held.pop();
  }

  sorted(): readonly CountedWord[] {
    return this.#held;
  }
}

const isBefore = (a: CountedWord, b: CountedWord) => a.count > b.count || (a.count === b.count && a.id < b.id);
