/** A semaphore and a mutex whose waiters are served in order of arrival. */

export interface Semaphore {
  /** Resolves with `release`, which counts once however often it is called. Rejects when no slot became free in time. */
  acquire(): Promise<() => void>;
  /** Runs `work` in a slot and releases it when `work` settles. Rejects as `acquire` does. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** `acquire` by callbacks: where a slot is free, `begin` runs before `enqueue` returns. */
  enqueue(begin: (release: () => void) => void, reject: (error: Error) => void): void;
  state(): { readonly taken: number; readonly waiting: number };
}

export interface SemaphoreOptions {
  /** Slots: a whole number of at least 1, or Infinity. */
  readonly max: number;
  /** Milliseconds to wait for a slot. Default: no limit. */
  readonly waitMs?: number;
  /** What waiting too long rejects with. */
  readonly timeoutError?: () => Error;
}

interface Waiter {
  readonly begin: () => void;
  readonly timer: ReturnType<typeof setTimeout> | undefined;
}

export function createSemaphore({ max, waitMs, timeoutError }: SemaphoreOptions): Semaphore {
  if (!(Number.isSafeInteger(max) || max === Number.POSITIVE_INFINITY) || max < 1) {
    throw new RangeError('max must be a whole number of at least 1');
  }
  const waiters = new Set<Waiter>();
  let taken = 0;

  function start(begin: (release: () => void) => void): void {
    taken += 1;
    let released = false;
    begin(() => {
      if (released) return;
      released = true;
      taken -= 1;
      startNext();
    });
  }

  function startNext(): void {
    const [next] = waiters;
    if (!next || taken >= max) return;
    waiters.delete(next);
    clearTimeout(next.timer);
    next.begin();
  }

  function enqueue(begin: (release: () => void) => void, reject: (error: Error) => void): void {
    if (taken < max) {
      start(begin);
      return;
    }
    const onTimeout = () => {
      waiters.delete(waiter);
      reject(timeoutError?.() ?? new Error(`no slot of ${max} became free within ${waitMs} ms`));
    };
    const waiter: Waiter = {
      begin: () => start(begin),
      timer: waitMs === undefined ? undefined : setTimeout(onTimeout, waitMs),
    };
    waiters.add(waiter);
  }

  const acquire = () => new Promise<() => void>((resolve, reject) => enqueue(resolve, reject));

  return {
    acquire,
    run: async (work) => {
      const release = await acquire();
      try {
        return await work();
      } finally {
        release();
      }
    },
    enqueue,
    state: () => ({ taken, waiting: waiters.size }),
  };
}

/** A semaphore of one slot, without a limit on waiting. */
export function createMutex(): Pick<Semaphore, 'acquire' | 'run' | 'state'> {
  return createSemaphore({ max: 1 });
}
