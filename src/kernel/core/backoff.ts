/** Waits between the attempts of a job: 1, 2, 4, 8 and 16 seconds. */
import { HOUR_MS } from './time.ts';

export const RETRIES = 5;
const LONGEST_WAIT_MS = HOUR_MS;

/**
 * Milliseconds to wait after the `attempt`-th failure: an exponential step, plus or minus a quarter by `random()` (0 to 1)
 * so that jobs that failed together do not return together. At least the origin's `retryAfter` (seconds), at most an hour.
 */
export function backoffMs(attempt: number, random: () => number, retryAfter = 0): number {
  const step = 1000 * 2 ** (Math.max(1, Math.min(attempt, RETRIES)) - 1);
  const jittered = step * (0.75 + random() / 2);
  return Math.round(Math.min(LONGEST_WAIT_MS, Math.max(jittered, retryAfter * 1000)));
}
