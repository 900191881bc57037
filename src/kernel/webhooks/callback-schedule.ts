/** When a callback that was not taken is sent again: the schedule of the Standard Webhooks specification, about three days. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Milliseconds after the first, second, ... failed attempt. */
const PAUSES_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

export const CALLBACK_ATTEMPTS = PAUSES_MS.length + 1;
const LONGEST_PAUSE_MS = 24 * HOUR;

/**
 * Milliseconds to wait after the `attempt`-th failure (1 is the first), up to a fifth more by `random()` (0 to 1) so that
 * what failed together does not return together; at least what the receiver asked for (`retryAfter`, seconds), at most a
 * day. Undefined after the last attempt.
 */
export function callbackPauseMs(attempt: number, random: () => number, retryAfter = 0): number | undefined {
  const pause = PAUSES_MS[attempt - 1];
  if (pause === undefined) return undefined;
  return Math.round(Math.min(LONGEST_PAUSE_MS, Math.max(pause * (1 + random() / 5), retryAfter * SECOND)));
}
