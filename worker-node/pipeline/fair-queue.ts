/**
 * What waits to be worked on, taken in turns: next is the oldest of the owner who has least under way, and among equals of
 * the one who waited longest for a turn. Nobody holds all places, so that there is always one for somebody else.
 */
export interface FairQueue<T> {
  /** False where there is no place for it. The owner '' is nobody in particular, and may hold all places. */
  add(item: T): boolean;
  /** Takes one out; it counts as under way until `finished`. */
  next(): T | undefined;
  finished(item: T): void;
  /** Empties it and returns what was in it. */
  clear(): T[];
  size(): number;
}

/** The part of all places that one owner may hold. */
const SHARE = 0.75;

interface Line<T> {
  readonly waiting: T[];
  underWay: number;
  /** When its last turn was; smaller is longer ago. */
  turn: number;
}

/** `limit`: items that may wait in all. */
export function createFairQueue<T extends { readonly owner: string }>({ limit }: { limit: number }): FairQueue<T> {
  const lines = new Map<string, Line<T>>();
  const share = Math.max(1, Math.floor(limit * SHARE));
  let size = 0;
  let turns = 0;

  /** An owner with nothing here leaves nothing behind. */
  function forget(owner: string, { waiting, underWay }: Line<T>): void {
    if (waiting.length === 0 && underWay === 0) lines.delete(owner);
  }

  return {
    add: (item) => {
      const line = lines.get(item.owner) ?? { waiting: [], underWay: 0, turn: turns };
      if (size >= limit || (item.owner !== '' && line.waiting.length >= share)) return false;
      lines.set(item.owner, line);
      line.waiting.push(item);
      size += 1;
      return true;
    },
    next: () => {
      let best: Line<T> | undefined;
      for (const line of lines.values()) {
        if (line.waiting.length === 0) continue;
        if (!best || line.underWay < best.underWay || (line.underWay === best.underWay && line.turn < best.turn)) best = line;
      }
      const item = best?.waiting.shift();
      if (!best || item === undefined) return undefined;
      turns += 1;
      best.turn = turns;
      best.underWay += 1;
      size -= 1;
      return item;
    },
    finished: ({ owner }) => {
      const line = lines.get(owner);
      if (!line) return;
      line.underWay -= 1;
      forget(owner, line);
    },
    clear: () => {
      const all = [...lines.values()].flatMap(({ waiting }) => waiting.splice(0));
      for (const [owner, line] of lines) forget(owner, line);
      size = 0;
      return all;
    },
    size: () => size,
  };
}
