/** Repeats `work` with a pause between one end and the next start: it never overlaps and keeps no process alive. */
export function startInterval(ms: number, work: () => Promise<unknown>): { stop(): Promise<void> } {
  let running: Promise<unknown> = Promise.resolve();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  function schedule(): void {
    if (stopped) return;
    timer = setTimeout(() => {
      running = Promise.resolve().then(work).then(schedule, schedule);
    }, ms);
    timer.unref();
  }

  schedule();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
