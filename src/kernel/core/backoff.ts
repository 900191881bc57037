/** How long a job waits before it is tried again: 1, 2, 4, 8, 16 seconds. */

export const RETRIES = 5;
const LONGEST_WAIT_MS = 60 * 60 * 1000;

/**
 * Milliseconds to wait after the `attempt`-th failure: the exponential step, a quarter more or less by `random()` (0 to
 * 1) so that what failed together does not return together; at least what the origin asked for (`retryAfter`, seconds),
 * but no more than an hour.
 */
export function backoffMs(attempt: number, random: () => number, retryAfter = 0): number {
  const step = 1000 * 2 ** (Math.max(1, Math.min(attempt, RETRIES)) - 1);
  const jittered = step * (0.75 + random() / 2);
  return Math.round(Math.min(LONGEST_WAIT_MS, Math.max(jittered, retryAfter * 1000)));
}
