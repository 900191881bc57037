/** SIGINT and SIGTERM: the first asks for an orderly stop, a later one ends the process at once. */

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** npm passes a terminal's Ctrl-C on to the process that the terminal has signalled as well: both arrive together. */
const SAME_SIGNAL_MS = 500;

export interface StopHandlers {
  /** Finishes what is under way; the process exits with 0 when it resolves and with 1 when it rejects. */
  stop(): Promise<void>;
  /** Called when `stop` rejects. */
  failed(error: unknown): void;
  /** Called before the process exits without having stopped in order. */
  kill?(): void;
}

/** Returns a function that stops as the first signal does; further calls of it change nothing. */
export function stopOnSignals({ stop, failed, kill }: StopHandlers): () => void {
  let askedAt: number | undefined;

  function exitAtOnce(): never {
    kill?.();
    process.exit(1);
  }

  function begin(): void {
    if (askedAt !== undefined) return;
    askedAt = performance.now();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        failed(error);
        exitAtOnce();
      },
    );
  }

  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (askedAt !== undefined && performance.now() - askedAt > SAME_SIGNAL_MS) exitAtOnce();
      begin();
    });
  }
  return begin;
}
