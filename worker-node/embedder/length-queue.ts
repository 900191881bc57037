/** A queue of texts that yields batches of similar length, because padding dominates the cost of a batch on a CPU. */

export interface QueuedText {
  /** Tokens. */
  readonly length: number;
  /** Increases with arrival; unique. */
  readonly order: number;
}

export interface LengthQueue<T extends QueuedText> {
  add(item: T): void;
  /** False where the item is not in this queue. */
  remove(item: T): boolean;
  /** Removes the oldest item and those nearest to it in length, as long as rows times columns fit `budget`. */
  take(budget: number): T[];
  readonly size: number;
  /** Tokens in the queue. */
  readonly tokens: number;
}

/** Texts shorter than this may share a batch: starting another run costs more than padding them. */
const SHORT = 16;

const columns = (item: QueuedText) => Math.max(item.length, 1);

/** Whether two texts may share a batch: padding at most doubles the shorter one. */
const mayShareBatch = (shorter: QueuedText, longer: QueuedText) => longer.length <= Math.max(SHORT, 2 * shorter.length);

export function createLengthQueue<T extends QueuedText>(): LengthQueue<T> {
  /** By length, then by arrival. */
  const sorted: T[] = [];
  /** In order of arrival: a Set iterates in order of insertion. */
  const arrivals = new Set<T>();
  let tokens = 0;

  function indexOf({ length, order }: QueuedText): number {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = sorted[middle] as T;
      if (other.length < length || (other.length === length && other.order < order)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function add(item: T): void {
    sorted.splice(indexOf(item), 0, item);
    arrivals.add(item);
    tokens += item.length;
  }

  function remove(item: T): boolean {
    if (!arrivals.delete(item)) return false;
    sorted.splice(indexOf(item), 1);
    tokens -= item.length;
    return true;
  }

  function take(budget: number): T[] {
    const [oldest] = arrivals;
    if (oldest === undefined) return [];
    let first = indexOf(oldest);
    let last = first;
    for (;;) {
      const shortest = sorted[first] as T;
      const longest = sorted[last] as T;
      const rows = last - first + 2;
      const shorter = sorted[first - 1];
      const longer = sorted[last + 1];
      const takesShorter = shorter && rows * columns(longest) <= budget && mayShareBatch(shorter, longest);
      const takesLonger = longer && rows * columns(longer) <= budget && mayShareBatch(shortest, longer);
      // A longer neighbour pads all rows taken so far, a shorter one only itself.
      if (takesShorter && !(takesLonger && longer.length === longest.length)) first -= 1;
      else if (takesLonger) last += 1;
      else break;
    }
    const batch = sorted.splice(first, last - first + 1);
    for (const item of batch) {
      arrivals.delete(item);
      tokens -= item.length;
    }
    return batch;
  }

  return {
    add,
    remove,
    take,
    get size() {
      return sorted.length;
    },
    get tokens() {
      return tokens;
    },
  };
}
