/** Work that outlives the answer, remembered until it ends, so that a shutdown can wait for it. */
import type { Log } from '../kernel/core/log.ts';
import type { Background } from '../kernel/core/ports.ts';

export interface DrainableBackground extends Background {
  /** Resolves when nothing is running, or after `withinMs`; says how many pieces of work were left. */
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
    // What ends may have begun something new.
    while (running.size > 0 && !late) await Promise.race([Promise.all(running), deadline]);
    clearTimeout(timer);
    return running.size;
  }

  return { run, drain };
}
