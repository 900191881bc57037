interface Growable<Self> {
  readonly length: number;
  set(from: Self): void;
}

/** From here on, arrays grow by an eighth: what is not used of them is memory too. */
const LARGE = 65_536;

/** The array, or a copy of it with room for `length` entries and half as many again, an eighth where they are many. */
export function grown<T extends Growable<T>>(array: T, length: number): T {
  if (length <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => T)(Math.ceil(length * (length < LARGE ? 1.5 : 1.125)));
  larger.set(array);
  return larger;
}
