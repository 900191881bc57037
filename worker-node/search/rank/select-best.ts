/** The first `count` by the order, of numbers that may be many: sorting them all would take longer than the search. */
export function selectBest(items: Iterable<number>, count: number, compare: (a: number, b: number) => number): number[] {
  if (count < 1) return [];
  const room = 4 * count;
  const best: number[] = [];
  let last: number | undefined;
  const trim = () => {
    best.sort(compare);
    best.length = Math.min(best.length, count);
    if (best.length === count) last = best[count - 1];
  };
  for (const item of items) {
    if (last !== undefined && compare(item, last) > 0) continue;
    best.push(item);
    if (best.length >= room) trim();
  }
  trim();
  return best;
}
