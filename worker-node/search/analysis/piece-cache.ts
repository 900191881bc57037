/** Remembers what was made of a piece of text: the same few thousand words are most of any library. */

const GENERATION = 20_000;
/** Longer pieces are rarely seen twice. UTF-16 units, and tokens. */
export const MAX_REMEMBERED = 40;
export const MAX_REMEMBERED_TOKENS = 16;

/** Two generations: what was not asked for while one filled is forgotten with it. */
export class PieceCache<Value> {
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  get(piece: string): Value | undefined {
    const known = this.#young.get(piece);
    if (known !== undefined) return known;
    const older = this.#old.get(piece);
    if (older !== undefined) this.#set(piece, older);
    return older;
  }

  set(piece: string, value: Value): void {
    // A slice of a text would keep the whole text in memory.
    this.#set(Buffer.from(piece, 'utf16le').toString('utf16le'), value);
  }

  #set(piece: string, value: Value): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(piece, value);
  }
}
