/** The first of many by a number each, without sorting them all. */

/** The `count` items with the highest keys, the highest first. `tie` orders those of one key, as a comparison for sorting does. */
export function selectHighest(
  items: Uint32Array,
  count: number,
  keys: Float64Array | Float32Array,
  tie: (a: number, b: number) => number,
): number[] {
  const size = Math.min(count, items.length);
  if (size < 1) return [];
  const isBehind = (a: number, b: number): boolean => {
    const [first, second] = [keys[a] as number, keys[b] as number];
    return first < second || (first === second && tie(a, b) > 0);
  };
  // A heap: its first is behind all others.
  const heap = new Uint32Array(size);
  const sink = (item: number, from: number, length: number): void => {
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && isBehind(heap[child + 1] as number, heap[child] as number)) child++;
      if (!isBehind(heap[child] as number, item)) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = item;
  };
  heap.set(items.subarray(0, size));
  for (let at = (size >> 1) - 1; at >= 0; at--) sink(heap[at] as number, at, size);
  let least = keys[heap[0] as number] as number;
  for (let at = size; at < items.length; at++) {
    const item = items[at] as number;
    const key = keys[item] as number;
    if (key < least || (key === least && !isBehind(heap[0] as number, item))) continue;
    sink(item, 0, size);
    least = keys[heap[0] as number] as number;
  }
  const highest: number[] = new Array(size);
  for (let left = size; left > 0; left--) {
    highest[left - 1] = heap[0] as number;
    sink(heap[left - 1] as number, 0, left - 1);
  }
  return highest;
}
