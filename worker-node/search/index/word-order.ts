/** Ids of words in the order of a key of their letters: words that begin or end alike stand side by side. */

/** A key holds five bits of each of so many letters. Other letters may have the same key: what is found is compared once more. */
const LETTERS = 6;
const BITS = 5;
const LETTER = (1 << BITS) - 1;
/** Where more words are new than this part, sorting all takes less time than finding the place of each. */
const MANY = 1 / 8;

/** UTF-16 units, read from `first` on: forwards (`step` 1) or backwards (-1). */
export interface Letters {
  readonly units: Uint16Array;
  readonly length: number;
  readonly first: number;
  readonly step: 1 | -1;
}

/** Letters that are missing count as 0. */
function keyOf({ units, length, first, step }: Letters): number {
  let key = 0;
  for (let left = LETTERS, at = first; left > 0; left--, at += step)
    key = (key << BITS) | (at >= 0 && at < length ? (units[at] as number) & LETTER : 0);
  return key;
}

export class WordOrder {
  #ids: Uint32Array;
  /** Answers the same letters of an id at every call: keys are not kept. */
  readonly #lettersOf: (id: number) => Letters;

  constructor(lettersOf: (id: number) => Letters, ids: Uint32Array = new Uint32Array(0)) {
    this.#lettersOf = lettersOf;
    this.#ids = ids;
  }

  get bytes(): number {
    return this.#ids.byteLength;
  }

  get ids(): Uint32Array {
    return this.#ids;
  }

  /** A view of the ids of all words that have these letters and any behind them, among others that are like them. */
  from(letters: Letters): Uint32Array {
    const known = letters.step === 1 ? letters.length - letters.first : letters.first + 1;
    const open = LETTERS - Math.max(0, Math.min(LETTERS, known));
    const least = keyOf(letters);
    return this.#ids.subarray(this.#placeOf(least), this.#placeOf(least + 2 ** (open * BITS)));
  }

  /** Adds ids that it does not hold. */
  add(ids: Uint32Array): void {
    const held = this.#ids;
    const all = new Uint32Array(held.length + ids.length);
    if (ids.length > held.length * MANY) {
      all.set(held);
      all.set(ids, held.length);
      this.#ids = this.#sorted(all);
      return;
    }
    let from = 0;
    let end = 0;
    for (const id of this.#sorted(ids)) {
      const place = this.#placeOf(keyOf(this.#lettersOf(id)));
      all.set(held.subarray(from, place), end);
      end += place - from;
      from = place;
      all[end++] = id;
    }
    all.set(held.subarray(from), end);
    this.#ids = all;
  }

  /** The first place whose key is the given one or higher. */
  #placeOf(key: number): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keyOf(this.#lettersOf(this.#ids[middle] as number)) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Numbers of 64 bits, a key before its id, are sorted without a comparison in JavaScript. */
  #sorted(ids: Uint32Array): Uint32Array {
    const keyed = new BigUint64Array(ids.length);
    const halves = new Uint32Array(keyed.buffer);
    for (let at = 0; at < ids.length; at++) {
      halves[2 * at] = ids[at] as number;
      halves[2 * at + 1] = keyOf(this.#lettersOf(ids[at] as number));
    }
    keyed.sort();
    return ids.map((_, at) => halves[2 * at] as number);
  }
}
