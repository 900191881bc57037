interface Growable<Self> {
  readonly length: number;
  readonly byteLength: number;
  readonly buffer: ArrayBufferLike;
  set(from: Self): void;
}

/** From here on, arrays grow by an eighth: what is not used of them is memory too. */
const LARGE = 65_536;

/**
 * The array, or one with what it holds, with room for `length` entries and half as many again, an eighth where they are many. The
 * array given has no entries then: its memory is given back at once, where the collector would take its time.
 */
export function grown<T extends Growable<T>>(array: T, length: number): T {
  if (length <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => T)(Math.ceil(length * (length < LARGE ? 1.5 : 1.125)));
  larger.set(array);
  freed(array);
  return larger;
}

/** Gives the memory of an array back, which has no entries from then on. */
export function freed<T extends Growable<T>>(array: T): T {
  const { buffer } = array;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === array.byteLength) buffer.transfer(0);
  return array;
}
