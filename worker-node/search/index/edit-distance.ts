/** Edits from one word to another: insert, delete, replace, swap two neighbours, no letter edited twice. */

export const MAX_UNITS = 64;
const WIDTH = MAX_UNITS + 1;

export class EditDistance {
  #before = new Uint8Array(WIDTH);
  #previous = new Uint8Array(WIDTH);
  #current = new Uint8Array(WIDTH);

  /** The number of edits, or `most + 1` where they are more. Words have at most MAX_UNITS units. */
  between(a: Uint16Array, aLength: number, b: Uint16Array, bLength: number, most: number): number {
    if (Math.abs(aLength - bLength) > most) return most + 1;
    for (let column = 0; column <= bLength; column++) this.#previous[column] = column;
    for (let row = 1; row <= aLength; row++) {
      if (this.#row(a, b, row, bLength) > most) return most + 1;
      const oldest = this.#before;
      this.#before = this.#previous;
      this.#previous = this.#current;
      this.#current = oldest;
    }
    return Math.min(this.#previous[bLength] as number, most + 1);
  }

  /** Fills the current row and answers its least value. */
  #row(a: Uint16Array, b: Uint16Array, row: number, bLength: number): number {
    const before = this.#before;
    const previous = this.#previous;
    const current = this.#current;
    const unit = a[row - 1];
    current[0] = row;
    let least = row;
    for (let column = 1; column <= bLength; column++) {
      const replaced = (previous[column - 1] as number) + (unit === b[column - 1] ? 0 : 1);
      let edits = Math.min(replaced, (previous[column] as number) + 1, (current[column - 1] as number) + 1);
      if (row > 1 && column > 1 && unit === b[column - 2] && a[row - 2] === b[column - 1])
        edits = Math.min(edits, (before[column - 2] as number) + 1);
      current[column] = edits;
      if (edits < least) least = edits;
    }
    return least;
  }
}
