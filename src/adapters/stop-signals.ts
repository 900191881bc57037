/** SIGINT and SIGTERM: the first signal starts an orderly stop, a later one ends the process at once. */

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Milliseconds: after Ctrl-C both the terminal and npm signal the process, and both signals count as one. */
const SAME_SIGNAL_MS = 500;

export interface StopHandlers {
  /** Finishes the work in progress. The process exits with 0 when it resolves and with 1 when it rejects. */
  stop(): Promise<void>;
  /** Called when `stop` rejects. */
  failed(error: unknown): void;
  /** Called before the process exits without an orderly stop. */
  kill?(): void;
}

/** Returns a function that stops the process as the first signal does; further calls have no effect. */
export function stopOnSignals({ stop, failed, kill }: StopHandlers): () => void {
  let stoppingSince: number | undefined;

  function exitAtOnce(): never {
    kill?.();
    process.exit(1);
  }

  function begin(): void {
    if (stoppingSince !== undefined) return;
    stoppingSince = performance.now();
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
      if (stoppingSince !== undefined && performance.now() - stoppingSince > SAME_SIGNAL_MS) exitAtOnce();
      begin();
    });
  }
  return begin;
}
