/** Repeats `work` with a pause of `ms` between one end and the next start. Runs never overlap and do not keep the process alive. */
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
