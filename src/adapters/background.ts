/** Work that outlives its response. A shutdown can wait for it. */
import type { Log } from '../kernel/core/log.ts';
import type { Background } from '../kernel/core/ports.ts';

export interface DrainableBackground extends Background {
  /** Resolves when nothing is running, or after `withinMs`, to the number of tasks still running. */
  drain(withinMs: number): Promise<number>;
}

export function createBackground({ log }: { log: Log }): DrainableBackground {
  const running = new Set<Promise<void>>();

  function run(name: string, work: () => Promise<unknown>): void {
    const promise = Promise.resolve()
      .then(work)
      .then(
        () => undefined,
        (error) => log.error('background work failed', { work: name, error }),
      )
      .finally(() => running.delete(promise));
    running.add(promise);
  }

  async function drain(withinMs: number): Promise<number> {
    const { promise: deadline, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, withinMs);
    let late = false;
    void deadline.then(() => {
      late = true;
    });
    // A task may have started another before it ended.
    while (running.size > 0 && !late) await Promise.race([Promise.all(running), deadline]);
    clearTimeout(timer);
    return running.size;
  }

  return { run, drain };
}
