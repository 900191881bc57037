/** Retry schedule of callbacks, after the Standard Webhooks specification: ten attempts over about three days. */
import { HOUR_MS as HOUR, MINUTE_MS as MINUTE, SECOND_MS as SECOND } from '../core/time.ts';

/** Milliseconds to wait after the first, second, ... failed attempt. */
const PAUSES_MS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

export const CALLBACK_ATTEMPTS = PAUSES_MS.length + 1;
const MAX_PAUSE_MS = 24 * HOUR;
/** The longest Retry-After of a receiver that the sender passes on. */
const MAX_RETRY_AFTER_MS = HOUR;
/** No clock of another machine is further ahead. */
const CLOCK_SKEW_MS = MINUTE;

/** The longest time, in ms, that a delivery waits after 0, 1, 2, ... attempts; a claim waits for a minute. */
export const LONGEST_CALLBACK_WAITS: readonly number[] = [
  0,
  ...PAUSES_MS.map((pause) => Math.min(MAX_PAUSE_MS, Math.max(pause * 1.2, MAX_RETRY_AFTER_MS))),
  MINUTE,
].map((wait) => wait + CLOCK_SKEW_MS);

/**
 * Milliseconds to wait after the `attempt`-th failure, counted from 1. `random()` (0 to 1) adds up to a fifth as jitter, so
 * that deliveries that failed together are not retried together. The pause is at least the receiver's Retry-After
 * (`retryAfter`, seconds) and at most a day. Undefined after the last attempt.
 */
export function callbackPauseMs(attempt: number, random: () => number, retryAfter = 0): number | undefined {
  const pause = PAUSES_MS[attempt - 1];
  if (pause === undefined) return undefined;
  return Math.round(Math.min(MAX_PAUSE_MS, Math.max(pause * (1 + random() / 5), retryAfter * SECOND)));
}
