/** Repeats work that failed in a way the caller recognises. */

export interface RetryOptions {
  /** Attempts in all, the first included. Default: no limit, so `when` must end the loop. */
  readonly tries?: number;
  /** Whether another attempt may succeed; called once per failure that leaves tries over. `attempt` counts from 1. */
  readonly when: (error: unknown, attempt: number) => boolean;
  /** Milliseconds to wait after the failed `attempt`. Default: no pause. */
  readonly pauseMs?: (attempt: number) => number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

const timeout = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves with the first success; rejects with the last error as it was thrown. */
export async function retry<T>(
  work: () => Promise<T>,
  { tries = Number.POSITIVE_INFINITY, when, pauseMs, sleep = timeout }: RetryOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= tries || !when(error, attempt)) throw error;
    }
    if (pauseMs) await sleep(pauseMs(attempt));
  }
}

/** A `pauseMs` that doubles from `firstMs` to `maxMs`, each pause multiplied by a random factor of 0.5 to 1.5. */
export function exponentialPause({
  firstMs,
  maxMs,
  random = Math.random,
}: {
  readonly firstMs: number;
  readonly maxMs: number;
  readonly random?: () => number;
}): (attempt: number) => number {
  return (attempt) => Math.min(firstMs * 2 ** (attempt - 1), maxMs) * (0.5 + random());
}
