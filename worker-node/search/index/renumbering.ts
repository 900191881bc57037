/** Numbers for what a file keeps of a table: without gaps, and in the order of before. */

/** The number of what is left out. */
export const DROPPED = 0xffff_ffff;

/** By old number the new one. Null where all are kept. */
export function renumbering(size: number, isKept: (number: number) => boolean): Uint32Array | null {
  const numbers = new Uint32Array(size).fill(DROPPED);
  let kept = 0;
  for (let number = 0; number < size; number++) if (isKept(number)) numbers[number] = kept++;
  return kept === size ? null : numbers;
}

/** The entries of what is kept, by new number. */
export function keptOf<T extends Uint8Array | Uint32Array>(column: T, numbers: Uint32Array): T {
  const kept = column.slice(0, numbers.length);
  let length = 0;
  for (let at = 0; at < numbers.length; at++) if (numbers[at] !== DROPPED) kept[length++] = column[at] as number;
  return kept.subarray(0, length) as T;
}

/** The new numbers of those that are kept. */
export function renumbered(old: Uint32Array, numbers: Uint32Array): Uint32Array {
  const kept = new Uint32Array(old.length);
  let length = 0;
  for (let at = 0; at < old.length; at++) {
    const number = numbers[old[at] as number] as number;
    if (number !== DROPPED) kept[length++] = number;
  }
  return kept.subarray(0, length);
}
