/**
 * A bounded queue that is fair between owners. Next is the oldest item of the owner with the fewest items in progress;
 * among equals, of the owner who has not had a turn for longest. One owner may hold only a part of the queue, and have only so
 * many items in progress, so that the others always find room.
 */
export interface FairQueue<T> {
  /** False where there is no room. The owner '' stands for unknown owners and may fill the whole queue. */
  add(item: T): boolean;
  /**
   * Removes and returns an item, which is in progress until `finished`. Undefined where no owner has both an item that waits
   * and room for one more in progress.
   */
  next(): T | undefined;
  finished(item: T): void;
  /** Removes and returns all waiting items. */
  clear(): T[];
  size(): number;
}

/** The part of the queue that one owner may hold. */
const OWNER_SHARE = 0.75;

interface OwnerQueue<T> {
  readonly waiting: T[];
  inProgress: number;
  /** When a turn of the owner last began or ended, or the owner came; smaller is longer ago. */
  lastTurn: number;
}

export interface FairQueueOptions {
  /** The most items that may wait. */
  readonly limit: number;
  /** The most items of an owner that may be in progress; unknown owners have no such limit. */
  readonly perOwner?: number | ((owner: string) => number);
}

export function createFairQueue<T extends { readonly owner: string }>({
  limit,
  perOwner = Number.POSITIVE_INFINITY,
}: FairQueueOptions): FairQueue<T> {
  const queues = new Map<string, OwnerQueue<T>>();
  const limitOf = typeof perOwner === 'number' ? () => perOwner : perOwner;
  const ownerLimit = Math.max(1, Math.floor(limit * OWNER_SHARE));
  let size = 0;
  let turns = 0;

  /** Keeps the map from growing by every owner ever seen. */
  function deleteIfIdle(owner: string, { waiting, inProgress }: OwnerQueue<T>): void {
    if (waiting.length === 0 && inProgress === 0) queues.delete(owner);
  }

  return {
    add: (item) => {
      const queue = queues.get(item.owner) ?? { waiting: [], inProgress: 0, lastTurn: turns };
      if (size >= limit || (item.owner !== '' && queue.waiting.length >= ownerLimit)) return false;
      queues.set(item.owner, queue);
      queue.waiting.push(item);
      size += 1;
      return true;
    },
    next: () => {
      let best: OwnerQueue<T> | undefined;
      for (const [owner, queue] of queues) {
        if (queue.waiting.length === 0 || (owner !== '' && queue.inProgress >= limitOf(owner))) continue;
        const isBetter =
          !best || queue.inProgress < best.inProgress || (queue.inProgress === best.inProgress && queue.lastTurn < best.lastTurn);
        if (isBetter) best = queue;
      }
      const item = best?.waiting.shift();
      if (!best || item === undefined) return undefined;
      turns += 1;
      best.lastTurn = turns;
      best.inProgress += 1;
      size -= 1;
      return item;
    },
    finished: ({ owner }) => {
      const queue = queues.get(owner);
      if (!queue) return;
      queue.inProgress -= 1;
      turns += 1;
      queue.lastTurn = turns;
      deleteIfIdle(owner, queue);
    },
    clear: () => {
      const all = [...queues.values()].flatMap(({ waiting }) => waiting.splice(0));
      for (const [owner, queue] of queues) deleteIfIdle(owner, queue);
      size = 0;
      return all;
    },
    size: () => size,
  };
}
