/** Runs work of which only a little may run at once. Keys take turns; the length of the line and the wait are bounded. */

export interface Turns {
  /** Runs `work` when the turn of `key` comes. Rejects with `refused()` if the line is full or the wait is too long. */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export interface TurnsOptions {
  /** How much runs at once. */
  readonly max: number;
  /** How many may wait in all. A newcomer to a full line replaces the last of the key that has most waiting. */
  readonly maxWaiting: number;
  /** How many of one key may wait. */
  readonly maxWaitingPerKey: number;
  /** Milliseconds after which waiting ends. */
  readonly waitMs: number;
  readonly refused: () => Error;
}

interface Waiter {
  readonly begin: () => void;
  readonly refuse: () => void;
}

/** No turns: everything runs at once. For Workers, where no request may wait for the work of another. */
export const noTurns: Turns = { run: (_key, work) => work() };

export function createTurns({ max, maxWaiting, maxWaitingPerKey, waitMs, refused }: TurnsOptions): Turns {
  /** The waiters of each key, in order of arrival. The first key is next; a key that had its turn becomes the last. */
  const lines = new Map<string, Waiter[]>();
  let waiting = 0;
  let running = 0;

  function leave(key: string, waiter: Waiter): void {
    const rest = (lines.get(key) ?? []).filter((other) => other !== waiter);
    waiting -= 1;
    if (rest.length > 0) lines.set(key, rest);
    else lines.delete(key);
  }

  /** Makes room for one more waiter of `key`, whose line has `length`; false if every other line is as short. */
  function makeRoom(length: number): boolean {
    if (length >= maxWaitingPerKey) return false;
    if (waiting < maxWaiting) return true;
    const longest = Math.max(...[...lines.values()].map((line) => line.length));
    if (longest <= length + 1) return false;
    const last = [...lines.values()].find((line) => line.length === longest)?.at(-1);
    last?.refuse();
    return true;
  }

  function wait(key: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!makeRoom(lines.get(key)?.length ?? 0)) return reject(refused());
      const end = (settle: () => void) => () => {
        clearTimeout(timer);
        leave(key, waiter);
        settle();
      };
      const waiter: Waiter = { begin: end(resolve), refuse: end(() => reject(refused())) };
      const timer = setTimeout(waiter.refuse, waitMs);
      lines.set(key, [...(lines.get(key) ?? []), waiter]);
      waiting += 1;
    });
  }

  function next(): void {
    const [first] = lines;
    if (!first) {
      running -= 1;
      return;
    }
    const [key, [waiter]] = first;
    waiter?.begin();
    const rest = lines.get(key);
    if (!rest) return;
    lines.delete(key);
    lines.set(key, rest);
  }

  return {
    run: async (key, work) => {
      // A turn that ends is handed to the next in line, so `running` counts those that were handed on, too.
      if (running >= max) await wait(key);
      else running += 1;
      try {
        return await work();
      } finally {
        next();
      }
    },
  };
}
