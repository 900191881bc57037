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
  // A heap with its keys beside it: its first is behind all others.
  const heap = items.slice(0, size);
  const heapKeys = new Float64Array(size);
  for (let at = 0; at < size; at++) heapKeys[at] = keys[heap[at] as number] as number;
  const sink = (item: number, key: number, from: number, length: number): void => {
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      let childKey = heapKeys[child] as number;
      if (child + 1 < length) {
        const right = heapKeys[child + 1] as number;
        if (right < childKey || (right === childKey && tie(heap[child + 1] as number, heap[child] as number) > 0)) {
          child++;
          childKey = right;
        }
      }
      if (!(childKey < key || (childKey === key && tie(heap[child] as number, item) > 0))) break;
      heap[at] = heap[child] as number;
      heapKeys[at] = childKey;
      at = child;
    }
    heap[at] = item;
    heapKeys[at] = key;
  };
  for (let at = (size >> 1) - 1; at >= 0; at--) sink(heap[at] as number, heapKeys[at] as number, at, size);
  let least = heapKeys[0] as number;
  for (let at = size; at < items.length; at++) {
    const item = items[at] as number;
    const key = keys[item] as number;
    if (key < least || (key === least && tie(heap[0] as number, item) <= 0)) continue;
    sink(item, key, 0, size);
    least = heapKeys[0] as number;
  }
  const highest: number[] = new Array(size);
  for (let left = size - 1; left >= 0; left--) {
    highest[left] = heap[0] as number;
    sink(heap[left] as number, heapKeys[left] as number, 0, left);
  }
  return highest;
}
