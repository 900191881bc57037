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

  offer(word: CountedWord): void {
    const last = this.#held.at(-1);
    if (this.#held.length >= this.#limit && last && !isBefore(word, last)) return;
    let at = this.#held.length;
    while (at > 0 && isBefore(word, this.#held[at - 1] as CountedWord)) at--;
    this.#held.splice(at, 0, word);
    if (this.#held.length > this.#limit) this.#held.pop();
  }

  sorted(): readonly CountedWord[] {
    return this.#held;
  }
}

const isBefore = (a: CountedWord, b: CountedWord) => a.count > b.count || (a.count === b.count && a.id < b.id);
