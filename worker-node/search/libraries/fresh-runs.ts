/**
 * Runs of one kind of work that follow one another. A caller shares the result of a run that began after it called, so that many
 * callers need two runs at most.
 */
export function createFreshRuns<T>(run: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  let next: Promise<T> | undefined;

  function start(): Promise<T> {
    const started = run().finally(() => {
      if (current === started) current = undefined;
    });
    current = started;
    return started;
  }

  function startNext(): Promise<T> {
    next = undefined;
    return start();
  }

  return () => {
    if (!current) return start();
    next ??= current.then(startNext, startNext);
    return next;
  };
}
