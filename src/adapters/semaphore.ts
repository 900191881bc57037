/** Turns at something of which there are only so many: whoever comes waits in line, and no longer than for a set time. */

export interface Semaphore {
  /** Calls `begin` when it is the caller's turn, at once where one is free; `refuse` instead where that took too long. */
  take(begin: (end: () => void) => void, refuse: (error: Error) => void): void;
  /** How many turns are taken, and how many wait for one. */
  state(): { readonly taken: number; readonly waiting: number };
}

export interface SemaphoreOptions {
  readonly max: number;
  readonly waitMs: number;
  readonly tooLong: () => Error;
}

interface Waiting {
  readonly begin: () => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export function createSemaphore({ max, waitMs, tooLong }: SemaphoreOptions): Semaphore {
  if (!Number.isSafeInteger(max) || max < 1) throw new RangeError('max must be a whole number of at least 1');
  const line = new Set<Waiting>();
  let taken = 0;

  function start(begin: (end: () => void) => void): void {
    taken += 1;
    let ended = false;
    begin(() => {
      if (ended) return;
      ended = true;
      taken -= 1;
      next();
    });
  }

  function next(): void {
    const [first] = line;
    if (!first || taken >= max) return;
    line.delete(first);
    clearTimeout(first.timer);
    first.begin();
  }

  return {
    take: (begin, refuse) => {
      if (taken < max) return start(begin);
      const waiting: Waiting = {
        begin: () => start(begin),
        timer: setTimeout(() => {
          line.delete(waiting);
          refuse(tooLong());
        }, waitMs),
      };
      line.add(waiting);
    },
    state: () => ({ taken, waiting: line.size }),
  };
}
