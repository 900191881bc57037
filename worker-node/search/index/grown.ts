interface Growable<Self> {
  readonly length: number;
  set(from: Self): void;
}

/** The array, or a copy of it with room for `length` entries and half as many again. */
export function grown<T extends Growable<T>>(array: T, length: number): T {
  if (length <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => T)(Math.ceil(length * 1.5));
  larger.set(array);
  return larger;
}
